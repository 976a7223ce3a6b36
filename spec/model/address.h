// Addresses as text, and networks (CANON-9, MATCH-7).
#ifndef WEIR_SPEC_MODEL_ADDRESS_H_
#define WEIR_SPEC_MODEL_ADDRESS_H_

#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/value.h"

namespace weir::model {

// Dotted decimals without leading zeros, or RFC 4291's text form of IPv6;
// nothing around it: no port, brackets, zone or white space.
std::optional<syntax::Address> ParseAddress(const std::string& text);

// Dotted decimals for IPv4 (held IPv4-mapped), else RFC 5952's form.
std::string AddressText(const syntax::Address& address);
// The same, but a mapped IPv4 address is written as "::ffff:192.0.2.1".
std::string Ipv6Text(const syntax::Address& address);

bool Contains(const syntax::Network& network, const syntax::Address& address);
bool ContainsAny(const std::vector<syntax::Network>& networks, const syntax::Address& address);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_ADDRESS_H_
