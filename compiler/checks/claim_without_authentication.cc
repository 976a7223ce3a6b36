// Who the caller is, read where nobody asks: a claim on a route that verifies no
// token, or a token that has no such claim, is absent for every request. So is a
// peer where no listener has mTLS.
#include <algorithm>
#include <map>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/vain_reads.h"
#include "compiler/shadow/engine.h"
#include "compiler/witness/replay.h"
#include "spec/syntax/subject_name.h"

namespace weir::compiler {
namespace {

using syntax::Attribute;
using syntax::Policy;
using syntax::Transform;

const syntax::Route& RouteAt(const Policy& policy, RoutePlace place) {
  return policy.gateways[place.first].routes[place.second];
}

std::string Ticked(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + ("`" + names[i] + "`");
  }
  return text;
}

class Identities {
 public:
  explicit Identities(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (const RuleInForce& rule : RulesInForce(policy_)) CheckRule(rule);
    CheckTransforms();
    CheckLimits();
    return std::move(result_);
  }

 private:
  std::function<bool(const Attribute&)> VainAt(const std::vector<RoutePlace>& routes) const {
    return [this, &routes](const Attribute& attribute) {
      return std::ranges::all_of(
          routes, [&](RoutePlace place) { return VainRead(policy_, place, attribute); });
    };
  }

  // Why nobody is known: "the route verifies no token".
  std::string Reason(const std::vector<RoutePlace>& routes, const std::string& read) const {
    const bool one = routes.size() == 1;
    const std::string who = one ? "the route" : "no route where it is in force";
    if (read == "consumer") return who + (one ? " asks for no API key" : " asks for an API key");
    if (read == "peer")
      return who + (one ? " has no listener with mtls" : " has a listener with mtls");
    const bool verifies = std::ranges::any_of(routes, [&](RoutePlace place) {
      return RouteAt(policy_, place).authentication.jwt.has_value();
    });
    if (verifies) {
      return std::string("no token that is verified ") + (one ? "by the route" : "there") +
             " has it";
    }
    return who + (one ? " verifies no token" : " verifies a token");
  }

  static std::string Remedy(const std::string& read) {
    if (read == "peer") return "Read who the caller is from a token or an API key";
    return std::string("Write `authenticate` with ") +
           (read == "consumer" ? "api-keys" : "a jwt that declares it");
  }

  Finding Make(dsl::Severity severity, dsl::Span span, std::string message, std::string fix) {
    return Found("claim-without-authentication", severity, span, std::move(message),
                 std::move(fix));
  }

  void CheckRule(const RuleInForce& in_force) {
    const auto vain = VainAt(in_force.routes);
    const auto& rule = *in_force.rule;
    const std::vector<std::string> reads = ReadsOf(rule.when, vain);
    if (reads.empty()) return;
    const auto value = ValueWithout(rule.when, vain);
    std::string message = std::string(rule.allow ? "this allow" : "this deny") + " of " +
                          in_force.scope + " reads " + Ticked(reads) + ", but " +
                          Reason(in_force.routes, reads[0]);
    if (value) message += *value ? ": it always holds" : ": it never holds";
    const bool harmless = rule.allow && value == false && !in_force.alone;
    Finding finding = Make(value && !harmless ? dsl::Severity::kError : dsl::Severity::kWarning,
                           SpanOf(policy_, rule.node), std::move(message),
                           Remedy(reads[0]) + ", or take the condition out.");
    if (value) finding.witness = Reaching(in_force.routes);
    result_.findings.push_back(std::move(finding));
  }

  // A request without a credential that comes as far as one of these routes.
  std::optional<Witness> Reaching(const std::vector<RoutePlace>& routes) {
    for (const RoutePlace& place : routes) {
      if (DemandsCredential(RouteAt(policy_, place).authentication)) continue;
      auto& engine = engines_[place.first];
      if (!engine) engine = std::make_unique<ShadowEngine>(policy_.gateways[place.first]);
      RouteVerdict verdict = engine->Decide(place.second);
      if (verdict.kind != RouteVerdict::Kind::kAlive) continue;
      engine->Shrink(place.second, place.second, *verdict.witness);
      auto& replay = replays_[place.first];
      if (!replay) replay = std::make_unique<WitnessReplay>(policy_, place.first);
      if (!replay->Disagreement(*verdict.witness, place.second).empty()) return std::nullopt;
      return verdict.witness;
    }
    return std::nullopt;
  }

  // A transform of a profile or gateway is written once and stands in many routes.
  void CheckTransforms() {
    struct Written {
      const Transform* transform;
      std::vector<RoutePlace> routes;
    };
    std::map<std::pair<std::uint32_t, std::uint32_t>, Written> written;
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      const auto& routes = policy_.gateways[g].routes;
      for (std::uint32_t r = 0; r < routes.size(); ++r) {
        for (const auto* list : {&routes[r].request, &routes[r].response}) {
          for (const Transform& transform : *list) {
            if (!std::holds_alternative<Attribute>(transform.value)) continue;
            const dsl::Span span = SpanOf(policy_, transform.node);
            auto& entry = written[{span.file, span.begin}];
            entry.transform = &transform;
            entry.routes.emplace_back(g, r);
          }
        }
      }
    }
    for (const auto& [place, each] : written) {
      const auto& attribute = std::get<Attribute>(each.transform->value);
      if (!VainAt(each.routes)(attribute)) continue;
      const bool add = each.transform->kind == Transform::Kind::kAddHeader;
      const bool host = each.transform->kind == Transform::Kind::kSetHost;
      const std::string name = syntax::AttributeName(attribute);
      result_.findings.push_back(
          Make(dsl::Severity::kWarning, SpanOf(policy_, each.transform->node),
               "this transform writes `" + name + "`, but " + Reason(each.routes, name) +
                   ": it always " +
                   (add || host ? "writes nothing" : "removes '" + each.transform->name + "'"),
               add || host ? Remedy(name) + ", or take it out."
                           : Remedy(name) + ", or say `remove` if that is what is meant."));
    }
  }

  // The resolver lets a limit be keyed so only if it names a key for the others.
  void CheckLimits() {
    std::vector<std::vector<RoutePlace>> charged(policy_.limits.size());
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      const auto& routes = policy_.gateways[g].routes;
      for (std::uint32_t r = 0; r < routes.size(); ++r) {
        for (const auto& limit : routes[r].limits) charged[limit.index].emplace_back(g, r);
      }
    }
    for (std::size_t i = 0; i < charged.size(); ++i) {
      const auto& limit = policy_.limits[i];
      if (charged[i].empty()) continue;
      const auto vain = VainAt(charged[i]);
      for (const Attribute& part : limit.by) {
        if (!vain(part)) continue;
        const std::string name = syntax::AttributeName(part);
        result_.findings.push_back(Make(dsl::Severity::kWarning, SpanOf(policy_, limit.node),
                                        "limit '" + limit.name + "' is keyed by `" + name +
                                            "`, but " + Reason(charged[i], name) +
                                            ": every request is charged to the missing key \"" +
                                            limit.missing_key.value_or("") + "\"",
                                        Remedy(name) + ", or key it by client.address."));
      }
    }
  }

  const Policy& policy_;
  CheckResult result_;
  std::map<std::uint32_t, std::unique_ptr<ShadowEngine>> engines_;  // by gateway
  std::map<std::uint32_t, std::unique_ptr<WitnessReplay>> replays_;
};

}  // namespace

CheckResult CheckClaimsWithoutAuthentication(const Policy& policy) {
  return Identities(policy).Run();
}

}  // namespace weir::compiler
