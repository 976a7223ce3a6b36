// What a Context holds, for this folder's .cc files alone. Z3's own header stays
// out of it: the context is kept untyped and cast where it is used.
#ifndef WEIR_COMPILER_SMT_IMPL_H_
#define WEIR_COMPILER_SMT_IMPL_H_

#include <new>

#include "compiler/smt/term.h"

namespace weir::smt {

struct Context::Impl {
  void* z3 = nullptr;    // a Z3_context
  void* some = nullptr;  // a term to go on with when there is no memory for another
  bool no_memory = false;
};

// What Z3 has made, where nothing goes on without it. There is no other reason for none.
template <class Made>
Made Needed(Made made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_IMPL_H_
