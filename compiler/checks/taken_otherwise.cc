// The dead route is put first, and the gateway compared with itself as it stands
// (compiler/encode/difference.h) over what the route matches: a difference is a
// request that the route would treat otherwise. Most routes do plainly different
// things; then the witness at hand, played on either route alone, says so.
#include "compiler/checks/taken_otherwise.h"

#include <algorithm>
#include <string>
#include <utility>

#include "compiler/encode/classes.h"
#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/difference.h"
#include "compiler/encode/match.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"
#include "compiler/shadow/outcome.h"

namespace weir::compiler {
namespace {

bool ReadsCapture(const std::vector<syntax::Transform>& transforms) {
  return std::ranges::any_of(transforms, [](const syntax::Transform& transform) {
    const auto* attribute = std::get_if<syntax::Attribute>(&transform.value);
    return (attribute != nullptr && attribute->subject == syntax::Subject::kCapture) ||
           (transform.kind == syntax::Transform::Kind::kRewritePath &&
            transform.name.find('{') != std::string::npos);
  });
}

Expected ExpectedOf(const Row& row, std::optional<std::uint32_t> route) {
  return {row.forwards, row.status, row.reason, route, {}};
}

}  // namespace

TakenOtherwise::TakenOtherwise(const syntax::Policy& policy, std::uint32_t gateway,
                               TakenOtherwiseBudget budget)
    : policy_(policy), gateway_(gateway), budget_(budget) {}

std::vector<std::uint32_t> TakenOtherwise::Takers(std::uint32_t route) {
  const auto& routes = policy_.gateways[gateway_].routes;
  if (reaches_.empty()) {
    for (const syntax::Route& each : routes) reaches_.push_back(ReachOf(each.match));
  }
  std::vector<std::uint32_t> takers;
  for (std::uint32_t i = 0; i < route; ++i) {
    if (MayOverlap(reaches_[i], reaches_[route])) takers.push_back(i);
  }
  return takers;
}

// Beside its conditions, which are compared by what they mean.
bool TakenOtherwise::ReadsCaptures(std::uint32_t place) const {
  const syntax::Route& route = policy_.gateways[gateway_].routes[place];
  const auto* redirect = std::get_if<syntax::Redirect>(&route.action);
  if (redirect != nullptr && redirect->path && redirect->path->find('{') != std::string::npos) {
    return true;
  }
  return ReadsCapture(route.request) || ReadsCapture(route.response) ||
         std::ranges::any_of(route.limits, [&](syntax::Ref<syntax::Limit> limit) {
           return std::ranges::any_of(policy_[limit].by, [](const syntax::Attribute& part) {
             return part.subject == syntax::Subject::kCapture;
           });
         });
}

syntax::Policy& TakenOtherwise::Bare() {
  if (bare_.gateways.empty()) {
    bare_ = policy_;
    for (auto& gateway : bare_.gateways) gateway.routes.clear();
  }
  return bare_;
}

model::Outcome TakenOtherwise::Alone(std::uint32_t route, const Witness& witness) {
  syntax::Policy& alone = Bare();
  alone.gateways[gateway_].routes = {policy_.gateways[gateway_].routes[route]};
  model::World world;
  world.charge = [](std::uint32_t, const model::LimitKey&) {
    return model::LimitVerdict::kAdmitted;
  };
  world.identify = [](const syntax::Authentication&) { return model::Identity{}; };
  model::Outcome outcome =
      model::Decide(alone, gateway_, RawRequestOf(witness), ConnectionOf(witness), world);
  // Which route and rule it was is told in the log, and where the gateway explains.
  outcome.rule.reset();
  std::erase_if(outcome.response_fields,
                [](const auto& field) { return field.first.starts_with("x-weir-"); });
  return outcome;
}

TakenOtherwise::Found TakenOtherwise::Find(std::uint32_t route, const RouteVerdict& verdict) {
  const auto& routes = policy_.gateways[gateway_].routes;
  const std::vector<std::uint32_t> takers = Takers(route);
  const bool plainly_same = std::ranges::all_of(
      takers, [&](std::uint32_t taker) { return SameOutcome(routes[route], routes[taker]); });
  if (plainly_same) return {Kind::kSame, {}, 0, ""};
  if (verdict.witness &&
      Alone(route, *verdict.witness) != Alone(verdict.taken_by, *verdict.witness)) {
    return {Kind::kOtherwise, verdict.witness, verdict.taken_by, ""};
  }
  if (takers.size() > budget_.routes) {
    return {Kind::kUnknown,
            {},
            0,
            std::to_string(takers.size()) + " earlier routes may take some of its requests"};
  }
  Found found = Solve(route, takers);
  // What two routes write of their captures reads alike where they bind them to other
  // segments.
  const bool captures = found.kind == Kind::kSame && ReadsCaptures(route) &&
                        std::ranges::any_of(takers, [&](std::uint32_t taker) {
                          return ReadsCaptures(taker) && !SameOutcome(routes[route], routes[taker]);
                        });
  if (!captures) return found;
  return {Kind::kUnknown, {}, 0, "both write what a segment of the path is called"};
}

TakenOtherwise::Found TakenOtherwise::Solve(std::uint32_t route,
                                            const std::vector<std::uint32_t>& takers) {
  syntax::Policy before = Bare(), after = Bare();
  const syntax::Gateway& whole = policy_.gateways[gateway_];
  auto& as_is = before.gateways[gateway_].routes;
  auto& moved = after.gateways[gateway_].routes;
  as_is.clear();
  moved = {whole.routes[route]};
  for (const std::uint32_t taker : takers) {
    as_is.push_back(whole.routes[taker]);
    moved.push_back(whole.routes[taker]);
  }
  as_is.push_back(whole.routes[route]);

  Universe u;
  const auto listeners = AddListeners(u, whole);
  u.trusted_proxies = whole.trusted_proxies;
  std::vector<Row> first =
      EncodeGateway(u, before, before.gateways[gateway_], listeners, Unsendable::kApart);
  std::vector<Row> second =
      EncodeGateway(u, after, after.gateways[gateway_], listeners, Unsendable::kApart);
  const syntax::Match& match = whole.routes[route].match;
  const Formula matched = u.f.And(MatchesButMethod(u, match, listeners),
                                  MatchesMethod(u, match, u.At({Part::kMethod, "", ""})));
  for (auto* rows : {&first, &second}) {
    for (Row& row : *rows) row.when = u.f.And(row.when, matched);
  }
  const auto classes = ClassesOf(u);
  if (!classes) return {Kind::kUnknown, {}, 0, classes.error()};
  Symbolic symbolic(u, *classes);
  DifferenceOptions options;
  options.budget_ms = budget_.query_ms;
  options.max_regions = 16;
  const Differences found = FindDifferences(u, symbolic, "taken otherwise", first, second, options);
  for (const Disagreement& region : found.regions) {
    const Row& taken = first[region.first];
    const Row& meant = second[region.second];
    // What only a bad credential or a missing key set shows cannot be written down.
    if (!taken.route || !Circumstance(u, region.request, taken.place).empty()) continue;
    Witness witness = Decode(u, region.request, taken.place, listeners);
    const auto identity = IdentityOf(u, region.request, taken.place);
    if (*taken.route >= takers.size()) continue;
    const std::uint32_t taken_by = takers[*taken.route];
    if (!replay_) replay_.emplace(policy_, gateway_);
    if (!Confirm(policy_, gateway_, replay_->table(), witness, identity,
                 ExpectedOf(taken, taken_by))
             .empty()) {
      continue;
    }
    if (!Confirm(after, gateway_, nullptr, witness, IdentityOf(u, region.request, meant.place),
                 ExpectedOf(meant, meant.route))
             .empty()) {
      continue;
    }
    return {Kind::kOtherwise, std::move(witness), taken_by, ""};
  }
  if (!found.unknown.empty()) return {Kind::kUnknown, {}, 0, found.unknown};
  if (found.regions.empty() && !found.more) return {Kind::kSame, {}, 0, ""};
  return {Kind::kUnknown, {}, 0, "no request that shows a difference was found to replay"};
}

}  // namespace weir::compiler
