// Terms of first-order logic as values with operators: Booleans, integers and
// bit vectors. This folder is the only place that knows which solver is behind.
//
//   Context context;
//   Int x = context.IntVariable("x");
//   Bool claim = Implies(x > context.Integer(3), x >= context.Integer(4));
//
// A Context is an arena: terms are two pointers, are copied freely, live as long
// as their context, and must never be mixed between contexts. Not thread safe;
// one context a thread.
#ifndef WEIR_COMPILER_SMT_TERM_H_
#define WEIR_COMPILER_SMT_TERM_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace weir::smt {

class Context;

// What all terms have in common. `node` is the solver's own object.
class Term {
 public:
  Term() = default;
  Term(Context* context, void* node) : context_(context), node_(node) {}
  Context* context() const { return context_; }
  void* node() const { return node_; }
  // The term in SMT-LIB's notation, for messages and tests.
  std::string Text() const;

 private:
  Context* context_ = nullptr;
  void* node_ = nullptr;
};

class Bool : public Term {
 public:
  using Term::Term;
};

class Int : public Term {
 public:
  using Term::Term;
};

class BitVec : public Term {
 public:
  using Term::Term;
};

Bool operator!(Bool a);
Bool operator&&(Bool a, Bool b);
Bool operator||(Bool a, Bool b);
Bool Implies(Bool premise, Bool conclusion);
Bool Iff(Bool a, Bool b);
Bool Choose(Bool condition, Bool then, Bool otherwise);

Int operator+(Int a, Int b);
Int operator-(Int a, Int b);
Int operator*(Int a, Int b);
Bool operator==(Int a, Int b);
Bool operator!=(Int a, Int b);
Bool operator<(Int a, Int b);
Bool operator<=(Int a, Int b);
Bool operator>(Int a, Int b);
Bool operator>=(Int a, Int b);
Int Choose(Bool condition, Int then, Int otherwise);
Int Max(Int a, Int b);
// Euclidean: the quotient rounds down for a positive divisor.
Int Divide(Int a, Int b);

Bool operator==(BitVec a, BitVec b);
Bool operator!=(BitVec a, BitVec b);
// As unsigned numbers.
Bool operator<=(BitVec a, BitVec b);
BitVec Choose(Bool condition, BitVec then, BitVec otherwise);

// What all contexts of the process may hold together. The last resort: an answer that
// meets it is unknown, and says so.
inline constexpr unsigned kSolverMegabytes = 2000;

class Context {
 public:
  Context();
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  Bool True();
  Bool False();
  Bool Constant(bool value) { return value ? True() : False(); }
  Bool BoolVariable(const std::string& name);
  Int Integer(std::int64_t value);
  Int IntVariable(const std::string& name);
  BitVec Bits(std::uint64_t value, unsigned width);
  BitVec BitsVariable(const std::string& name, unsigned width);

  Bool All(std::span<const Bool> terms);  // true when there are none
  Bool Any(std::span<const Bool> terms);  // false when there are none

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_TERM_H_
