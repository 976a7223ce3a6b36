// `explain`: of each request of the universe that a person can ask about, it says what
// the model says: what becomes of it, by which route, and what is sent on.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "compiler/explain/explain.h"
#include "compiler/lower/lower.h"
#include "compiler/witness/witness.h"
#include "runtime/decide/options.h"
#include "spec/model/address.h"
#include "tests/differential/verdicts/judge.h"

namespace weir::testing {
namespace {

using compiler::Explanation;
using compiler::Question;
using syntax::Policy;

std::string PayloadOf(const Policy& policy, const Sent& sent) {
  nlohmann::json payload = nlohmann::json::object();
  const auto jwt = std::ranges::find(policy.jwts, sent.issuer, &syntax::Jwt::issuer);
  for (const auto& [name, value] : sent.token.claims) {
    const auto claim = std::ranges::find(jwt->claims, name, &syntax::Claim::name);
    const std::string member = claim == jwt->claims.end() ? name : claim->source;
    std::visit([&](const auto& held) { payload[member] = held; }, value);
  }
  return payload.dump();
}

// Nothing: nobody can ask about it (a credential that is bad, or not this route's).
std::optional<Question> Ask(const Policy& policy, std::uint32_t gateway, const Sent& sent,
                            const model::Outcome& outcome) {
  const syntax::Gateway& at = policy.gateways[gateway];
  Question question;
  question.method = sent.raw.method;
  question.url = sent.raw.target;
  question.headers = sent.raw.fields;
  question.client = model::AddressText(sent.connection.peer_address);
  question.peer = sent.connection.peer_identity.value_or("");
  question.listener = compiler::AddressText(at.listeners[sent.connection.listener].address);
  if (sent.key.kind == model::Identity::Kind::kBad) return std::nullopt;
  // Where no route takes keys, the table holds none.
  const bool takes_keys = std::ranges::any_of(
      at.routes, [](const auto& route) { return route.authentication.keys.has_value(); });
  if (takes_keys) question.consumer = sent.key.consumer.value_or("");
  if (!sent.token.jwt_verified) return question;
  const auto& asked = outcome.route ? at.routes[*outcome.route].authentication.jwt : std::nullopt;
  if (asked && policy[*asked].issuer != sent.issuer) return std::nullopt;
  question.claims = PayloadOf(policy, sent);
  return question;
}

using Fields = std::vector<std::pair<std::string, std::string>>;
Fields Sorted(Fields fields) {
  std::erase_if(fields, [](const auto& field) { return field.first == "x-request-id"; });
  std::ranges::sort(fields);
  return fields;
}

Falsehood Compare(const Policy& policy, std::uint32_t gateway, const model::Outcome& model,
                  bool too_long, const Explanation& told) {
  const bool passes = model.kind == model::Outcome::Kind::kForward && !too_long;
  const auto wrong = [](const std::string& what, const std::string& says, const std::string& is) {
    return what + ": " + says + ", the model: " + is;
  };
  // The length of the body is looked at before the path is written.
  if (too_long && (model.kind == model::Outcome::Kind::kForward || model.reason == "rewrite")) {
    return told.status == 413 ? std::nullopt : Falsehood("a body that is too long, and not 413");
  }
  if (told.forwarded != passes) {
    return wrong("decision", told.forwarded ? "forward" : "answer " + told.reason, model.reason);
  }
  if (told.reason != model.reason) return wrong("reason", told.reason, model.reason);
  const std::string route = model.route ? policy.gateways[gateway].routes[*model.route].name : "";
  const bool preflight = model.reason.starts_with("preflight");
  if (!preflight && (told.route ? told.route->name : "") != route) {
    return wrong("route", told.route ? told.route->name : "none", route);
  }
  if (told.forwarded) {
    std::vector<std::string> services, expected;
    for (const auto& [name, weight] : told.services) services.push_back(name);
    for (const auto place : model.services) expected.push_back(policy.services[place].name);
    if (services != expected) return "the services are others";
    if (told.upstream_path != model.upstream_path) {
      return wrong("path", told.upstream_path, model.upstream_path);
    }
    if (told.upstream_query != model.upstream_query ||
        told.upstream_has_query != model.upstream_has_query) {
      return wrong("query", told.upstream_query, model.upstream_query);
    }
    if (told.upstream_host != model.upstream_host) {
      return wrong("host", told.upstream_host, model.upstream_host);
    }
    if (Sorted(told.upstream_fields) != Sorted(model.upstream_fields)) {
      return "the fields that are sent on are others";
    }
  } else if (told.status != model.status || told.body != model.body) {
    return wrong("answer", std::to_string(told.status) + " " + told.body,
                 std::to_string(model.status) + " " + model.body);
  }
  if (Sorted(told.response_fields) != Sorted(model.response_fields)) {
    return "the fields of the response are others";
  }
  return std::nullopt;
}

}  // namespace

Falsehood JudgeExplain(Trial& trial, Tally& tally) {
  constexpr std::size_t kQuestions = 16;  // at each gateway
  const Policy seen = trial.seen(trial.policy);
  for (std::uint32_t g = 0; g < trial.policy.gateways.size(); ++g) {
    const auto octets = compiler::Lower(seen, nullptr, g);
    const auto table = octets ? runtime::Table::LoadOctets(*octets)
                              : std::unexpected(std::string("cannot be lowered"));
    if (!table) return "explain: " + table.error();
    std::size_t asked = 0;
    for (Sent sent : trial.universe[g]) {
      if (asked == kQuestions) break;
      sent.connection.via = runtime::DeploymentName(**table);
      sent.connection.loops_allowed = 0;
      const model::Outcome outcome = Decide(trial.policy, g, sent);
      const auto question = Ask(trial.policy, g, sent, outcome);
      if (!question) continue;
      ++asked;
      const auto told = compiler::Explain(**table, *question);
      if (!told) return "explain: " + told.error() + "\n  " + Describe(sent);
      const bool too_long = IsTooLong(trial.policy.gateways[g], outcome, sent.raw);
      tally.verdicts[told->forwarded ? "explained: forward" : "explained: answer"]++;
      if (auto wrong = Compare(trial.policy, g, outcome, too_long, *told)) {
        return "explain: " + *wrong + "\n  at '" + trial.policy.gateways[g].name +
               "': " + Describe(sent);
      }
    }
  }
  return std::nullopt;
}

}  // namespace weir::testing
