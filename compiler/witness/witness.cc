#include "compiler/witness/witness.h"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "runtime/base/ascii.h"
#include "spec/model/address.h"
#include "spec/model/headers.h"

namespace weir::compiler {
namespace {

// Every octet that is not unreserved is escaped: no value can pose as two.
std::string Encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (kUnreservedBytes[c]) {
      encoded += c;
    } else {
      encoded += '%';
      AppendHex(c, encoded);
    }
  }
  return encoded;
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string ClaimText(const syntax::ClaimValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  std::string list;
  for (const auto& item : std::get<std::vector<std::string>>(value)) {
    list += (list.empty() ? "" : ", ") + item;
  }
  return "[" + list + "]";
}

// A shell ends a comment only at a line break; control octets must not make one.
std::string Comment(const std::string& text) {
  std::string comment;
  for (const char c : text) comment += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  return comment;
}

std::string TargetWithout(const Witness& witness, const std::vector<std::string>& left_out) {
  std::string target = witness.path;
  char separator = '?';
  for (const auto& [name, value] : witness.query) {
    if (std::ranges::count(left_out, name) > 0) continue;
    target += separator + Encoded(name) + "=" + Encoded(value);
    separator = '&';
  }
  return target;
}

}  // namespace

void ComeInBy(Witness& witness, const std::vector<syntax::Listener>& listeners,
              std::uint32_t place) {
  using syntax::Listener;
  witness.listener = place;
  if (place >= listeners.size()) return;
  const Listener& listener = listeners[place];
  witness.scheme = listener.protocol == Listener::Protocol::kHttps ? "https" : "http";
  witness.address = listener.address;
  witness.one_of_several = listeners.size() > 1;
  if (listener.mtls == Listener::Mtls::kOff) witness.peer.reset();
  if (listener.mtls == Listener::Mtls::kStrict && !witness.peer) witness.peer = kSomePeer;
}

bool NeedsAProxy(const Witness& witness) {
  return std::ranges::any_of(
      witness.headers, [](const auto& header) { return model::IsForwardingField(header.first); });
}

std::string Target(const Witness& witness) { return TargetWithout(witness, {}); }

std::string Authority(const Witness& witness) {
  // HTTP/1.0 without Host: it can only be sent to the listener itself.
  if (witness.host.empty()) return witness.address ? AddressText(*witness.address) : "localhost";
  const std::uint16_t usual = witness.scheme == "https" ? 443 : 80;
  const bool told = witness.one_of_several && witness.address && witness.address->port != usual;
  return told ? witness.host + ":" + std::to_string(witness.address->port) : witness.host;
}

std::string Url(const Witness& witness) {
  return witness.scheme + "://" + Authority(witness) + TargetWithout(witness, witness.hidden_query);
}

std::vector<std::pair<std::string, std::string>> ShownHeaders(const Witness& witness) {
  std::vector<std::pair<std::string, std::string>> shown;
  for (const auto& header : witness.headers) {
    if (std::ranges::count(witness.hidden_headers, header.first) == 0) shown.push_back(header);
  }
  return shown;
}

std::string AddressText(const syntax::SocketAddress& address) {
  const std::string host = model::AddressText(address.address);
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(address.port);
}

std::string Curl(const Witness& witness) {
  std::string command = "curl -i --path-as-is -g";
  if (witness.host.empty()) command += " -0 -H 'Host:'";
  if (witness.method == "HEAD")
    command += " -I";
  else if (witness.method != "GET")
    command += " -X " + Quoted(witness.method);
  for (const auto& [name, value] : ShownHeaders(witness)) {
    // curl sends a field with an empty value only when it ends in a semicolon.
    command += " -H " + Quoted(value.empty() ? name + ";" : name + ": " + value);
  }
  command += " " + Quoted(Url(witness));
  std::string with;
  if (witness.jwt) with += "a verified token";
  for (const auto& [name, value] : witness.claims) with += ", " + name + " " + ClaimText(value);
  if (witness.consumer) with += (with.empty() ? "" : ", ") + ("the key of " + *witness.consumer);
  if (witness.proxy) {
    with +=
        (with.empty() ? "" : ", ") + ("the trusted proxy " + model::AddressText(*witness.proxy));
  }
  if (witness.peer) with += (with.empty() ? "" : ", ") + ("the peer " + *witness.peer);
  return with.empty() ? command : command + "  # with " + Comment(with);
}

}  // namespace weir::compiler
