// `prove`: no request of the universe breaks a claim that is proved, and the witness of a
// refuted one breaks it. To the policy's own claims come some that a request of the
// universe is known to break: those are never proved.
#include <algorithm>
#include <set>
#include <utility>

#include "compiler/encode/prove.h"
#include "compiler/lower/lower.h"
#include "compiler/witness/confirm.h"
#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/system_generator.h"
#include "spec/model/expression.h"
#include "tests/differential/verdicts/judge.h"

namespace weir::testing {
namespace {

using compiler::Witness;
using syntax::Expression;
using syntax::Policy;
using syntax::RequestClaim;

class Prove {
 public:
  Prove(Trial& trial, Tally& tally) : trial_(trial), policy_(trial.policy), tally_(tally) {}

  Falsehood Run() {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) AddBroken(g);
    const Policy seen = trial_.seen(policy_);
    compiler::Tables tables;
    for (std::uint32_t g = 0; g < seen.gateways.size(); ++g) {
      auto octets = compiler::Lower(seen, nullptr, g);
      auto table = octets ? runtime::Table::LoadOctets(*octets) : std::unexpected(std::string());
      if (!table) return "gateway '" + seen.gateways[g].name + "' cannot be lowered";
      tables.push_back(*table);
    }
    std::set<std::pair<std::uint32_t, std::uint32_t>> answered;
    for (const auto& verdict : compiler::ProveClaims(seen, tables)) {
      answered.insert({verdict.proof, verdict.gateway});
      if (auto wrong = Judge(verdict)) return NameOf(verdict.proof, verdict.gateway) + *wrong;
    }
    for (std::uint32_t p = 0; p < policy_.proofs.size(); ++p) {
      const auto* claim = std::get_if<RequestClaim>(&policy_.proofs[p].claim);
      for (std::uint32_t g = 0; claim && g < policy_.gateways.size(); ++g) {
        const bool about = !claim->through || claim->through->index == g;
        if (about && !answered.contains({p, g})) return NameOf(p, g) + "there is no verdict";
      }
    }
    return std::nullopt;
  }

 private:
  std::string NameOf(std::uint32_t proof, std::uint32_t gateway) const {
    return policy_.proofs[proof].name + " at '" + policy_.gateways[gateway].name + "': ";
  }

  // Claims that a request which passes breaks: it meets the premise, and not the rest.
  void AddBroken(std::uint32_t g) {
    int added = 0;
    for (const Sent& sent : trial_.universe[g]) {
      if (added == 2) return;
      const auto facts = PassingFacts(g, sent.raw, sent.connection, Asking(sent));
      if (!facts || trial_.choices.Chance(60)) continue;
      RequestClaim claim;
      for (int i = 0; i < 3; ++i) {
        Expression where = fuzz::RandomExpression(trial_.choices, 1);
        if (model::Holds(where, *facts)) claim.where = std::move(where);
      }
      claim.satisfies = fuzz::RandomClaim(trial_.choices, policy_).satisfies;
      if (model::Holds(claim.satisfies, *facts)) {
        Expression negated;
        negated.kind = Expression::Kind::kNot;
        negated.children = {claim.satisfies};
        claim.satisfies = std::move(negated);
      }
      claim.through = syntax::Ref<syntax::Gateway>{g};
      const std::string name = "broken claim " + std::to_string(policy_.proofs.size());
      policy_.proofs.push_back({name, claim, syntax::kNoNode});
      ++added;
    }
  }

  Identify Asking(const Sent& sent) const {
    return [this, &sent](const syntax::Authentication& asked) {
      return FoundBy(policy_, sent, asked);
    };
  }

  // What is known of a request that is sent to an upstream; none: it is not.
  std::optional<model::Facts> PassingFacts(std::uint32_t g, const model::RawRequest& raw,
                                           const model::Connection& connection,
                                           const Identify& identify,
                                           model::Outcome* told = nullptr) const {
    const model::Outcome outcome = Decide(policy_, g, raw, connection, identify);
    if (told) *told = outcome;
    if (!Passes(policy_.gateways[g], outcome, raw)) return std::nullopt;
    return FactsOf(policy_, g, raw, connection, outcome, identify);
  }

  bool Breaks(std::uint32_t g, const model::RawRequest& raw, const model::Connection& connection,
              const Identify& identify, const RequestClaim& claim) const {
    model::Outcome outcome;
    const auto facts = PassingFacts(g, raw, connection, identify, &outcome);
    if (!facts) return false;
    if (claim.to && std::ranges::count(outcome.services, claim.to->index) == 0) return false;
    return model::Holds(claim.where, *facts) && !model::Holds(claim.satisfies, *facts);
  }

  Falsehood Judge(const compiler::ClaimVerdict& verdict) {
    const std::uint32_t g = verdict.gateway;
    const auto& claim = std::get<RequestClaim>(policy_.proofs[verdict.proof].claim);
    if (claim.through && claim.through->index != g) return "it is not about this gateway";
    if (const auto* unknown = std::get_if<smt::Unknown>(&verdict.verdict)) {
      tally_.Undecided(Reason(unknown->reason));
      return std::nullopt;
    }
    if (smt::IsProved(verdict.verdict)) {
      tally_.verdicts["proved"]++;
      for (const Sent& sent : trial_.universe[g]) {
        tally_.evidence["requests held against proofs"]++;
        if (Breaks(g, sent.raw, sent.connection, Asking(sent), claim)) {
          return "it is proved, and broken by " + Describe(sent);
        }
      }
      return std::nullopt;
    }
    tally_.verdicts["refuted"]++;
    const auto& example = std::get<smt::Refuted<compiler::Counterexample>>(verdict.verdict).witness;
    return JudgeWitness(g, example.witness, claim);
  }

  Falsehood JudgeWitness(std::uint32_t g, const Witness& witness, const RequestClaim& claim) {
    const auto shown = [&] { return "\n  " + compiler::Curl(witness); };
    const auto caller = [&](const syntax::Authentication& asked) {
      return CallerOf(policy_, witness, asked);
    };
    if (!Breaks(g, compiler::RawRequestOf(witness), compiler::ConnectionOf(witness), caller,
                claim)) {
      return "it is refuted by a request that does not break it" + shown();
    }
    if (auto wrong = NotServed(policy_.gateways[g], witness)) return *wrong + shown();
    const auto has_key = [&](const syntax::ApiKeys& keys) {
      return std::ranges::any_of(
          keys.keys, [&](const auto& key) { return key.consumer == *witness.consumer; });
    };
    if (witness.consumer && std::ranges::none_of(policy_.api_keys, has_key)) {
      return "its witness has the key of a consumer that has none" + shown();
    }
    return std::nullopt;
  }

  // The reason without the claim's name and what is counted in it.
  static std::string Reason(const std::string& reason) {
    const std::size_t colon = reason.find(": ");
    std::string text = colon == std::string::npos ? reason : reason.substr(colon + 2);
    std::erase_if(text, [](char c) { return c >= '0' && c <= '9'; });
    return text.substr(0, 100);
  }

  Trial& trial_;
  Policy policy_;
  Tally& tally_;
};

}  // namespace

Falsehood JudgeProve(Trial& trial, Tally& tally) {
  if (auto wrong = Prove(trial, tally).Run()) return "prove: " + *wrong;
  return std::nullopt;
}

}  // namespace weir::testing
