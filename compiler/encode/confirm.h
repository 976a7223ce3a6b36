// What the solver found, as the world of a replay: beside the request itself
// (witness/confirm.h), who its caller turns out to be.
#ifndef WEIR_COMPILER_ENCODE_CONFIRM_H_
#define WEIR_COMPILER_ENCODE_CONFIRM_H_

#include <vector>

#include "compiler/encode/order.h"
#include "compiler/witness/confirm.h"
#include "spec/model/model.h"

namespace weir::compiler {

// Who the caller turns out to be, when asked at this row.
model::Identity IdentityOf(const Universe& universe, const std::vector<Value>& request,
                           const RulePlace& place);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CONFIRM_H_
