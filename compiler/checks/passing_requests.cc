#include "compiler/checks/passing_requests.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/checks/gateway_extract.h"
#include "compiler/checks/solver_fallback.h"
#include "compiler/witness/confirm.h"

namespace weir::compiler {

PassingRequests::PassingRequests(const syntax::Policy& policy, std::uint32_t gateway,
                                 PassingBudget budget)
    : policy_(policy),
      gateway_(gateway),
      budget_(budget),
      engine_(policy.gateways[gateway], {.fallback = SolveByClasses}),
      has_cors_(std::ranges::any_of(policy.gateways[gateway].routes, [](const auto& route) {
        return route.cors && !route.cors_upstream;
      })) {}

std::string PassingRequests::Disagreement(const Witness& witness, std::uint32_t route) {
  if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
  return Confirm(policy_, gateway_, replay_->table(), witness, model::Identity{},
                 {true, 0, "ok", route});
}

// Most routes forward whatever they match: the plainest request is tried first.
PassingRequests::Found PassingRequests::Find(std::uint32_t route) {
  RouteVerdict verdict = engine_.Decide(route);
  if (verdict.kind == RouteVerdict::Kind::kDead) return {Kind::kNone, {}, ""};
  if (verdict.kind == RouteVerdict::Kind::kUnknown) return {Kind::kUnknown, {}, verdict.reason};
  Witness small = *verdict.witness;
  engine_.Shrink(route, route, small);
  if (Disagreement(small, route).empty()) return {Kind::kFound, std::move(small), ""};
  return Search(route);
}

PassingRequests::Found PassingRequests::Search(std::uint32_t route) {
  const syntax::Gateway& whole = policy_.gateways[gateway_];
  std::set<std::uint32_t> places{route};
  for (std::size_t round = 0; round < budget_.rounds; ++round) {
    using Preflights = GatewayExtract::Preflights;
    GatewayExtract extract(policy_, WithRoutes(whole, places),
                           has_cors_ ? Preflights::kNone : Preflights::kAnswered,
                           Unsendable::kApart);
    const auto at = std::distance(places.begin(), places.find(route));
    const auto question = extract.PoseForward(static_cast<std::uint32_t>(at));
    if (question.row == nullptr) return {Kind::kNone, {}, ""};
    if (std::string problem = extract.Prepare(); !problem.empty()) {
      return {Kind::kUnknown, {}, std::move(problem)};
    }
    const auto found = extract.Find("is forwarded", question.reached, budget_.query_ms);
    if (found.kind == Symbolic::Found::Kind::kNone) return {Kind::kNone, {}, ""};
    if (found.kind == Symbolic::Found::Kind::kUnknown) return {Kind::kUnknown, {}, found.reason};
    Witness witness = extract.WitnessOf(found.request, *question.row);
    Witness sent = witness;
    sent.client = ConnectionOf(witness).peer_address;
    const auto taken_by = engine_.FirstMatch(sent);
    if (taken_by && *taken_by < route) {
      places.insert(*taken_by);
      continue;
    }
    if (std::string wrong = Disagreement(witness, route); !wrong.empty()) {
      return {Kind::kUnknown, {}, std::move(wrong)};
    }
    return {Kind::kFound, std::move(witness), ""};
  }
  return {Kind::kUnknown,
          {},
          "too many earlier routes take what it matches (" + std::to_string(places.size()) +
              " were looked at)"};
}

}  // namespace weir::compiler
