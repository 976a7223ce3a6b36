// From classes back to a request that a person can send.
#ifndef WEIR_COMPILER_ENCODE_DECODE_H_
#define WEIR_COMPILER_ENCODE_DECODE_H_

#include <optional>
#include <string>
#include <vector>

#include "compiler/encode/order.h"
#include "compiler/encode/universe.h"
#include "compiler/witness/witness.h"

namespace weir::compiler {

// `place` says whose token and key the request is to carry. `listeners` says which
// value of the listener dimension each of the gateway's listeners is; the witness
// names the gateway's own. A credential that is bad, or keys that cannot be had,
// cannot be written into a request: see Circumstance.
Witness Decode(const Universe& universe, const std::vector<Value>& request, const RulePlace& place,
               const std::vector<std::uint32_t>& listeners);

// What a request alone cannot show, in words: "with a token that does not hold".
// Empty when the request says it all.
std::string Circumstance(const Universe& universe, const std::vector<Value>& request,
                         const RulePlace& place);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DECODE_H_
