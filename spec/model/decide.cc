// spec/rules/order.md, step by step. Each step either ends the decision with
// an answer or hands on to the next one.
#include <algorithm>
#include <set>

#include "spec/model/authorize.h"
#include "spec/model/canonical.h"
#include "spec/model/cors.h"
#include "spec/model/forwarded.h"
#include "spec/model/limit.h"
#include "spec/model/match.h"
#include "spec/model/model.h"
#include "spec/model/redirect.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

class Evaluation {
 public:
  Evaluation(const syntax::Policy& policy, const syntax::Gateway& gateway, const World& world,
             CanonicalRequest request)
      : policy_(policy), gateway_(gateway), world_(world) {
    facts_.request = std::move(request);
  }

  Outcome Run(Trace* trace) {
    const bool ended = ChargeGatewayLimits() || Preflight() || FindTheRoute() ||
                       ChargeLimits(false) || Authenticate() || ChargeLimits(true) ||
                       CheckRules() || Act();
    if (!ended) Forward();
    AddResponseFields();
    if (trace) Tell(*trace);
    return outcome_;
  }

 private:
  // An answer of our own; true, as it ends the decision.
  bool Answer(std::uint16_t status, const std::string& reason) {
    outcome_.kind = Outcome::Kind::kAnswer;
    outcome_.status = status;
    outcome_.reason = reason;
    outcome_.body = reason + "\n";
    return true;
  }

  bool AnswerWith(const syntax::Response& response, const std::string& reason) {
    Answer(response.status, reason);
    if (!response.body.empty()) outcome_.body = response.body;
    for (const auto& [name, value] : response.headers) AddField(Lower(name), value);
    return true;
  }

  void AddField(const std::string& name, const std::string& value) {
    outcome_.response_fields.emplace_back(name, value);
  }

  void Tell(Trace& trace) const {
    trace.rules = rules_;
    if (outcome_.kind != Outcome::Kind::kForward) return;
    trace.response = ForwardedResponse(route(), facts_, trace.response);
  }

  const syntax::Route& route() const { return gateway_.routes[*outcome_.route]; }

  // ORDER-3, ORDER-6, ORDER-8; LIMIT-7, LIMIT-11.
  bool Charge(syntax::Ref<syntax::Limit> ref) {
    const syntax::Limit& limit = policy_[ref];
    const LimitKey key = KeyOf(limit, facts_);
    outcome_.charges.emplace_back(ref.index, key);
    const LimitAnswer answer = world_.charge(ref.index, key);
    if (answer.verdict == LimitVerdict::kUnavailable) {
      if (limit.store_down == syntax::Limit::StoreDown::kAllow) return false;
      outcome_.limit = ref.index;
      return Answer(503, "store-down");
    }
    limits_.Add(limit, answer);
    if (answer.verdict == LimitVerdict::kAdmitted) return false;
    outcome_.limit = ref.index;
    AddField("retry-after", SecondsRoundedUp(answer.retry_after));
    return Answer(429, "rate-limited");
  }

  bool ChargeGatewayLimits() {
    return std::ranges::any_of(gateway_.limits, [&](auto limit) { return Charge(limit); });
  }

  bool ChargeLimits(bool needing_identity) {
    return std::ranges::any_of(route().limits, [&](auto limit) {
      return NeedsIdentity(policy_[limit]) == needing_identity && Charge(limit);
    });
  }

  void Enter(std::uint32_t place) {
    outcome_.route = place;
    facts_.route = route().name;
    facts_.captures = CapturesOf(route().match, facts_.request.path);
  }

  // ORDER-5, before ORDER-4: the route that counts is the requested method's.
  bool Preflight() {
    const auto method = PreflightMethod(facts_.request);
    if (!method) return false;
    CanonicalRequest actual = facts_.request;
    actual.method = *method;
    const auto place = FindRoute(gateway_, actual);
    if (!place || !gateway_.routes[*place].cors || gateway_.routes[*place].cors_upstream) {
      return false;
    }
    Enter(*place);
    preflight_ = true;
    const syntax::Cors& cors = policy_[*route().cors];
    const std::string origin = *HeaderValue(facts_.request, "origin");
    for (const auto& [name, value] : PreflightFields(cors, origin)) AddField(name, value);
    if (!AdmitsOrigin(cors, origin)) return Answer(403, "preflight-origin");
    Answer(204, "preflight");
    outcome_.body.clear();
    return true;
  }

  // ORDER-4.
  bool FindTheRoute() {
    if (const auto place = FindRoute(gateway_, facts_.request)) {
      Enter(*place);
      return false;
    }
    if (gateway_.otherwise) return AnswerWith(*gateway_.otherwise, "no-route");
    std::set<std::string> methods;
    for (const syntax::Route& candidate : gateway_.routes) {
      if (!MatchesButMethod(candidate.match, facts_.request)) continue;
      methods.insert(candidate.match.methods.begin(), candidate.match.methods.end());
    }
    if (methods.empty()) return Answer(404, "no-route");
    AddField("allow", Join({methods.begin(), methods.end()}, ", "));
    return Answer(405, "method");
  }

  // ORDER-7.
  bool Authenticate() {
    const syntax::Authentication& wanted = route().authentication;
    if (!wanted.jwt && !wanted.keys) return false;
    const Identity identity = world_.identify(wanted);
    switch (identity.kind) {
      case Identity::Kind::kVerified:
        facts_.identity = identity;
        return false;
      case Identity::Kind::kNone:
        return wanted.optional ? false : Unauthenticated(wanted, false);
      case Identity::Kind::kBad:
        return Unauthenticated(wanted, true);
      case Identity::Kind::kKeysUnavailable:
        return Answer(503, "keys-unavailable");
    }
    return false;
  }

  bool Unauthenticated(const syntax::Authentication& wanted, bool bad) {
    const std::string error = bad ? ", error=\"invalid_token\"" : "";
    if (wanted.jwt) {
      AddField("www-authenticate", "Bearer realm=\"" + policy_[*wanted.jwt].name + "\"" + error);
    }
    if (wanted.keys) {
      AddField("www-authenticate", "ApiKey realm=\"" + policy_[*wanted.keys].name + "\"");
    }
    return Answer(401, "unauthenticated");
  }

  // ORDER-9.
  bool CheckRules() {
    const Verdict verdict = Authorize(policy_, gateway_, route(), facts_);
    if (verdict.rule) outcome_.rule = verdict.rule->node;
    for (const syntax::Rule* rule : verdict.weighed) rules_.push_back(rule->node);
    if (verdict.allowed) return false;
    return Answer(403, verdict.rule ? "denied" : "not-allowed");
  }

  bool Act() {
    if (const auto* response = std::get_if<syntax::Response>(&route().action)) {
      return AnswerWith(*response, "respond");
    }
    if (const auto* redirect = std::get_if<syntax::Redirect>(&route().action)) {
      AddField("location", Location(*redirect, facts_));
      return Answer(redirect->status, "redirect");
    }
    return false;
  }

  // ORDER-10.
  void Forward() {
    const auto head = ForwardedHead(gateway_, route(), facts_);
    if (!head) {
      Answer(head.error().status, head.error().reason);
      return;
    }
    outcome_.kind = Outcome::Kind::kForward;
    outcome_.reason = "ok";
    for (const syntax::Target& target : std::get<syntax::Forward>(route().action).targets) {
      outcome_.services.push_back(target.service.index);
    }
    outcome_.upstream_path = head->path;
    outcome_.upstream_query = head->query;
    outcome_.upstream_has_query = head->has_query;
    outcome_.upstream_host = head->host;
    outcome_.upstream_fields = head->fields;
    std::ranges::sort(outcome_.upstream_fields);
  }

  // ORDER-13: what every response of the route bears, ours too.
  void AddResponseFields() {
    for (const auto& [name, value] : limits_.RateLimitFields()) AddField(name, value);
    if (outcome_.route && !preflight_ && route().cors && !route().cors_upstream) {
      const auto origin = HeaderValue(facts_.request, "origin");
      for (const auto& [name, value] : CorsFields(policy_[*route().cors], origin)) {
        AddField(name, value);
      }
    }
    std::ranges::sort(outcome_.response_fields);
  }

  const syntax::Policy& policy_;
  const syntax::Gateway& gateway_;
  const World& world_;
  Facts facts_;
  Outcome outcome_;
  std::vector<syntax::NodeId> rules_;
  LimitReport limits_;
  bool preflight_ = false;
};

}  // namespace

Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway, const RawRequest& request,
               const Connection& connection, const World& world, Trace* trace) {
  auto canonical = Canonicalise(policy, gateway, request, connection);
  if (!canonical) {
    Outcome outcome;
    outcome.status = canonical.error().status;
    outcome.reason = canonical.error().reason;
    outcome.body = outcome.reason + "\n";
    return outcome;
  }
  return Evaluation(policy, policy.gateways[gateway], world, std::move(*canonical)).Run(trace);
}

}  // namespace weir::model
