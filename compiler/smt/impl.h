// What a Context holds, for this folder's .cc files alone. Z3's own header stays
// out of it: the context is kept untyped and cast where it is used.
#ifndef WEIR_COMPILER_SMT_IMPL_H_
#define WEIR_COMPILER_SMT_IMPL_H_

#include "compiler/smt/term.h"

namespace weir::smt {

struct Context::Impl {
  void* z3 = nullptr;    // a Z3_context
  void* some = nullptr;  // a term to go on with when there is no memory for another
  bool no_memory = false;
};

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_IMPL_H_
