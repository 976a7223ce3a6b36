// Values that policies write: durations, addresses, networks.
#ifndef WEIR_SPEC_SYNTAX_VALUE_H_
#define WEIR_SPEC_SYNTAX_VALUE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace weir::syntax {

// Nanoseconds, never negative in a policy.
struct Duration {
  std::int64_t nanoseconds = 0;
  friend auto operator<=>(const Duration&, const Duration&) = default;
};

// An IP address as 16 octets in network order; IPv4 is held IPv4-mapped
// (::ffff:a.b.c.d), so one type, one order and one comparison serve both.
struct Address {
  std::array<std::uint8_t, 16> octets{};
  friend auto operator<=>(const Address&, const Address&) = default;
};

// The addresses whose first `prefix` bits (0 to 128, counted in the mapped
// form: 10.0.0.0/8 has prefix 104) equal those of `base`; the rest of `base` is zero.
struct Network {
  Address base;
  std::uint8_t prefix = 128;
  std::string text;  // as written, for messages
  friend bool operator==(const Network& a, const Network& b) {
    return a.base == b.base && a.prefix == b.prefix;
  }
};

// A host and port to connect to or to listen on. `host` is a literal address.
struct SocketAddress {
  Address address;
  std::uint16_t port = 0;
  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_VALUE_H_
