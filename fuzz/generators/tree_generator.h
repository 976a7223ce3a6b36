// Random surface trees, as the parser would give them: every one of them is
// some text's tree, so printing and parsing it must give it back.
#ifndef WEIR_FUZZ_GENERATORS_TREE_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_TREE_GENERATOR_H_

#include "dsl/tree/tree.h"
#include "fuzz/generators/choices.h"

namespace weir::fuzz {

dsl::tree::File GenerateTree(Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_TREE_GENERATOR_H_
