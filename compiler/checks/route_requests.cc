#include "compiler/checks/route_requests.h"

#include <map>
#include <utility>
#include <vector>

#include "compiler/checks/solver_fallback.h"
#include "compiler/replay/replay.h"
#include "runtime/table/table.h"
#include "spec/model/gcra.h"

namespace weir::compiler {

RouteRequests::RouteRequests(const syntax::Policy& policy, std::uint32_t gateway)
    : policy_(policy),
      gateway_(gateway),
      engine_(policy.gateways[gateway], {.fallback = SolveByClasses}) {}

RouteRequests::Sent RouteRequests::ToGateway() const {
  Sent sent;
  ComeInBy(sent.witness, policy_.gateways[gateway_].listeners, 0);
  return sent;
}

std::optional<RouteRequests::Sent> RouteRequests::To(std::uint32_t route) {
  RouteVerdict verdict = engine_.Decide(route);
  if (verdict.kind != RouteVerdict::Kind::kAlive || !verdict.witness) return std::nullopt;
  Sent sent{*std::move(verdict.witness), {}};
  AddCaller(route, sent);
  return sent;
}

void RouteRequests::AddCaller(std::uint32_t route, Sent& sent) const {
  const auto& authentication = policy_.gateways[gateway_].routes[route].authentication;
  if (authentication.jwt) {
    sent.witness.jwt = true;
    sent.identity.kind = model::Identity::Kind::kVerified;
    sent.identity.jwt_verified = true;
  } else if (authentication.keys && !policy_[*authentication.keys].keys.empty()) {
    sent.witness.consumer = policy_[*authentication.keys].keys[0].consumer;
    sent.identity.kind = model::Identity::Kind::kVerified;
    sent.identity.consumer = sent.witness.consumer;
  }
}

model::World RouteRequests::FreshLimits(const Sent& sent) const {
  using Counts = std::map<std::pair<std::uint32_t, model::LimitKey>, model::GcraState>;
  auto counts = std::make_shared<Counts>();
  model::World world;
  world.charge = [this, counts](std::uint32_t place, const model::LimitKey& key) {
    const syntax::Limit& limit = policy_.limits[place];
    const model::Rate rate{limit.count, limit.period.nanoseconds, limit.burst};
    const bool admitted = model::ChargeByState(rate, limit.cost, 0, (*counts)[{place, key}]);
    return admitted ? model::LimitVerdict::kAdmitted : model::LimitVerdict::kRefused;
  };
  world.identify = [identity = sent.identity](const syntax::Authentication&) { return identity; };
  return world;
}

WitnessReplay& RouteRequests::replay() {
  if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
  return *replay_;
}

std::string RouteRequests::Disagreement(const Sent& sent, const Expected& expected) {
  const auto world = [&] { return FreshLimits(sent); };
  return Confirm(policy_, gateway_, replay().table(), sent.witness, world, expected);
}

std::string RouteRequests::Forwards(const Sent& sent, std::uint32_t route) {
  return Confirm(policy_, gateway_, replay().table(), sent.witness, sent.identity,
                 {true, 0, "ok", route, {}});
}

std::optional<model::Outcome> RouteRequests::OutcomeOf(const Sent& sent) {
  const model::RawRequest raw = RawRequestOf(sent.witness);
  const model::Connection connection = ConnectionOf(sent.witness);
  model::Outcome outcome = model::Decide(policy_, gateway_, raw, connection, FreshLimits(sent));
  if (const auto& table = replay().table()) {
    const TableReplay played(policy_, gateway_, table);
    if (played.Run(raw, connection, FreshLimits(sent)) != outcome) return std::nullopt;
  }
  return outcome;
}

std::string RouteRequests::Routes(const Witness& request, std::uint32_t route) {
  return replay().Disagreement(request, route);
}

std::string RouteRequests::AnswersNoPreflight(const Witness& preflight,
                                              const std::function<bool(std::uint32_t)>& routes) {
  const Sent sent{preflight, {}};
  const auto world = [&] { return FreshLimits(sent); };
  const model::Outcome outcome =
      model::Decide(policy_, gateway_, RawRequestOf(preflight), ConnectionOf(preflight), world());
  const bool answered = outcome.reason == "preflight" || outcome.reason == "preflight-origin";
  if (answered && outcome.route && routes(*outcome.route)) {
    return "the model answers the preflight there";
  }
  const Expected expected{outcome.kind == model::Outcome::Kind::kForward, outcome.status,
                          outcome.reason, outcome.route, outcome.limit};
  return Confirm(policy_, gateway_, replay().table(), preflight, world, expected);
}

}  // namespace weir::compiler
