// Each step of the order of evaluation narrows `live`, the condition under which
// the decision gets that far, and adds the rows that end there.
#include "compiler/encode/order.h"

#include <utility>

#include "compiler/encode/aspects.h"
#include "compiler/encode/cors.h"
#include "compiler/encode/match.h"
#include "compiler/encode/sent_path.h"
#include "spec/model/scalar_fields.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;

class GatewayEncoder {
 public:
  GatewayEncoder(Universe& u, const Policy& policy, const syntax::Gateway& gateway,
                 const std::vector<std::uint32_t>& listeners, Unsendable unsendable)
      : u_(u), policy_(policy), gateway_(gateway), listeners_(listeners), unsendable_(unsendable) {}

  std::vector<Row> Run() {
    for (const Route& route : gateway_.routes) {
      but_method_.push_back(MatchesButMethod(u_, route.match, listeners_));
      reaches_.push_back(ReachOf(route.match));
      DeclareCredentials(route);
    }
    common_ = GatewayAspects(policy_, gateway_);
    const Formula routed = Preflights();
    const std::vector<Formula> matches = Matches(u_.At({Part::kMethod, "", ""}));
    const std::vector<Formula> selected = FirstMatches(u_.f, matches, reaches_);
    for (std::uint32_t i = 0; i < gateway_.routes.size(); ++i) {
      OneRoute(i, u_.f.And(routed, selected[i]));
    }
    NoRoute(u_.f.And(routed, u_.f.Not(u_.f.Or(matches))));
    return std::move(rows_);
  }

 private:
  Row& Add(Formula when, std::uint16_t status, const std::string& reason) {
    Row row;
    row.when = when;
    row.status = status;
    row.reason = reason;
    row.aspects = common_;
    row.aspects["answer"] = std::to_string(status) + " " + reason;
    rows_.push_back(std::move(row));
    return rows_.back();
  }

  Row& AddFor(std::uint32_t i, Formula when, std::uint16_t status, const std::string& reason) {
    const Route& route = gateway_.routes[i];
    Row& row = Add(when, status, reason);
    row.route = i;
    row.route_name = route.name;
    row.place = PlaceOf(route);
    row.aspects.merge(AnswerAspects(policy_, route));
    return row;
  }

  RulePlace PlaceOf(const Route& route) const {
    RulePlace place;
    if (route.authentication.jwt) {
      const syntax::Jwt& jwt = policy_[*route.authentication.jwt];
      place.jwt = DefinitionText(jwt);
      place.claims = RegisteredClaims();
      for (const auto& claim : jwt.claims) {
        const Part part = ClaimPart(claim.type);
        place.claims[{claim.name, part}] = {claim.words ? Part::kWordsClaim : part, claim.source};
      }
    }
    if (route.authentication.keys) place.keys = DefinitionText(policy_[*route.authentication.keys]);
    place.match = &route.match;
    place.request = &route.request;
    return place;
  }

  // By route: it matches, with the method read from `method`.
  std::vector<Formula> Matches(std::uint32_t method) {
    std::vector<Formula> matches;
    for (std::uint32_t i = 0; i < gateway_.routes.size(); ++i) {
      matches.push_back(
          u_.f.And(but_method_[i], MatchesMethod(u_, gateway_.routes[i].match, method)));
    }
    return matches;
  }

  // ORDER-5. What is left: requests that are routed as they are.
  Formula Preflights() {
    bool some = false;
    for (const Route& route : gateway_.routes) some |= route.cors && !route.cors_upstream;
    if (!some) return kTrue;
    const std::uint32_t origin = u_.At({Part::kHeader, "", "origin"}),
                        wanted = u_.At({Part::kHeader, "", "access-control-request-method"});
    const auto filled = [&](std::uint32_t at) {
      return u_.f.And(u_.Present(at), u_.f.Not(u_.Equals(at, "")));
    };
    const Formula asks = u_.f.And(
        {u_.Equals(u_.At({Part::kMethod, "", ""}), "OPTIONS"), filled(origin), filled(wanted)});
    const std::vector<Formula> selected = FirstMatches(u_.f, Matches(wanted), reaches_);
    std::vector<Formula> answered;
    for (std::uint32_t i = 0; i < gateway_.routes.size(); ++i) {
      const Route& route = gateway_.routes[i];
      if (!route.cors || route.cors_upstream) continue;
      const Formula here = u_.f.And(asks, selected[i]);
      const Formula admitted = AdmitsOrigin(u_, policy_[*route.cors], origin);
      AddFor(i, u_.f.And(here, admitted), 204, "preflight");
      AddFor(i, u_.f.And(here, u_.f.Not(admitted)), 403, "preflight-origin");
      answered.push_back(here);
    }
    return u_.f.Not(u_.f.Or(answered));
  }

  // ORDER-4, its end.
  void NoRoute(Formula live) {
    if (gateway_.otherwise) {
      Add(live, gateway_.otherwise->status, "no-route").aspects["response"] =
          ResponseText(*gateway_.otherwise);
      return;
    }
    const Formula other_method = u_.f.Or(but_method_);
    Add(u_.f.And(live, other_method), 405, "method");
    Add(u_.f.And(live, u_.f.Not(other_method)), 404, "no-route");
  }

  // ORDER-7 to ORDER-10.
  void OneRoute(std::uint32_t i, Formula live) {
    const Route& route = gateway_.routes[i];
    const RulePlace place = PlaceOf(route);
    live = Authenticate(i, live, place);
    const auto [denied, allowed] = Authorize(route, place);
    AddFor(i, u_.f.And(live, denied), 403, "denied");
    live = u_.f.And(live, u_.f.Not(denied));
    AddFor(i, u_.f.And(live, u_.f.Not(allowed)), 403, "not-allowed");
    Act(i, u_.f.And(live, allowed));
  }

  Formula Outcome(const std::optional<std::string>& scope, Part part, std::uint32_t outcome) {
    if (!scope) return kFalse;
    return u_.Is(u_.At({part, *scope, ""}), outcome);
  }

  // Either credential may be had; a bad one is never passed over.
  Formula Authenticate(std::uint32_t i, Formula live, const RulePlace& place) {
    if (!place.jwt && !place.keys) return live;
    const auto either = [&](std::uint32_t outcome) {
      return u_.f.Or(Outcome(place.jwt, Part::kJwt, outcome),
                     Outcome(place.keys, Part::kKeys, outcome));
    };
    const Formula unavailable = either(kKeysUnavailable);
    const Formula bad = u_.f.And(u_.f.Not(unavailable), either(kBadCredential));
    const Formula neither = u_.f.Or(unavailable, bad);
    const Formula verified = u_.f.And(u_.f.Not(neither), either(kVerified));
    const Formula none = u_.f.And(u_.f.Not(neither), u_.f.Not(verified));
    AddFor(i, u_.f.And(live, unavailable), 503, "keys-unavailable");
    const bool optional = gateway_.routes[i].authentication.optional;
    AddFor(i, u_.f.And(live, optional ? bad : u_.f.Or(bad, none)), 401, "unauthenticated")
        .aspects["challenge"] = ChallengeText(policy_, gateway_.routes[i].authentication);
    return u_.f.And(live, optional ? u_.f.Or(verified, none) : verified);
  }

  std::pair<Formula, Formula> Authorize(const Route& route, const RulePlace& place) {
    std::vector<const std::vector<syntax::Rule>*> scopes{&gateway_.rules, &route.rules};
    if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
      for (const auto& target : forward->targets) {
        scopes.push_back(&policy_[target.service].rules);
      }
    }
    std::vector<Formula> denied, allowed;
    for (const auto* scope : scopes) {
      std::vector<Formula> allows;
      bool has_allow = false;
      for (const syntax::Rule& rule : *scope) {
        has_allow |= rule.allow;
        (rule.allow ? allows : denied).push_back(Encode(u_, rule.when, place));
      }
      if (has_allow) allowed.push_back(u_.f.Or(allows));
    }
    return {u_.f.Or(denied), u_.f.And(allowed)};
  }

  void Act(std::uint32_t i, Formula live) {
    const Route& route = gateway_.routes[i];
    if (const auto* response = std::get_if<syntax::Response>(&route.action)) {
      AddFor(i, live, response->status, "respond").aspects["response"] = ResponseText(*response);
    } else if (const auto* redirect = std::get_if<syntax::Redirect>(&route.action)) {
      AddFor(i, live, redirect->status, "redirect").aspects["redirect"] = RedirectText(*redirect);
    } else {
      if (unsendable_ == Unsendable::kApart) {
        const Formula sends = SendsCanonicalPath(u_, gateway_, listeners_, route);
        if (sends != kTrue) AddFor(i, u_.f.And(live, u_.f.Not(sends)), 400, "rewrite");
        live = u_.f.And(live, sends);
      }
      Row& row = AddFor(i, live, 0, "ok");
      row.forwards = true;
      for (const auto& target : std::get<syntax::Forward>(route.action).targets) {
        row.services.push_back(policy_[target.service].name);
      }
      row.aspects.erase("answer");
      row.aspects.merge(ForwardAspects(policy_, route));
    }
  }

  // What is known of the credentials that a route asks for (derived.h).
  void DeclareCredentials(const Route& route) {
    const RulePlace place = PlaceOf(route);
    if (place.jwt) {
      const syntax::Jwt& jwt = policy_[*route.authentication.jwt];
      u_.Declare(*place.jwt, TokenFacts{jwt.issuer, jwt.audiences});
    }
    if (!place.keys) return;
    const syntax::ApiKeys& keys = policy_[*route.authentication.keys];
    KeyFacts facts{keys.in_query, keys.field, {}};
    for (const syntax::ApiKey& key : keys.keys) facts.keys.push_back({key.consumer, key.sha256});
    u_.Declare(*place.keys, std::move(facts));
  }

  Universe& u_;
  const Policy& policy_;
  const syntax::Gateway& gateway_;
  const std::vector<std::uint32_t>& listeners_;
  const Unsendable unsendable_;
  std::vector<Formula> but_method_;
  std::vector<Reach> reaches_;
  Aspects common_;
  std::vector<Row> rows_;
};

}  // namespace

ListenerFacts FactsOf(const syntax::Gateway& gateway, const syntax::Listener& listener) {
  ListenerFacts facts;
  facts.https = listener.protocol == syntax::Listener::Protocol::kHttps;
  facts.scheme = facts.https ? "https" : "http";
  facts.address = listener.address.address;
  facts.port = listener.address.port;
  facts.inbound = listener.direction == syntax::Listener::Direction::kInbound;
  facts.outbound = listener.direction == syntax::Listener::Direction::kOutbound;
  facts.may_have_peer = listener.mtls != syntax::Listener::Mtls::kOff;
  facts.must_have_peer = listener.mtls == syntax::Listener::Mtls::kStrict;
  facts.keeps_slashes = listener.slashes == syntax::Listener::Slashes::kKeep;
  facts.keeps_encoded_slash = listener.encoded_slash == syntax::Listener::EncodedSlash::kKeep;
  facts.keeps_parameters = listener.path_parameters == syntax::Listener::PathParameters::kKeep;
  facts.first_query = listener.query == syntax::Listener::Reading::kFirst;
  facts.first_cookies = listener.cookies == syntax::Listener::Reading::kFirst;
  if (!gateway.trusted_proxies.empty()) facts.a_proxy = gateway.trusted_proxies[0].base;
  facts.keeps_underscores = listener.underscores == syntax::Listener::Underscores::kKeep;
  return facts;
}

std::vector<std::uint32_t> AddListeners(Universe& universe, const syntax::Gateway& gateway) {
  std::vector<std::uint32_t> places;
  for (const syntax::Listener& listener : gateway.listeners) {
    places.push_back(universe.AddListener(FactsOf(gateway, listener)));
  }
  return places;
}

std::vector<Row> EncodeGateway(Universe& universe, const Policy& policy,
                               const syntax::Gateway& gateway,
                               const std::vector<std::uint32_t>& listeners, Unsendable unsendable) {
  ReadNames reads;  // none of a gateway that is a part of one: the whole may read more
  for (std::uint32_t place = 0; place < policy.gateways.size(); ++place) {
    if (&policy.gateways[place] != &gateway) continue;
    auto names = model::ScalarFields(policy, place);
    reads = {std::move(names.queries), std::move(names.cookies)};
  }
  universe.reads.push_back(std::move(reads));
  return GatewayEncoder(universe, policy, gateway, listeners, unsendable).Run();
}

}  // namespace weir::compiler
