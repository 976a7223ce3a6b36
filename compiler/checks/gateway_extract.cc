#include "compiler/checks/gateway_extract.h"

#include <utility>

#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"

namespace weir::compiler {

syntax::Gateway WithRoutes(const syntax::Gateway& whole, const std::set<std::uint32_t>& places) {
  syntax::Gateway part;
  part.name = whole.name;
  part.kind = whole.kind;
  part.sidecar_of = whole.sidecar_of;
  part.identity = whole.identity;
  part.listeners = whole.listeners;
  part.trusted_proxies = whole.trusted_proxies;
  part.rules = whole.rules;
  part.otherwise = whole.otherwise;
  for (const std::uint32_t place : places) part.routes.push_back(whole.routes[place]);
  return part;
}

GatewayExtract::GatewayExtract(const syntax::Policy& policy, syntax::Gateway gateway,
                               Preflights preflights, Unsendable unsendable)
    : policy_(policy), gateway_(std::move(gateway)), listeners_(AddListeners(u_, gateway_)) {
  if (preflights == Preflights::kNone) {
    for (auto& route : gateway_.routes) route.cors.reset();
    u_.constraints.push_back(u_.f.Not(IsPreflight()));
  }
  rows_ = EncodeGateway(u_, policy_, gateway_, listeners_, unsendable);
}

Formula GatewayExtract::IsPreflight() {
  const auto filled = [&](const char* name) {
    const std::uint32_t at = u_.At({Part::kHeader, "", name});
    return u_.f.And(u_.Present(at), u_.f.Not(u_.Equals(at, "")));
  };
  return u_.f.And({u_.Equals(u_.At({Part::kMethod, "", ""}), "OPTIONS"), filled("origin"),
                   filled("access-control-request-method")});
}

GatewayExtract::Question GatewayExtract::Pose(std::uint32_t place, const syntax::Rule& rule) {
  Question question;
  Formula not_denied = kFalse;
  for (const Row& row : rows_) {
    if (row.route != place) continue;
    const bool denied = row.reason == "denied";
    const bool past = denied || row.reason == "not-allowed" || row.reason == "respond" ||
                      row.reason == "redirect" || row.forwards;
    if (!past) continue;
    question.row = &row;
    question.reached = u_.f.Or(question.reached, row.when);
    if (!denied) not_denied = u_.f.Or(not_denied, row.when);
  }
  if (question.row == nullptr) return question;
  const Formula when = Encode(u_, rule.when, question.row->place);
  question.holds = u_.f.And(question.reached, when);
  question.decides = rule.allow ? u_.f.And(not_denied, when) : question.holds;
  return question;
}

GatewayExtract::Question GatewayExtract::PoseForward(std::uint32_t place) {
  Question question;
  for (const Row& row : rows_) {
    if (row.route != place || !row.forwards) continue;
    question.row = &row;
    question.reached = u_.f.Or(question.reached, row.when);
  }
  return question;
}

GatewayExtract::Question GatewayExtract::PosePassed(std::uint32_t place) {
  Question question;
  for (const Row& row : rows_) {
    const bool own = row.reason == "respond" || row.reason == "redirect";
    if (row.route != place || (!row.forwards && !own)) continue;
    question.row = &row;
    question.reached = u_.f.Or(question.reached, row.when);
  }
  return question;
}

std::string GatewayExtract::Prepare() {
  auto classes = ClassesOf(u_);
  if (!classes) return classes.error();
  classes_ = std::move(*classes);
  symbolic_ = std::make_unique<Symbolic>(u_, classes_);
  return "";
}

void GatewayExtract::LookNear(std::vector<Formula> formulas, const Symbolic::Found& found) {
  nearby_ = std::make_unique<Nearby>(u_, classes_, std::move(formulas), found.choices);
}

GatewayExtract::Near GatewayExtract::FindNear(Formula formula,
                                              const std::set<std::string>& fields) {
  Near near;
  if (nearby_ == nullptr || !nearby_->Knows(formula) || !nearby_->Turn(formula)) return near;
  near.found = near.routed_alike = true;
  for (const auto& [d, before] : nearby_->turned()) {
    const DimensionKey& key = u_.dimensions()[d].key;
    switch (key.part) {
      case Part::kHeader:
      case Part::kQuery:
        near.routed_alike = near.routed_alike && !fields.contains(key.name);
        break;
      case Part::kListener:
      case Part::kMethod:
      case Part::kHost:
      case Part::kPath:
      case Part::kClient:
        near.routed_alike = false;
        break;
      case Part::kPeer:
      case Part::kCookie:
      case Part::kJwt:
      case Part::kTextClaim:
      case Part::kIntegerClaim:
      case Part::kBooleanClaim:
      case Part::kListClaim:
      case Part::kWordsClaim:
      case Part::kKeys:
      case Part::kConsumer:
        break;
    }
  }
  if (!near.routed_alike) near.request = nearby_->Request();
  nearby_->Back();
  return near;
}

Witness GatewayExtract::WitnessOf(const std::vector<Value>& request, const Row& row) const {
  return Decode(u_, request, row.place, listeners_);
}

model::Identity GatewayExtract::CallerOf(const std::vector<Value>& request, const Row& row) const {
  return IdentityOf(u_, request, row.place);
}

bool GatewayExtract::Holds(const syntax::Rule& rule, const std::vector<Value>& request,
                           const Row& row) {
  return u_.Evaluate(Encode(u_, rule.when, row.place), request);
}

}  // namespace weir::compiler
