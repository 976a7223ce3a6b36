// The class problem of shadowing, by Z3: the engine's way out when its own
// search meets its budget, and its second opinion.
//
// In each dimension a request falls into one class; a candidate (an earlier
// route) matches a set of classes in each. The question: is there one class a
// dimension such that no candidate matches in all dimensions? If not, which
// candidates suffice to cover everything?
//
//   ClassProblem problem{.candidates = 2, .dimensions = {{{0b01}, {0b11}}, ...}};
//   ClassAnswer answer = SolveClasses(problem, 500);
#ifndef WEIR_COMPILER_SMT_CLASS_SOLVER_H_
#define WEIR_COMPILER_SMT_CLASS_SOLVER_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weir::smt {

// One class: for each candidate, whether it matches values of this class
// (bit c of word c / 64).
struct CandidateSet {
  std::vector<std::uint64_t> words;
  bool Has(std::uint32_t candidate) const {
    return candidate / 64 < words.size() && ((words[candidate / 64] >> (candidate % 64)) & 1) != 0;
  }
};

struct ClassProblem {
  std::uint32_t candidates = 0;
  std::vector<std::vector<CandidateSet>> dimensions;  // by dimension, then class
};

struct ClassAnswer {
  enum class Kind : std::uint8_t { kEscapes, kCovered, kUnknown };
  Kind kind = Kind::kUnknown;
  std::vector<std::uint32_t> classes;  // kEscapes: the class of each dimension
  std::vector<std::uint32_t> core;     // kCovered: candidates that cover all, ascending
  std::string reason;                  // kUnknown
};

// `shrink` asks for a core from which no candidate can be dropped (by deletion,
// inside the same budget; a core that could not be shrunk in time still covers).
ClassAnswer SolveClasses(const ClassProblem& problem, unsigned budget_ms, bool shrink = true);

// The problem as an SMT-LIB script: satisfiable iff something escapes.
std::string ClassScript(const ClassProblem& problem);

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_CLASS_SOLVER_H_
