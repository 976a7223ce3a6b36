// What comes of asking whether something holds of every request.
//
//   Verdict<Witness> verdict = ...;
//   if (auto* refuted = std::get_if<Refuted<Witness>>(&verdict)) Print(refuted->witness);
//
// Unknown is never a pass: whoever reads a verdict must name all three cases.
#ifndef WEIR_COMPILER_SMT_VERDICT_H_
#define WEIR_COMPILER_SMT_VERDICT_H_

#include <string>
#include <utility>
#include <variant>

namespace weir::smt {

// Holds. `note` is set when it holds for want of anything it could fail on
// ("vacuous: ..."), which the reader should be told.
struct Proved {
  std::string note;
};

// Fails, and `witness` shows where.
template <class W>
struct Refuted {
  W witness;
};

// Could not be decided: a budget ended, or the solver gave up.
struct Unknown {
  std::string reason;
};

template <class W>
using Verdict = std::variant<Proved, Refuted<W>, Unknown>;

template <class W>
bool IsProved(const Verdict<W>& verdict) {
  return std::holds_alternative<Proved>(verdict);
}
template <class W>
bool IsRefuted(const Verdict<W>& verdict) {
  return std::holds_alternative<Refuted<W>>(verdict);
}

}  // namespace weir::smt

#endif  // WEIR_COMPILER_SMT_VERDICT_H_
