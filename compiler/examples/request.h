// The request that an example writes, as it would arrive, and the world it
// arrives in: every limit admits, and the caller is who the example says.
#ifndef WEIR_COMPILER_EXAMPLES_REQUEST_H_
#define WEIR_COMPILER_EXAMPLES_REQUEST_H_

#include <cstdint>
#include <string>

#include "spec/model/model.h"

namespace weir::compiler {

struct ExampleCase {
  std::uint32_t gateway = 0;
  model::RawRequest raw;
  model::Connection connection;
  model::World world;
};

// The world refers to `policy` and `example`, which must outlive it.
ExampleCase CaseOf(const syntax::Policy& policy, const syntax::Example& example);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXAMPLES_REQUEST_H_
