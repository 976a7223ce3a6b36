// Random worlds: who the caller is, and what the limiter says. A world is plain
// data, so that it can be played to the model and to the runtime alike.
#ifndef WEIR_FUZZ_GENERATORS_WORLD_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_WORLD_GENERATOR_H_

#include <cstdint>
#include <vector>

#include "fuzz/generators/choices.h"
#include "spec/model/model.h"

namespace weir::fuzz {

struct RandomWorld {
  model::Identity identity;
  std::vector<model::LimitAnswer> answers;  // by the limit's place in Policy::limits
  std::vector<std::pair<std::string, std::string>> response;  // the upstream's fields
};

RandomWorld WorldFor(const syntax::Policy& policy, Choices& choices);

// Who the caller of a route is that takes these kinds of credentials.
model::Identity IdentityFor(const RandomWorld& world, bool takes_jwt, bool takes_keys);

// Refers to `world`, which must outlive it.
model::World AsModelWorld(const RandomWorld& world);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_WORLD_GENERATOR_H_
