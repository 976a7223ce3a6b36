// The one bridge to Z3's C interface, for this folder's .cc files alone.
#ifndef WEIR_COMPILER_SMT_Z3_H_
#define WEIR_COMPILER_SMT_Z3_H_

#include <z3.h>

#include <string>

#include "compiler/smt/term.h"

namespace weir::smt {

struct Context::Impl {
  Z3_context z3 = nullptr;
};

inline Z3_context Z3Of(const Term& term) { return term.context()->impl().z3; }
inline Z3_ast AstOf(const Term& term) { return static_cast<Z3_ast>(term.node()); }

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_Z3_H_
