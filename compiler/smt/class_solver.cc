// A Boolean for each class, exactly one true in each dimension; a Boolean for
// each candidate, assumed, which says "this candidate does not match": in some
// dimension the class is one it does not match. Unsatisfiable under all these
// assumptions means covered, and the core names who covers.
#include "compiler/smt/class_solver.h"

#include <algorithm>

#include "compiler/smt/solver.h"

namespace weir::smt {
namespace {

struct Encoded {
  Context context;
  Solver solver{context, Logic::kFinite};
  std::vector<std::vector<Bool>> classes;
  std::vector<Bool> escapes;  // by candidate
};

void ExactlyOne(Encoded& e, const std::vector<Bool>& classes) {
  e.solver.Add(e.context.Any(classes));
  // A ladder: `before` says that an earlier class was taken.
  Bool before = e.context.False();
  for (const Bool& one : classes) {
    e.solver.Add(!(before && one));
    before = before || one;
  }
}

void Encode(const ClassProblem& problem, Encoded& e) {
  for (std::size_t d = 0; d < problem.dimensions.size(); ++d) {
    std::vector<Bool> row;
    for (std::size_t c = 0; c < problem.dimensions[d].size(); ++c) {
      row.push_back(e.context.BoolVariable("d" + std::to_string(d) + "c" + std::to_string(c)));
    }
    ExactlyOne(e, row);
    e.classes.push_back(std::move(row));
  }
  for (std::uint32_t candidate = 0; candidate < problem.candidates; ++candidate) {
    std::vector<Bool> misses;
    for (std::size_t d = 0; d < problem.dimensions.size(); ++d) {
      for (std::size_t c = 0; c < problem.dimensions[d].size(); ++c) {
        if (!problem.dimensions[d][c].Has(candidate)) misses.push_back(e.classes[d][c]);
      }
    }
    const Bool escape = e.context.BoolVariable("escapes" + std::to_string(candidate));
    e.solver.Add(Implies(escape, e.context.Any(misses)));
    e.escapes.push_back(escape);
  }
}

// Drops candidates from the core one at a time while the rest still covers. Each try has
// its share of the budget, so that what is dropped does not depend on the clock.
void Shrink(Encoded& e, std::vector<std::uint32_t>& core, unsigned budget_ms) {
  const auto tries = static_cast<unsigned>(std::min<std::size_t>(core.size(), 1'000'000));
  const unsigned share = std::max(budget_ms / std::max(tries, 1U), 1U);
  for (std::size_t i = 0; i < core.size();) {
    std::vector<std::uint32_t> rest = core;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    std::vector<Bool> assumptions;
    for (std::uint32_t candidate : rest) assumptions.push_back(e.escapes[candidate]);
    const Answer answer = e.solver.Check("smaller core", e.context.True(), share, assumptions);
    if (answer.kind == Answer::Kind::kUnsatisfiable) {
      core = std::move(rest);
    } else {
      ++i;
    }
  }
}

}  // namespace

ClassAnswer SolveClasses(const ClassProblem& problem, unsigned budget_ms, bool shrink) {
  Encoded e;
  Encode(problem, e);
  const Answer answer = e.solver.Check("shadowing classes", e.context.True(), budget_ms, e.escapes);
  ClassAnswer result;
  if (answer.kind == Answer::Kind::kUnknown) {
    result.reason = answer.reason;
    return result;
  }
  if (answer.kind == Answer::Kind::kUnsatisfiable) {
    result.kind = ClassAnswer::Kind::kCovered;
    result.core.assign(answer.core.begin(), answer.core.end());
    std::sort(result.core.begin(), result.core.end());
    if (shrink) Shrink(e, result.core, budget_ms);
    return result;
  }
  result.kind = ClassAnswer::Kind::kEscapes;
  for (const auto& row : e.classes) {
    std::uint32_t chosen = 0;
    while (chosen + 1 < row.size() && !e.solver.Value(row[chosen])) ++chosen;
    result.classes.push_back(chosen);
  }
  return result;
}

std::string ClassScript(const ClassProblem& problem) {
  Encoded e;
  Encode(problem, e);
  return e.solver.Script(e.context.All(e.escapes));
}

}  // namespace weir::smt
