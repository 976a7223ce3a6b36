// One step of a theorem's proof: a query with its verdict.
#ifndef WEIR_PROOFS_OBLIGATIONS_OBLIGATION_H_
#define WEIR_PROOFS_OBLIGATIONS_OBLIGATION_H_

#include <string>
#include <vector>

#include "compiler/smt/verdict.h"

namespace weir::proofs {

struct Obligation {
  std::string name;
  smt::Verdict<std::string> verdict;
};

// A theorem holds when every obligation is proved, and none vacuously.
inline bool Holds(const std::vector<Obligation>& obligations) {
  for (const Obligation& obligation : obligations) {
    const auto* proved = std::get_if<smt::Proved>(&obligation.verdict);
    if (proved == nullptr || !proved->note.empty()) return false;
  }
  return !obligations.empty();
}

// Whether some obligation is refuted (and not merely undecided).
inline bool Fails(const std::vector<Obligation>& obligations) {
  for (const Obligation& obligation : obligations) {
    if (smt::IsRefuted(obligation.verdict)) return true;
  }
  return false;
}

// For a failing test: each obligation and what came of it.
inline std::string Explain(const std::vector<Obligation>& obligations) {
  std::string text;
  for (const Obligation& obligation : obligations) {
    text += obligation.name + ": ";
    if (const auto* refuted = std::get_if<smt::Refuted<std::string>>(&obligation.verdict)) {
      text += "refuted by " + refuted->witness;
    } else if (const auto* unknown = std::get_if<smt::Unknown>(&obligation.verdict)) {
      text += "unknown, " + unknown->reason;
    } else {
      text += "proved " + std::get<smt::Proved>(obligation.verdict).note;
    }
    text += "\n";
  }
  return text;
}

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_OBLIGATION_H_
