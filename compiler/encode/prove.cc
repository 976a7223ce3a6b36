// A claim fails when some row forwards (to the service that is named), `where`
// holds and `satisfies` does not, each read at that row's route: with its token,
// its key and its captures. All claims about one gateway share its universe.
#include "compiler/encode/prove.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "compiler/encode/classes.h"
#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::RequestClaim;

struct Question {
  std::uint32_t proof = 0;
  std::vector<std::pair<std::uint32_t, Formula>> breaks;  // row, and when it breaks the claim
  Formula about = kFalse;                                 // the requests the claim is about
};

class GatewayProver {
 public:
  GatewayProver(const Policy& policy, std::uint32_t gateway,
                std::shared_ptr<const runtime::Table> table, const ProveOptions& options)
      : policy_(policy),
        gateway_(gateway),
        table_(std::move(table)),
        options_(options),
        listeners_(AddListeners(u_, policy.gateways[gateway])),
        rows_(EncodeGateway(u_, policy, policy.gateways[gateway], listeners_)) {}

  void Ask(std::uint32_t proof, const RequestClaim& claim) {
    Question question;
    question.proof = proof;
    std::vector<Formula> about;
    for (std::uint32_t r = 0; r < rows_.size(); ++r) {
      const Row& row = rows_[r];
      if (!row.forwards || !Reaches(row, claim)) continue;
      const Formula here = u_.f.And(row.when, Encode(u_, claim.where, row.place));
      const Formula satisfies = Encode(u_, claim.satisfies, row.place);
      about.push_back(here);
      question.breaks.emplace_back(r, u_.f.And(here, u_.f.Not(satisfies)));
    }
    question.about = u_.f.Or(about);
    // `no request ... is forwarded` claims that there is none: nothing is vacuous about it.
    if (claim.satisfies.kind == syntax::Expression::Kind::kFalse) question.about = kTrue;
    questions_.push_back(std::move(question));
  }

  std::vector<ClaimVerdict> Answer() {
    const auto classes = ClassesOf(u_);
    std::vector<ClaimVerdict> verdicts;
    if (!classes) {
      for (const Question& question : questions_) {
        verdicts.push_back({question.proof, gateway_, smt::Unknown{classes.error()}, 0});
      }
      return verdicts;
    }
    Symbolic symbolic(u_, *classes);
    for (const Question& question : questions_) {
      const auto start = std::chrono::steady_clock::now();
      ClaimVerdict verdict{question.proof, gateway_, AnswerOne(symbolic, question), 0};
      verdict.milliseconds =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
              .count();
      verdicts.push_back(std::move(verdict));
    }
    return verdicts;
  }

 private:
  bool Reaches(const Row& row, const RequestClaim& claim) const {
    if (!claim.to) return true;
    return std::count(row.services.begin(), row.services.end(), policy_[*claim.to].name) > 0;
  }

  smt::Verdict<Counterexample> AnswerOne(Symbolic& symbolic, const Question& question) {
    const std::string& name = policy_.proofs[question.proof].name;
    std::vector<Formula> breaks;
    for (const auto& [row, when] : question.breaks) breaks.push_back(when);
    const auto found = symbolic.Find(name, u_.f.Or(breaks), options_.budget_ms, breaks);
    if (found.kind == Symbolic::Found::Kind::kUnknown) return smt::Unknown{found.reason};
    if (found.kind == Symbolic::Found::Kind::kNone) return Vacuity(symbolic, name, question);
    for (const auto& [r, when] : question.breaks) {
      if (!u_.Evaluate(when, found.request)) continue;
      return Refute(name, rows_[r], found.request);
    }
    return smt::Unknown{name + ": the solver's request does not break the claim when replayed"};
  }

  smt::Verdict<Counterexample> Refute(const std::string& name, const Row& row,
                                      const std::vector<Value>& request) const {
    Counterexample example{Decode(u_, request, row.place, listeners_), *row.route, row.route_name,
                           row.services};
    const std::string wrong =
        Confirm(policy_, gateway_, table_, example.witness, IdentityOf(u_, request, row.place),
                {true, 0, "ok", row.route});
    if (!wrong.empty()) {
      return smt::Unknown{name + ": a counterexample was found that does not replay: " + wrong};
    }
    return smt::Refuted<Counterexample>{std::move(example)};
  }

  smt::Verdict<Counterexample> Vacuity(Symbolic& symbolic, const std::string& name,
                                       const Question& question) {
    if (question.about == kTrue) return smt::Proved{};
    const auto some = symbolic.Find(name + " (premise)", question.about, options_.budget_ms);
    if (some.kind == Symbolic::Found::Kind::kUnknown) return smt::Unknown{some.reason};
    if (some.kind == Symbolic::Found::Kind::kSome) return smt::Proved{};
    return smt::Proved{"vacuous: no request that it is about is ever forwarded here"};
  }

  const Policy& policy_;
  std::uint32_t gateway_;
  std::shared_ptr<const runtime::Table> table_;
  const ProveOptions& options_;
  Universe u_;
  std::vector<std::uint32_t> listeners_;
  std::vector<Row> rows_;
  std::vector<Question> questions_;
};

}  // namespace

std::vector<ClaimVerdict> ProveClaims(const Policy& policy, const Tables& tables,
                                      const ProveOptions& options) {
  std::vector<ClaimVerdict> all;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    GatewayProver prover(policy, g, g < tables.size() ? tables[g] : nullptr, options);
    bool asked = false;
    for (std::uint32_t p = 0; p < policy.proofs.size(); ++p) {
      const auto* claim = std::get_if<RequestClaim>(&policy.proofs[p].claim);
      if (claim == nullptr || (claim->through && claim->through->index != g)) continue;
      prover.Ask(p, *claim);
      asked = true;
    }
    if (!asked) continue;
    for (ClaimVerdict& verdict : prover.Answer()) all.push_back(std::move(verdict));
  }
  std::vector<ClaimVerdict> ordered;
  for (std::uint32_t p = 0; p < policy.proofs.size(); ++p) {
    for (ClaimVerdict& verdict : all) {
      if (verdict.proof == p) ordered.push_back(std::move(verdict));
    }
  }
  return ordered;
}

}  // namespace weir::compiler
