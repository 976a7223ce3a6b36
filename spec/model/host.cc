#include "spec/model/host.h"

#include "spec/model/address.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

bool IsLabel(const std::string& label) {
  for (char c : label) {
    const bool fine = (IsUnreserved(c) && c != '.' && c != '~') || c == '_';
    if (!fine) return false;
  }
  return !label.empty();
}

std::optional<std::string> CanonicalName(std::string name) {
  if (name.ends_with(".")) name.pop_back();
  if (name.size() > 253) return std::nullopt;
  for (const std::string& label : Split(name, '.')) {
    if (!IsLabel(label)) return std::nullopt;
  }
  return Lower(name);
}

bool IsPort(const std::string& port) {
  if (port.empty() || port.size() > 5) return false;
  int value = 0;
  for (char c : port) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
  }
  return value >= 1 && value <= 65535;
}

}  // namespace

std::optional<Authority> CanonicalAuthority(const std::string& text) {
  Authority authority;
  std::string rest;
  if (text.starts_with("[")) {
    const std::size_t end = text.find(']');
    if (end == std::string::npos) return std::nullopt;
    const std::string literal = text.substr(1, end - 1);
    const auto address = ParseAddress(literal);
    if (!address || literal.find(':') == std::string::npos) return std::nullopt;
    authority.host = "[" + Ipv6Text(*address) + "]";
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = text.find(':');
    const auto name = CanonicalName(text.substr(0, colon));
    if (!name) return std::nullopt;
    authority.host = *name;
    rest = colon == std::string::npos ? "" : text.substr(colon);
  }
  if (rest.empty() || rest == ":") return authority;  // an empty port is the default one
  if (rest[0] != ':' || !IsPort(rest.substr(1))) return std::nullopt;
  authority.port = rest.substr(1);
  return authority;
}

}  // namespace weir::model
