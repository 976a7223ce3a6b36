// What the shadow engine turns to when its own class search meets its budget:
// the same problem for the solver.
//
//   ShadowEngine engine(gateway, {.fallback = SolveByClasses});
#ifndef WEIR_COMPILER_CHECKS_SOLVER_FALLBACK_H_
#define WEIR_COMPILER_CHECKS_SOLVER_FALLBACK_H_

#include "compiler/shadow/residue.h"

namespace weir::compiler {

// Within half a second; past that unknown, with the solver's reason.
ResidueAnswer SolveByClasses(const Residue& residue);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_SOLVER_FALLBACK_H_
