// The members of a random policy that no request shows by itself, or that few
// policies have: what hosts are looked after by, what is logged, how long things may
// take, who may connect.
#ifndef WEIR_FUZZ_GENERATORS_FURNISH_H_
#define WEIR_FUZZ_GENERATORS_FURNISH_H_

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::fuzz {

// Issuers, key sets, limits, retries, breakers: adds definitions, and fills in what is there.
void FurnishDefinitions(Choices& choices, syntax::Policy& policy);
void FurnishService(Choices& choices, syntax::Policy& policy, std::uint32_t place);
void FurnishListener(Choices& choices, syntax::Listener& listener);
void FurnishGateway(Choices& choices, syntax::Gateway& gateway);
// Refers to what `policy` holds.
void FurnishRoute(Choices& choices, const syntax::Policy& policy, syntax::Route& route);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_FURNISH_H_
