// Terms are Z3 nodes whose reference is taken once and never given back: the
// context is an arena, and goes as a whole. That makes terms plain values.
#include "compiler/smt/term.h"

#include <z3.h>

#include <cassert>
#include <vector>

#include "compiler/smt/impl.h"

namespace weir::smt {
namespace {

Z3_context Z3Of(Context& context) { return static_cast<Z3_context>(context.impl().z3); }
Z3_context Z3Of(const Term& term) { return Z3Of(*term.context()); }
Z3_ast AstOf(const Term& term) { return static_cast<Z3_ast>(term.node()); }

// Z3 reports misuse (mixed sorts) through this; it must not end the process.
void KeepError(Z3_context, Z3_error_code) {}

// Out of memory, Z3 makes no term: whoever asks then is told so by the solver's answer.
template <class T>
T Keep(Context* context, Z3_ast ast) {
  Context::Impl& impl = context->impl();
  if (ast == nullptr) {
    assert(impl.no_memory || Z3_get_error_code(Z3Of(*context)) == Z3_MEMOUT_FAIL);
    impl.no_memory = true;
  }
  if (impl.no_memory) return T(context, impl.some);
  Z3_inc_ref(Z3Of(*context), ast);
  return T(context, ast);
}

template <class T>
T Keep(const Term& like, Z3_ast ast) {
  return Keep<T>(like.context(), ast);
}

Z3_ast Nary(Z3_ast (*make)(Z3_context, unsigned, const Z3_ast*), const Term& a, const Term& b) {
  const Z3_ast both[] = {AstOf(a), AstOf(b)};
  return make(Z3Of(a), 2, both);
}

// Sorts: null out of memory.
Z3_ast Named(Z3_context z3, const std::string& name, Z3_sort sort) {
  if (sort == nullptr) return nullptr;
  return Z3_mk_const(z3, Z3_mk_string_symbol(z3, name.c_str()), sort);
}

Bool Many(Context* context, std::span<const Bool> terms,
          Z3_ast (*make)(Z3_context, unsigned, const Z3_ast*), bool of_none) {
  if (terms.empty()) return context->Constant(of_none);
  if (terms.size() == 1) return terms[0];
  std::vector<Z3_ast> asts;
  asts.reserve(terms.size());
  for (const Bool& term : terms) asts.push_back(AstOf(term));
  return Keep<Bool>(context, make(Z3Of(*context), static_cast<unsigned>(asts.size()), asts.data()));
}

}  // namespace

std::string Term::Text() const { return Z3_ast_to_string(Z3Of(*this), AstOf(*this)); }

Bool operator!(Bool a) { return Keep<Bool>(a, Z3_mk_not(Z3Of(a), AstOf(a))); }
Bool operator&&(Bool a, Bool b) { return Keep<Bool>(a, Nary(Z3_mk_and, a, b)); }
Bool operator||(Bool a, Bool b) { return Keep<Bool>(a, Nary(Z3_mk_or, a, b)); }
Bool Implies(Bool premise, Bool conclusion) {
  return Keep<Bool>(premise, Z3_mk_implies(Z3Of(premise), AstOf(premise), AstOf(conclusion)));
}
Bool Iff(Bool a, Bool b) { return Keep<Bool>(a, Z3_mk_eq(Z3Of(a), AstOf(a), AstOf(b))); }
Bool Choose(Bool condition, Bool then, Bool otherwise) {
  return Keep<Bool>(condition,
                    Z3_mk_ite(Z3Of(condition), AstOf(condition), AstOf(then), AstOf(otherwise)));
}

Int operator+(Int a, Int b) { return Keep<Int>(a, Nary(Z3_mk_add, a, b)); }
Int operator-(Int a, Int b) { return Keep<Int>(a, Nary(Z3_mk_sub, a, b)); }
Int operator*(Int a, Int b) { return Keep<Int>(a, Nary(Z3_mk_mul, a, b)); }
Bool operator==(Int a, Int b) { return Keep<Bool>(a, Z3_mk_eq(Z3Of(a), AstOf(a), AstOf(b))); }
Bool operator!=(Int a, Int b) { return !(a == b); }
Bool operator<(Int a, Int b) { return Keep<Bool>(a, Z3_mk_lt(Z3Of(a), AstOf(a), AstOf(b))); }
Bool operator<=(Int a, Int b) { return Keep<Bool>(a, Z3_mk_le(Z3Of(a), AstOf(a), AstOf(b))); }
Bool operator>(Int a, Int b) { return b < a; }
Bool operator>=(Int a, Int b) { return b <= a; }
Int Choose(Bool condition, Int then, Int otherwise) {
  return Keep<Int>(condition,
                   Z3_mk_ite(Z3Of(condition), AstOf(condition), AstOf(then), AstOf(otherwise)));
}
Int Max(Int a, Int b) { return Choose(a < b, b, a); }
Int Divide(Int a, Int b) { return Keep<Int>(a, Z3_mk_div(Z3Of(a), AstOf(a), AstOf(b))); }

Bool operator==(BitVec a, BitVec b) { return Keep<Bool>(a, Z3_mk_eq(Z3Of(a), AstOf(a), AstOf(b))); }
Bool operator!=(BitVec a, BitVec b) { return !(a == b); }
Bool operator<=(BitVec a, BitVec b) {
  return Keep<Bool>(a, Z3_mk_bvule(Z3Of(a), AstOf(a), AstOf(b)));
}
BitVec Choose(Bool condition, BitVec then, BitVec otherwise) {
  return Keep<BitVec>(condition,
                      Z3_mk_ite(Z3Of(condition), AstOf(condition), AstOf(then), AstOf(otherwise)));
}

Context::Context() : impl_(std::make_unique<Impl>()) {
  Z3_global_param_set("memory_max_size", std::to_string(kSolverMegabytes).c_str());
  Z3_config config = Needed(Z3_mk_config());
  const Z3_context z3 = Z3_mk_context_rc(config);
  Z3_del_config(config);
  Z3_set_error_handler(Needed(z3), KeepError);
  impl_->z3 = z3;
  impl_->some = Z3_mk_true(z3);
  if (impl_->some == nullptr) {
    Z3_del_context(z3);
    throw std::bad_alloc();
  }
  Z3_inc_ref(z3, static_cast<Z3_ast>(impl_->some));
}

Context::~Context() { Z3_del_context(Z3Of(*this)); }

Bool Context::True() { return Keep<Bool>(this, Z3_mk_true(Z3Of(*this))); }
Bool Context::False() { return Keep<Bool>(this, Z3_mk_false(Z3Of(*this))); }
Bool Context::BoolVariable(const std::string& name) {
  return Keep<Bool>(this, Named(Z3Of(*this), name, Z3_mk_bool_sort(Z3Of(*this))));
}
Int Context::Integer(std::int64_t value) {
  const Z3_sort sort = Z3_mk_int_sort(Z3Of(*this));
  return Keep<Int>(this, sort == nullptr ? nullptr : Z3_mk_int64(Z3Of(*this), value, sort));
}
Int Context::IntVariable(const std::string& name) {
  return Keep<Int>(this, Named(Z3Of(*this), name, Z3_mk_int_sort(Z3Of(*this))));
}
BitVec Context::Bits(std::uint64_t value, unsigned width) {
  const Z3_sort sort = Z3_mk_bv_sort(Z3Of(*this), width);
  return Keep<BitVec>(this,
                      sort == nullptr ? nullptr : Z3_mk_unsigned_int64(Z3Of(*this), value, sort));
}
BitVec Context::BitsVariable(const std::string& name, unsigned width) {
  return Keep<BitVec>(this, Named(Z3Of(*this), name, Z3_mk_bv_sort(Z3Of(*this), width)));
}

Bool Context::All(std::span<const Bool> terms) { return Many(this, terms, Z3_mk_and, true); }
Bool Context::Any(std::span<const Bool> terms) { return Many(this, terms, Z3_mk_or, false); }

}  // namespace weir::smt
