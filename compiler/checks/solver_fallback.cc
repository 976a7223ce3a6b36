#include "compiler/checks/solver_fallback.h"

#include <utility>

#include "compiler/smt/class_solver.h"

namespace weir::compiler {

ResidueAnswer SolveByClasses(const Residue& residue) {
  smt::ClassProblem problem;
  problem.candidates = residue.candidates;
  for (const auto& dimension : residue.dimensions) {
    auto& classes = problem.dimensions.emplace_back();
    for (const auto& each : dimension.classes) classes.push_back({each});
  }
  smt::ClassAnswer found = smt::SolveClasses(problem, 500);
  ResidueAnswer answer;
  using Kind = smt::ClassAnswer::Kind;
  answer.kind = found.kind == Kind::kEscapes   ? ResidueAnswer::Kind::kEscapes
                : found.kind == Kind::kCovered ? ResidueAnswer::Kind::kCovered
                                               : ResidueAnswer::Kind::kUnknown;
  answer.classes = std::move(found.classes);
  answer.core = std::move(found.core);
  answer.reason = std::move(found.reason);
  return answer;
}

}  // namespace weir::compiler
