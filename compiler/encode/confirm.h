// What the solver found, as the world of a replay: beside the request itself
// (witness/confirm.h), who its caller turns out to be.
#ifndef WEIR_COMPILER_ENCODE_CONFIRM_H_
#define WEIR_COMPILER_ENCODE_CONFIRM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "compiler/encode/order.h"
#include "compiler/witness/confirm.h"
#include "spec/model/model.h"

namespace weir::compiler {

// Who the caller turns out to be, when asked at this row.
model::Identity IdentityOf(const Universe& universe, const std::vector<Value>& request,
                           const RulePlace& place);

// Where every limit admits and the caller turns out to be this one.
model::World WorldOf(const model::Identity& identity);

// Why a request does not break a claim: the model, or the table, does not forward it
// by this route, or says otherwise of the claim itself. Empty: it does. The claim is
// read as a rule of the route, so that each evaluates it by its own means.
std::string ConfirmBroken(const syntax::Policy& policy, std::uint32_t gateway,
                          const std::shared_ptr<const runtime::Table>& table,
                          const Witness& witness, const model::Identity& identity,
                          std::uint32_t route, const syntax::RequestClaim& claim);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_CONFIRM_H_
