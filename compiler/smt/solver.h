// Asking the solver: named queries with a budget, models and cores.
//
//   Solver solver(context, Logic::kFinite);
//   solver.Add(request_is_well_formed);
//   Answer answer = solver.Check("payments need a user", forwarded && !verified, 2000);
//   if (answer.kind == Answer::Kind::kSatisfiable) solver.Value(path_class);
#ifndef WEIR_COMPILER_SMT_SOLVER_H_
#define WEIR_COMPILER_SMT_SOLVER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/smt/term.h"
#include "compiler/smt/verdict.h"

namespace weir::smt {

enum class Logic : std::uint8_t {
  kFinite,    // Booleans and bit vectors only: the fastest for class problems
  kIntegers,  // with linear or non-linear integers
};

struct Answer {
  enum class Kind : std::uint8_t { kSatisfiable, kUnsatisfiable, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string reason;             // for kUnknown, with the query's name
  std::vector<std::size_t> core;  // for kUnsatisfiable: places in `assumptions`
};

inline constexpr unsigned kDefaultBudgetMs = 5000;

class Solver {
 public:
  explicit Solver(Context& context, Logic logic);
  ~Solver();
  Solver(const Solver&) = delete;
  Solver& operator=(const Solver&) = delete;

  void Add(Bool fact);
  void Push();
  void Pop();

  // Is there a model of all facts, `query` and the assumptions? Facts stay,
  // `query` does not. The core is small, not always minimal.
  Answer Check(const std::string& name, Bool query, unsigned budget_ms = kDefaultBudgetMs,
               std::span<const Bool> assumptions = {});

  // In the model of the last satisfiable Check. What the model leaves open is completed.
  bool Value(Bool term);
  std::int64_t Value(Int term);
  std::uint64_t Value(BitVec term);

  // Everything asserted, and `query`, as one SMT-LIB script for another solver.
  std::string Script(Bool query);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// A theorem: every model of the premises satisfies the goal. The premises are
// checked to have a model first: a theorem about nothing is proved "vacuous".
// The witness is the counterexample's value of each of `show`, as text.
Verdict<std::string> Prove(Context& context, const std::string& name,
                           std::span<const Bool> premises, Bool goal,
                           std::span<const Int> show = {}, unsigned budget_ms = kDefaultBudgetMs);

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_SOLVER_H_
