// Questions about all requests, put to the solver, answered with one request.
//
//   Symbolic symbolic(universe, classes);
//   auto found = symbolic.Find("payments need a user", formula, 5000);
//   if (found.kind == Found::Kind::kSome) Show(found.request);
//
// A request is one class for each dimension; lists are a Boolean for each class
// of items. The request that comes back is shrunk: as much as can be is absent,
// or plain, while the formula still holds.
#ifndef WEIR_COMPILER_ENCODE_SYMBOLIC_H_
#define WEIR_COMPILER_ENCODE_SYMBOLIC_H_

#include <memory>
#include <string>
#include <vector>

#include "compiler/encode/class_sets.h"
#include "compiler/encode/classes.h"
#include "compiler/encode/trial.h"
#include "compiler/encode/universe.h"
#include "compiler/smt/solver.h"

namespace weir::compiler {

class Symbolic {
 public:
  // Both must outlive it, and nothing may be added to `universe` any more but
  // formulas over atoms that it has.
  Symbolic(Universe& universe, const Classes& classes);
  // `sets` may be shared by several.
  Symbolic(Universe& universe, const Classes& classes, std::shared_ptr<ClassSets> sets);
  ~Symbolic();

  struct Found {
    enum class Kind { kNone, kSome, kUnknown };
    Kind kind = Kind::kUnknown;
    std::vector<Value> request;   // kSome: by dimension
    std::vector<Choice> choices;  // the same, by class
    std::string reason;           // kUnknown
  };

  // Some request that satisfies the universe's constraints and `formula`.
  // With `keep`, shrinking keeps the values of these formulas as they are found.
  Found Find(const std::string& name, Formula formula, unsigned budget_ms,
             const std::vector<Formula>& keep = {});

  // A formula of the same value on every request, with one shape for what it says about
  // one dimension (class_sets.h).
  Formula Plain(Formula formula);

  // The query as SMT-LIB.
  std::string Script(Formula formula);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_SYMBOLIC_H_
