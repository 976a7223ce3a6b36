// The verdicts of `lint`, `prove`, `diff` and `explain` on a policy, judged by brute
// force: the model alone says what becomes of the requests of a small universe. A
// verdict is false when a request says otherwise, when its own witness does not show
// what it says, or when something that is certain by construction is not told.
//
//   Tally tally;
//   if (auto wrong = JudgeLint(trial, tally)) FAIL() << *wrong;
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_JUDGE_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_JUDGE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/differential/verdicts/universe.h"

namespace weir::testing {

// What is found false, in words; none: nothing.
using Falsehood = std::optional<std::string>;

// How often each verdict was given.
struct Tally {
  std::map<std::string, std::uint64_t> verdicts;
  std::map<std::string, std::uint64_t> unknown;   // by reason
  std::map<std::string, std::uint64_t> evidence;  // what the verdicts were held against

  void Add(const Tally& other);
  void Undecided(const std::string& reason);
  std::uint64_t Decided() const;  // but for answers of `explain`, which is never in doubt
  std::uint64_t Unknown() const;
};

// One policy on trial. What the compiler is handed is `seen` of it: the policy itself,
// unless a mistake is planted.
struct Trial {
  syntax::Policy policy;
  std::function<syntax::Policy(const syntax::Policy&)> seen = [](const auto& it) { return it; };
  std::vector<std::vector<Sent>> universe;  // by gateway
  std::string focus;  // the changes that `diff` is asked about are of this construct; empty: any
  fuzz::Choices choices;

  Trial(std::uint64_t seed, std::size_t requests);
};

Falsehood JudgeLint(Trial& trial, Tally& tally);
Falsehood JudgeProve(Trial& trial, Tally& tally);
Falsehood JudgeDiff(Trial& trial, Tally& tally);
Falsehood JudgeExplain(Trial& trial, Tally& tally);

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_JUDGE_H_
