// Random routes, rules and answers.
#ifndef WEIR_FUZZ_GENERATORS_ROUTE_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_ROUTE_GENERATOR_H_

#include <cstddef>
#include <vector>

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::fuzz {

// Refers to what `policy` holds so far; is to become routes[place] of `gateway`.
syntax::Route RandomRoute(Choices& choices, const syntax::Policy& policy,
                          const syntax::Gateway& gateway, std::size_t place);
std::vector<syntax::Rule> RandomRules(Choices& choices);
syntax::Response RandomResponse(Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_ROUTE_GENERATOR_H_
