// IP addresses as text. An IPv4 address is held IPv4-mapped, so "10.0.0.1" and
// "::ffff:10.0.0.1" are one address.
//
//   auto address = ParseAddress("192.0.2.7");
//   AddressText text(*address);
//   Log(text.view());
#ifndef WEIR_RUNTIME_REQUEST_ADDRESS_H_
#define WEIR_RUNTIME_REQUEST_ADDRESS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/request/request.h"

namespace weir::runtime {

// Strict: four decimal numbers without leading zeros, or RFC 4291's text form of
// IPv6; no zone, no port, no brackets, no white space.
std::optional<Address> ParseAddress(std::string_view text);

// Up to five digits that make at most 65535.
std::optional<std::uint16_t> ParsePort(std::string_view digits);

// An element of X-Forwarded-For: an address, perhaps with a port behind it (an IPv6
// address is in brackets then), perhaps all in quotes.
std::optional<Address> ParseForwardedAddress(std::string_view element);

bool IsIpv4(const Address& address);

// Whether the first `prefix` bits (of the mapped form) of both are the same.
bool SamePrefix(const Address& a, const Address& b, std::uint32_t prefix);

// The canonical text (RFC 5952; IPv4 as dotted decimals), in a buffer of its own.
class AddressText {
 public:
  enum class Style { kShort, kIpv6 };  // kIpv6 writes a mapped address as ::ffff:a.b.c.d
  explicit AddressText(const Address& address, Style style = Style::kShort);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  void Append(std::string_view text);
  void AppendIpv4(const std::uint8_t* octets);
  void AppendIpv6(const Address& address);

  std::array<char, 48> text_;
  std::size_t size_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_ADDRESS_H_
