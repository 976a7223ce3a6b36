// Random policies as resolved cores: what the resolver could give, small enough
// that requests meet every part of them.
#ifndef WEIR_FUZZ_GENERATORS_POLICY_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_POLICY_GENERATOR_H_

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::fuzz {

// One gateway, in place 0. Every rule bears a node id of its own.
syntax::Policy RandomPolicy(Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_POLICY_GENERATOR_H_
