#include "spec/model/client_address.h"

#include "spec/model/address.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

bool IsPort(const std::string& text) {
  if (text.empty() || text.size() > 5) return false;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
  }
  return std::stoi(text) <= 65535;
}

// An address, perhaps with a port, perhaps in brackets or in quotes.
std::optional<syntax::Address> AddressIn(std::string element) {
  if (element.size() >= 2 && element.starts_with('"') && element.ends_with('"')) {
    element = element.substr(1, element.size() - 2);
  }
  const bool bracket = element.starts_with('[');
  const std::size_t end = bracket ? element.find(']') : element.find(':');
  if (bracket) {
    if (end == std::string::npos) return std::nullopt;
    const std::string inside = element.substr(1, end - 1), rest = element.substr(end + 1);
    if (inside.find(':') == std::string::npos) return std::nullopt;
    if (!rest.empty() && !(rest.starts_with(':') && IsPort(rest.substr(1)))) return std::nullopt;
    return ParseAddress(inside);
  }
  const bool port = end != std::string::npos && element.find(':', end + 1) == std::string::npos;
  if (port && !IsPort(element.substr(end + 1))) return std::nullopt;
  return ParseAddress(port ? element.substr(0, end) : element);
}

}  // namespace

std::expected<syntax::Address, Refusal> ClientAddress(
    const syntax::Gateway& gateway, const syntax::Address& peer,
    const std::optional<std::string>& forwarded_for) {
  syntax::Address client = peer;
  if (!forwarded_for) return client;
  const std::vector<std::string> chain = Split(*forwarded_for, ',');
  for (auto element = chain.rbegin(); element != chain.rend(); ++element) {
    if (!ContainsAny(gateway.trusted_proxies, client)) return client;
    const auto address = AddressIn(Trim(*element));
    if (!address) return std::unexpected(Refusal{400, "forwarded"});
    client = *address;
  }
  return client;
}

std::expected<std::string, Refusal> ForwardedScheme(const std::string& said) {
  const std::string scheme = Lower(said);
  if (scheme == "http" || scheme == "ws") return "http";
  if (scheme == "https" || scheme == "wss") return "https";
  return std::unexpected(Refusal{400, "forwarded"});
}

}  // namespace weir::model
