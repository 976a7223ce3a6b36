// Random policies of whole systems: a gateway, often one behind it, often the
// sidecar of a service, with every construct of the core somewhere, claims and
// examples included. What RandomPolicy leaves at its defaults is drawn here.
#ifndef WEIR_FUZZ_GENERATORS_SYSTEM_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_SYSTEM_GENERATOR_H_

#include <string>

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::fuzz {

// The gateway "edge" in place 0. Routes bear different names throughout, and every
// rule, route and transform a node id of its own.
syntax::Policy RandomSystem(Choices& choices);

// A claim about requests. Of one claim in a few nothing is known beforehand; others
// repeat what a rule or a route already demands, so that many of them hold.
syntax::RequestClaim RandomClaim(Choices& choices, const syntax::Policy& policy);

// The text of the key that a random policy gives to this consumer.
std::string KeyOfConsumer(const std::string& consumer);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_SYSTEM_GENERATOR_H_
