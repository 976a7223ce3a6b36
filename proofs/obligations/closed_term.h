// The value of a term without variables: a rule of a theorem, asked what it says
// of a state that the code is in.
#ifndef WEIR_PROOFS_OBLIGATIONS_CLOSED_TERM_H_
#define WEIR_PROOFS_OBLIGATIONS_CLOSED_TERM_H_

#include "compiler/smt/solver.h"

namespace weir::proofs {

inline bool IsTrue(smt::Solver& solver, smt::Bool closed) {
  return solver.Check("a closed term", closed).kind == smt::Answer::Kind::kSatisfiable;
}

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_CLOSED_TERM_H_
