// A claim fails when some row forwards (to the service that is named), `where`
// holds and `satisfies` does not, each read at that row's route: with its token,
// its key and its captures. All claims about one gateway share its universe, and each
// has a solver of its own.
#include "compiler/encode/prove.h"

#include <algorithm>
#include <chrono>
#include <expected>
#include <utility>

#include "compiler/encode/classes.h"
#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/derived.h"
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
        rows_(EncodeGateway(u_, policy, policy.gateways[gateway], listeners_, Unsendable::kApart)) {
    u_.trusted_proxies = policy.gateways[gateway].trusted_proxies;
  }

  void Ask(std::uint32_t proof, const RequestClaim& claim) {
    Question question;
    question.proof = proof;
    std::vector<Formula> about;
    for (std::uint32_t r = 0; r < rows_.size(); ++r) {
      const Row& row = rows_[r];
      if (!row.forwards || !Reaches(row, claim)) continue;
      const Formula where = Encode(u_, claim.where, row.place);
      const Formula satisfies = Encode(u_, claim.satisfies, row.place);
      // A longer body is refused by its announced length.
      const Formula here = u_.f.And({row.when, LengthAtMost(u_, MaxBody(row)), where});
      about.push_back(here);
      question.breaks.emplace_back(r, u_.f.And(here, u_.f.Not(satisfies)));
    }
    question.about = u_.f.Or(about);
    // `no request ... is forwarded` claims that there is none: nothing is vacuous about it.
    if (claim.satisfies.kind == syntax::Expression::Kind::kFalse) question.about = kTrue;
    questions_.push_back(std::move(question));
  }

  // Whether the kinds of values that the gateway alone tells apart are not too many.
  bool Fits() { return ClassesOf(u_).has_value(); }

  std::vector<ClaimVerdict> Answer() {
    auto classes = ClassesOf(u_);
    std::vector<ClaimVerdict> verdicts;
    if (!classes) {
      for (const Question& question : questions_) {
        verdicts.push_back({question.proof, gateway_, smt::Unknown{classes.error()}, 0});
      }
      return verdicts;
    }
    classes_ = *std::move(classes);
    const auto sets = std::make_shared<ClassSets>(u_, classes_);
    for (const Question& question : questions_) {
      // A solver of its own: what a claim comes to does not depend on those above it.
      Symbolic symbolic(u_, classes_, sets);
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
  std::uint64_t MaxBody(const Row& row) const {
    const syntax::Gateway& gateway = policy_.gateways[gateway_];
    const auto own = gateway.routes[*row.route].max_body;
    constexpr std::uint64_t kMost = ~std::uint64_t{0} >> 1;
    return own ? *own : gateway.max_body == 0 ? kMost : gateway.max_body;
  }

  bool Reaches(const Row& row, const RequestClaim& claim) const {
    if (!claim.to) return true;
    return std::count(row.services.begin(), row.services.end(), policy_[*claim.to].name) > 0;
  }

  // A request that was found and does not replay, or whose credential nobody can
  // write down, is put aside with all that are like it, and another is asked for.
  smt::Verdict<Counterexample> AnswerOne(Symbolic& symbolic, const Question& question) {
    constexpr int kTries = 8;
    const std::string& name = policy_.proofs[question.proof].name;
    std::vector<Formula> breaks;
    for (const auto& [row, when] : question.breaks) breaks.push_back(when);
    Formula some = u_.f.Or(breaks);
    std::string wrong;
    for (int i = 0; i < kTries; ++i) {
      const auto found = symbolic.Find(name, some, options_.budget_ms, breaks);
      if (found.kind == Symbolic::Found::Kind::kUnknown) return smt::Unknown{found.reason};
      if (found.kind == Symbolic::Found::Kind::kNone) {
        if (wrong.empty()) return Vacuity(symbolic, name, question);
        break;
      }
      const auto broken = std::ranges::find_if(question.breaks, [&](const auto& each) {
        return u_.Evaluate(each.second, found.request);
      });
      if (broken == question.breaks.end()) {
        return smt::Unknown{name + ": the solver's request does not break the claim when replayed"};
      }
      const auto& [row, when] = *broken;
      auto refuted = Refute(question, rows_[row], when, found.request);
      if (refuted) return smt::Refuted<Counterexample>{std::move(*refuted)};
      if (wrong.empty()) wrong = name + ": " + refuted.error();
      some = u_.f.And(some, u_.f.Not(LikeIt(when, found.request)));
    }
    return smt::Unknown{wrong};
  }

  // The requests that pass the same tests of a formula.
  Formula LikeIt(Formula formula, const std::vector<Value>& request) {
    std::vector<Formula> same;
    for (const Formula part : u_.f.Parts(formula)) {
      if (u_.f.node(part).kind != Formulas::Node::Kind::kAtom) continue;
      same.push_back(u_.Evaluate(part, request) ? part : u_.f.Not(part));
    }
    return u_.f.And(same);
  }

  std::expected<Counterexample, std::string> Refute(const Question& question, const Row& row,
                                                    Formula when,
                                                    const std::vector<Value>& request) {
    if (std::string open = TurnsOnCredential(row, when, request); !open.empty()) {
      return std::unexpected(std::move(open));
    }
    Counterexample example{Decode(u_, request, row.place, listeners_), *row.route, row.route_name,
                           row.services};
    const auto& claim = std::get<RequestClaim>(policy_.proofs[question.proof].claim);
    const std::string wrong = ConfirmBroken(policy_, gateway_, table_, example.witness,
                                            IdentityOf(u_, request, row.place), *row.route, claim);
    if (wrong.empty()) return example;
    return std::unexpected("a counterexample was found that does not replay: " + wrong);
  }

  // What a good key or token reads nobody knows: whatever it is must break the claim.
  std::string TurnsOnCredential(const Row& row, Formula when, const std::vector<Value>& request) {
    const auto turns = [&](Part part, const std::optional<std::string>& scope) {
      const auto outcome = scope ? u_.Known({part, *scope, ""}) : std::nullopt;
      if (!outcome || request[*outcome].integer != kVerified) return false;
      const auto at = CredentialText(u_, part, *scope);
      if (!at || u_.dimensions()[*at].literals.contains(request[*at].text)) return false;
      const Formula possible = u_.f.And(u_.constraints);
      std::vector<Value> other = request;
      return std::ranges::any_of(classes_[*at], [&](const ValueClass& each) {
        other[*at] = each.value;
        return u_.Evaluate(possible, other) && !u_.Evaluate(when, other);
      });
    };
    if (turns(Part::kKeys, row.place.keys)) {
      return "it turns on the text of an API key, of which the policy has the hash alone";
    }
    if (turns(Part::kJwt, row.place.jwt)) return "it turns on the text of a good token";
    return "";
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
  Classes classes_;
  std::vector<Question> questions_;
};

}  // namespace

std::vector<ClaimVerdict> ProveClaims(const Policy& policy, const Tables& tables,
                                      const ProveOptions& options) {
  std::vector<ClaimVerdict> all;
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    std::vector<std::pair<std::uint32_t, const RequestClaim*>> claims;
    for (std::uint32_t p = 0; p < policy.proofs.size(); ++p) {
      const auto* claim = std::get_if<RequestClaim>(&policy.proofs[p].claim);
      if (claim == nullptr || (claim->through && claim->through->index != g)) continue;
      claims.emplace_back(p, claim);
    }
    if (claims.empty()) continue;
    const auto prove = [&](const auto& some) {
      GatewayProver prover(policy, g, g < tables.size() ? tables[g] : nullptr, options);
      for (const auto& [proof, claim] : some) prover.Ask(proof, *claim);
      return prover.Answer();
    };
    std::vector<ClaimVerdict> verdicts = prove(claims);
    const bool undecided = std::ranges::any_of(verdicts, [](const ClaimVerdict& each) {
      return std::holds_alternative<smt::Unknown>(each.verdict);
    });
    const bool alone =
        undecided && claims.size() > 1 && GatewayProver(policy, g, nullptr, options).Fits();
    // What other claims read makes more kinds of values to tell apart. What is not decided
    // beside them is asked alone, and that answer stands.
    for (std::size_t i = 0; alone && i < claims.size(); ++i) {
      if (!std::holds_alternative<smt::Unknown>(verdicts[i].verdict)) continue;
      verdicts[i] = std::move(prove(std::vector{claims[i]}).front());
    }
    for (ClaimVerdict& verdict : verdicts) all.push_back(std::move(verdict));
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
