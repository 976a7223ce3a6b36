// What ties the dimensions of a universe to one another: an attribute that is
// derived from a part of the request agrees with that part, a credential is one that
// can be, and a field is one that the reader of the head lets through.
//
//   auto rows = EncodeGateway(universe, policy, gateway, listeners, Unsendable::kApart);
//   RelateDerived(universe);            // ClassesOf does so
//
// A relation costs tests on the dimensions that it ties, so it is made only where
// both sides are read. Limits: the text of a good key or token is not known, and an
// X-Forwarded-For that no test names whole may have led to any address, though its last
// element is one. What such a text would have to say is left open here; whoever shows a
// request replays it.
#ifndef WEIR_COMPILER_ENCODE_DERIVED_H_
#define WEIR_COMPILER_ENCODE_DERIVED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/encode/universe.h"

namespace weir::compiler {

// Adds the relations to the universe's constraints, once. Nothing may be encoded
// afterwards.
void RelateDerived(Universe& universe);

// The dimension of the field or parameter that a good credential of this scope was
// read from, where something else reads it too. `part` is kJwt or kKeys.
std::optional<std::uint32_t> CredentialText(const Universe& universe, Part part,
                                            const std::string& scope);

// The text of X-Forwarded-For in a request: one that passes the same tests as the text that
// was found and leads to the request's client, if there is such a one.
std::string ChainOf(const Universe& universe, const std::vector<Value>& request,
                    std::uint32_t field);

// The announced length of the body, if there is one, is at most this.
Formula LengthAtMost(Universe& universe, std::uint64_t most);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DERIVED_H_
