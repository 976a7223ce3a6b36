// Random requests that aim at a policy: most are built to fit one of its
// routes, then a little is changed; encodings that should mean the same are
// mixed in, and so are requests that must be refused.
#ifndef WEIR_FUZZ_GENERATORS_REQUEST_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_REQUEST_GENERATOR_H_

#include <cstdint>
#include <string>

#include "fuzz/generators/choices.h"
#include "spec/model/model.h"

namespace weir::fuzz {

struct RandomRequest {
  model::RawRequest raw;
  model::Connection connection;
};

// For the gateway in this place.
RandomRequest RequestFor(const syntax::Policy& policy, Choices& choices, std::uint32_t gateway = 0);

// Another way to write the same path: escapes, dot segments, slashes.
std::string Disguised(const std::string& path, Choices& choices);

// One line that reproduces it, for failure messages.
std::string Describe(const RandomRequest& request);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_REQUEST_GENERATOR_H_
