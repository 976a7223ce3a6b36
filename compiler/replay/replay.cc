#include "compiler/replay/replay.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "compiler/replay/identity.h"
#include "compiler/replay/request.h"
#include "runtime/decide/forwarded.h"
#include "runtime/decide/limit_key.h"
#include "runtime/request/canonical.h"

namespace weir::compiler {
namespace {

using model::Outcome;
using runtime::Decision;
using runtime::Step;

// The parts of a length-prefixed key; a key that is none is given whole.
model::LimitKey KeyParts(std::string_view key) {
  model::LimitKey parts;
  for (std::string_view rest = key; !rest.empty();) {
    if (rest.size() < 4) return {{"not a key: " + std::string(key)}};
    std::uint32_t length = 0;
    for (std::size_t i = 4; i-- > 0;) length = length << 8 | static_cast<unsigned char>(rest[i]);
    const bool absent = (length & runtime::kAbsentPart) != 0;
    length &= ~runtime::kAbsentPart;
    rest.remove_prefix(4);
    if (rest.size() < length) return {{"not a key: " + std::string(key)}};
    parts.push_back({std::string(rest.substr(0, length)), absent});
    rest.remove_prefix(length);
  }
  return parts;
}

runtime::LimitVerdict VerdictOf(const model::LimitAnswer& answer) {
  return {.kind = static_cast<runtime::LimitVerdict::Kind>(answer.verdict),
          .remaining = answer.remaining,
          .reset = answer.reset,
          .retry_after = answer.retry_after};
}

using Fields = std::vector<std::pair<std::string, std::string>>;

Fields Response(const runtime::Table& table, const runtime::CanonicalRequest& request,
                const Decision& decision, const Fields& upstream) {
  std::vector<runtime::Field> fields;
  for (const auto& [name, value] : upstream) fields.push_back({name, value});
  std::string text;
  runtime::TransformResponse(table, request, decision, fields, text);
  Fields response;
  for (const runtime::Field& field : fields) response.emplace_back(field.name, field.value);
  return response;
}

template <class Named>
std::uint32_t PlaceOf(const std::vector<Named>& all, std::string_view name) {
  const auto found = std::ranges::find_if(all, [&](const Named& one) { return one.name == name; });
  return static_cast<std::uint32_t>(found - all.begin());
}

template <class Pairs>
std::string ShowPairs(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) text += "\n    " + name + ": " + value;
  return text;
}

}  // namespace

TableReplay::TableReplay(const syntax::Policy& policy, std::uint32_t gateway,
                         std::shared_ptr<const runtime::Table> table)
    : table_(std::move(table)), gateway_(&policy.gateways[gateway]) {
  for (std::uint32_t i = 0; i < gateway_->listeners.size(); ++i) {
    listeners_.emplace_back(*table_, i);
  }
  for (const runtime::LimitRecord& limit : table_->limits()) {
    limits_.push_back(PlaceOf(policy.limits, table_->text(limit.name)));
  }
  for (const runtime::ServiceRecord& service : table_->services()) {
    services_.push_back(PlaceOf(policy.services, table_->text(service.name)));
  }
  PlaceRules(policy);
}

void TableReplay::PlaceRules(const syntax::Policy& policy) {
  rules_.assign(table_->rules().size(), syntax::kNoNode);
  const auto place = [&](runtime::Range range, const std::vector<syntax::Rule>& rules) {
    for (std::uint32_t i = 0; i < range.count && i < rules.size(); ++i) {
      rules_[range.first + i] = rules[i].node;
    }
  };
  const runtime::GatewayRecord& record = table_->gateway();
  place(record.rules, gateway_->rules);
  for (std::uint32_t i = 0; i < services_.size(); ++i) {
    place(table_->services()[i].rules, policy.services[services_[i]].rules);
  }
  for (std::uint32_t i = 0; i < record.routes.count && i < gateway_->routes.size(); ++i) {
    place(table_->routes()[record.routes.first + i].rules, gateway_->routes[i].rules);
  }
}

Outcome TableReplay::Run(const model::RawRequest& request, const model::Connection& connection,
                         const model::World& world, model::Trace* trace) const {
  const RuntimeRequest converted(*gateway_, request, connection);
  static thread_local runtime::Canonicaliser canonicaliser;
  const auto canonical =
      canonicaliser.Run(converted.raw(), converted.facts(), listeners_[connection.listener].view());
  if (canonical) return Decided(*canonical, world, trace);
  Outcome outcome;
  outcome.status = canonical.error().status;
  outcome.reason = runtime::ReasonName(canonical.error().reason);
  outcome.body = outcome.reason + "\n";
  return outcome;
}

Outcome TableReplay::Decided(const runtime::CanonicalRequest& request, const model::World& world,
                             model::Trace* trace) const {
  std::vector<std::pair<std::uint32_t, model::LimitKey>> charges;
  Decision decision(*table_, request);
  std::optional<RuntimeIdentity> identity;
  Step step = decision.Start();
  while (step == Step::kNeedLimit || step == Step::kNeedIdentity) {
    if (step == Step::kNeedLimit) {
      step = decision.ChargeEach([&](const runtime::LimitCharge& charge) {
        const std::uint32_t limit = limits_[charge.limit];
        charges.emplace_back(limit, KeyParts(charge.key));
        return VerdictOf(world.charge(limit, charges.back().second));
      });
    } else {
      const std::uint32_t route = decision.route() - table_->gateway().routes.first;
      identity.emplace(*table_, decision.jwt(),
                       world.identify(gateway_->routes[route].authentication));
      step = decision.Resume(identity->view());
    }
  }
  Outcome outcome = OutcomeOf(request, decision, step);
  outcome.charges = std::move(charges);
  if (trace && outcome.kind == Outcome::Kind::kForward) {
    trace->response = Response(*table_, request, decision, trace->response);
  }
  return outcome;
}

Outcome TableReplay::OutcomeOf(const runtime::CanonicalRequest& request, const Decision& decision,
                               Step step) const {
  Outcome outcome;
  if (decision.route() != runtime::kNoIndex) {
    outcome.route = decision.route() - table_->gateway().routes.first;
  }
  if (decision.rule() != runtime::kNoIndex) outcome.rule = rules_[decision.rule()];
  if (decision.refused_limit() != runtime::kNoIndex) {
    outcome.limit = limits_[decision.refused_limit()];
  }
  for (const runtime::Field& field : decision.response_fields()) {
    outcome.response_fields.emplace_back(field.name, field.value);
  }
  std::ranges::sort(outcome.response_fields);

  const auto answer = [&](const runtime::Answer& given) {
    outcome.status = given.status;
    outcome.reason = runtime::ReasonName(given.reason);
    outcome.body = given.body;
    return outcome;
  };
  if (step == Step::kAnswer) return answer(decision.answer());
  static thread_local runtime::ForwardedHead head;
  const auto built = runtime::BuildForwardedHead(*table_, request, decision, "generated", head);
  if (!built) return answer(built.error());

  outcome.kind = Outcome::Kind::kForward;
  outcome.reason = "ok";
  const auto targets = runtime::Table::Slice(table_->targets(), decision.route_record().targets);
  for (const runtime::TargetRecord& target : targets) {
    outcome.services.push_back(services_[target.service]);
  }
  outcome.upstream_path = head.path;
  outcome.upstream_query = head.query;
  outcome.upstream_has_query = head.has_query;
  outcome.upstream_host = head.host;
  for (const runtime::Field& field : head.fields) {
    if (field.name != "x-request-id") outcome.upstream_fields.emplace_back(field.name, field.value);
  }
  std::ranges::sort(outcome.upstream_fields);
  return outcome;
}

std::string Show(const Outcome& outcome) {
  const auto place = [](const auto& value) {
    return value ? std::to_string(*value) : std::string("-");
  };
  const bool forward = outcome.kind == Outcome::Kind::kForward;
  std::string text = forward ? "forward" : "answer " + std::to_string(outcome.status);
  text += " " + outcome.reason + " route=" + place(outcome.route) + " rule=" + place(outcome.rule) +
          " limit=" + place(outcome.limit);
  for (const auto& [limit, key] : outcome.charges) {
    text += "\n  charge " + std::to_string(limit);
    for (const model::KeyPart& part : key) {
      text += (part.absent ? " absent [" : " [") + part.text + "]";
    }
  }
  text += "\n  response fields" + ShowPairs(outcome.response_fields);
  if (!forward) return text + "\n  body " + outcome.body;
  text += "\n  to";
  for (std::uint32_t service : outcome.services) text += " " + std::to_string(service);
  text += " " + outcome.upstream_host + " " + outcome.upstream_path +
          (outcome.upstream_has_query ? "?" + outcome.upstream_query : "");
  return text + ShowPairs(outcome.upstream_fields);
}

}  // namespace weir::compiler
