#include "compiler/checks/addresses.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include "runtime/base/ascii.h"
#include "runtime/request/address.h"

namespace weir::compiler {
namespace {

using syntax::Address;
using syntax::Gateway;
using syntax::Listener;
using syntax::SocketAddress;

constexpr Address kLoopback4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}};
constexpr Address kLoopback6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};

runtime::Address Octets(const Address& address) {
  runtime::Address octets;
  octets.octets = address.octets;
  return octets;
}

bool Overlap(const Listener& one, const Listener& other) {
  if (one.address.port != other.address.port) return false;
  const Address &a = one.address.address, &b = other.address.address;
  return a == b || (IsIpv4(a) == IsIpv4(b) && (IsWildcard(a) || IsWildcard(b)));
}

// "host:port" as a DNS clause has it, where the host needs no looking up.
std::vector<SocketAddress> Known(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::uint16_t port = 0;
  if (colon == std::string_view::npos) return {};
  const auto [end, error] =
      std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  std::string host = Lowered(text.substr(0, colon));
  if (host.ends_with('.')) host.pop_back();
  if (host == "localhost" || host.ends_with(".localhost"))  // RFC 6761 6.3
    return {{kLoopback4, port}, {kLoopback6, port}};
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = runtime::ParseAddress(host);
  if (!address) return {};
  return {{Address{address->octets}, port}};
}

}  // namespace

bool IsIpv4(const Address& address) { return runtime::IsIpv4(Octets(address)); }

bool IsWildcard(const Address& address) {
  const std::size_t from = IsIpv4(address) ? 12 : 0;
  return std::all_of(address.octets.begin() + static_cast<std::ptrdiff_t>(from),
                     address.octets.end(), [](std::uint8_t octet) { return octet == 0; });
}

bool IsLoopback(const Address& address) {
  return address == kLoopback6 || (IsIpv4(address) && address.octets[12] == 127);
}

std::vector<SocketAddress> EndpointsOf(const syntax::Service& service) {
  std::vector<SocketAddress> endpoints;
  for (const syntax::Endpoint& endpoint : service.endpoints) endpoints.push_back(endpoint.address);
  if (service.dns) {
    for (const SocketAddress& known : Known(*service.dns)) endpoints.push_back(known);
  }
  for (SocketAddress& endpoint : endpoints) {
    if (!IsWildcard(endpoint.address)) continue;
    endpoint.address = IsIpv4(endpoint.address) ? kLoopback4 : kLoopback6;
  }
  return endpoints;
}

std::string TextOf(const SocketAddress& address) {
  const runtime::AddressText shown(Octets(address.address));
  const std::string text(shown.view());
  return (IsIpv4(address.address) ? text : "[" + text + "]") + ":" + std::to_string(address.port);
}

bool Accepts(const Listener& listener, const SocketAddress& endpoint) {
  if (listener.address.port != endpoint.port) return false;
  const Address& own = listener.address.address;
  if (own == endpoint.address) return true;
  return IsWildcard(own) && IsIpv4(own) == IsIpv4(endpoint.address);
}

Shared SharesHost(const Gateway& one, const Gateway& other) {
  if (&one == &other) return Shared::kYes;
  if (one.host && other.host) return *one.host == *other.host ? Shared::kYes : Shared::kNo;
  for (const Listener& a : one.listeners) {
    for (const Listener& b : other.listeners) {
      if (Overlap(a, b)) return Shared::kNo;
    }
  }
  return Shared::kPossible;
}

}  // namespace weir::compiler
