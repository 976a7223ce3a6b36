#include "tests/differential/verdicts/change.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/pattern_generator.h"
#include "fuzz/generators/route_generator.h"
#include "fuzz/generators/words.h"
#include "tests/differential/verdicts/print.h"
#include "tests/support/members/flip.h"

namespace weir::testing {
namespace {

using fuzz::Choices;
using syntax::Gateway;
using syntax::Policy;
using syntax::Route;
using syntax::Rule;

// Whether whole members of the key are `part`: "protocol" is none of "proxy_protocol".
bool HasPart(const std::string& key, std::string_view part) {
  const auto ends = [&](std::size_t at) {
    return at >= key.size() || std::string_view(".[?|<").find(key[at]) != std::string_view::npos;
  };
  for (std::size_t at = key.find(part); at != key.npos; at = key.find(part, at + 1)) {
    if ((at == 0 || key[at - 1] == '.') && ends(at + part.size())) return true;
  }
  return false;
}

// Members that the resolver ties to others, or that say nothing of what a policy does:
// changed alone they make no policy, or none that differs.
bool IsTied(const std::string& key) {
  if (key == "services.balance.kind" || key == "retries.on.kind") {
    return false;  // what they are tied to IsPossible looks at
  }
  static const char* const kTied[] = {"node",
                                      "kind",
                                      "type",
                                      "op",
                                      "quantifier",
                                      "subject",
                                      "fields.source",
                                      "test",
                                      "regex",
                                      "paths",
                                      "match.listeners",
                                      "sidecar_of",
                                      "direction",
                                      "protocol",
                                      "written",
                                      "origins",
                                      "base.octets",
                                      "text",
                                      "attribute.name",
                                      "by.name",
                                      "hash_by",
                                      "bound_percent",
                                      "value<Attribute>",
                                      "listeners.address",
                                      "action<Redirect>.status",
                                      "claims.name",
                                      "log.file"};
  static const char* const kTop[] = {"files",    "source_hash",         "proofs",
                                     "examples", "amplification_bound", "unused"};
  static const char* const kPresence[] = {"services.file?", "services.dns?",
                                          "gateways.routes.max_body?"};
  const auto has = [&](const char* part) { return HasPart(key, part); };
  const auto starts = [&](const char* part) { return key.starts_with(part); };
  return std::ranges::any_of(kTied, has) || std::ranges::any_of(kTop, starts) ||
         std::ranges::count(kPresence, key) > 0 || key.ends_with('|') ||
         (key.ends_with("[]") && !key.ends_with("rules[]"));
}

// What the resolver refuses.
bool IsPossible(const Policy& policy) {
  const bool cors = std::ranges::all_of(policy.cors, [](const syntax::Cors& one) {
    return !one.credentials || std::ranges::none_of(one.origins, [](const auto& origin) {
      return origin.kind == syntax::OriginPattern::Kind::kAny;
    });
  });
  const bool listeners = std::ranges::all_of(policy.gateways, [](const Gateway& gateway) {
    return std::ranges::all_of(gateway.listeners, [](const syntax::Listener& listener) {
      return listener.protocol == syntax::Listener::Protocol::kHttps ||
             listener.mtls == syntax::Listener::Mtls::kOff;
    });
  });
  const bool balances = std::ranges::all_of(policy.services, [](const syntax::Service& service) {
    const bool hash = service.balance.kind == syntax::Balance::Kind::kConsistentHash;
    return hash == service.balance.hash_by.has_value();
  });
  const bool timeouts = std::ranges::all_of(policy.gateways, [](const Gateway& gateway) {
    return std::ranges::all_of(gateway.routes, [](const Route& route) {
      return route.timeout.has_value() || !route.timeout_total;
    });
  });
  const bool causes = std::ranges::all_of(policy.retries, [](const syntax::Retry& retry) {
    return std::ranges::all_of(retry.on, [](const syntax::RetryCause& cause) {
      return (cause.kind == syntax::RetryCause::Kind::kStatus) == (cause.status != 0);
    });
  });
  const bool claims = std::ranges::all_of(policy.jwts, [](const syntax::Jwt& jwt) {
    return std::ranges::all_of(jwt.claims, [](const syntax::Claim& claim) {
      return !claim.words || claim.type == syntax::Type::kStringList;
    });
  });
  const bool answers = std::ranges::all_of(policy.gateways, [](const Gateway& gateway) {
    return std::ranges::all_of(
        gateway.routes, [](const Route& route) { return !route.cors || !route.cors_upstream; });
  });
  return cors && listeners && balances && timeouts && causes && claims && answers;
}

// The definitions that some route or gateway uses, by place.
std::set<std::uint32_t> Used(const Policy& policy, std::string_view list) {
  std::set<std::uint32_t> used;
  const auto add = [&](std::string_view name, const auto& ref) {
    if (name == list && ref) used.insert(ref->index);
  };
  for (const Gateway& gateway : policy.gateways) {
    for (const auto limit : gateway.limits) add("limits", std::optional(limit));
    for (const Route& route : gateway.routes) {
      add("jwts", route.authentication.jwt);
      add("api_keys", route.authentication.keys);
      add("cors", route.cors);
      add("retries", route.retry);
      add("breakers", route.breaker);
      for (const auto limit : route.limits) add("limits", std::optional(limit));
      if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
        for (const auto& target : forward->targets) add("services", std::optional(target.service));
      }
    }
  }
  return used;
}

template <class T>
bool ChangedIsUsed(const std::vector<T>& before, const std::vector<T>& after,
                   const std::set<std::uint32_t>& used) {
  for (std::uint32_t i = 0; i < before.size(); ++i) {
    if (Print(before[i]) != Print(after[i])) return used.contains(i);
  }
  return false;
}

// Of the route that differs.
bool HasSeveralTargets(const Policy& before, const Policy& after) {
  for (std::size_t g = 0; g < before.gateways.size(); ++g) {
    for (std::size_t r = 0; r < before.gateways[g].routes.size(); ++r) {
      const Route &old = before.gateways[g].routes[r], &now = after.gateways[g].routes[r];
      if (Print(old) == Print(now)) continue;
      const auto* forward = std::get_if<syntax::Forward>(&old.action);
      return forward && forward->targets.size() > 1;
    }
  }
  return false;
}

// Whether the service that differs is checked by a connection alone, which has no path.
bool ChecksByTcp(const Policy& before, const Policy& after) {
  for (std::size_t i = 0; i < before.services.size(); ++i) {
    if (Print(before.services[i]) == Print(after.services[i])) continue;
    const auto& check = before.services[i].check;
    return check && check->kind == syntax::Check::Kind::kTcp;
  }
  return false;
}

// Whether the member is a setting: it is told wherever it differs, whatever the requests.
bool IsSetting(const Policy& before, const Policy& after, const std::string& key) {
  const std::string list = key.substr(0, key.find('.'));
  const auto used = Used(before, list);
  if (key.find("condition") == 0) return false;
  if (key == "services.check.path" && ChecksByTcp(before, after)) return false;
  if (list == "services") {
    return key.find("rules") == std::string::npos &&
           ChangedIsUsed(before.services, after.services, used);
  }
  if (list == "jwts") return ChangedIsUsed(before.jwts, after.jwts, used);
  if (list == "api_keys") return ChangedIsUsed(before.api_keys, after.api_keys, used);
  if (list == "limits") return ChangedIsUsed(before.limits, after.limits, used);
  if (list == "retries") return ChangedIsUsed(before.retries, after.retries, used);
  if (list == "breakers") return ChangedIsUsed(before.breakers, after.breakers, used);
  if (list == "cors") {
    return key != "cors.name" && ChangedIsUsed(before.cors, after.cors, used);
  }
  // The weight of one target says nothing.
  if (key.ends_with("targets.weight")) return HasSeveralTargets(before, after);
  if (key.starts_with("gateways.routes.")) {
    static const char* const kDecided[] = {
        "match",          "rules",        "routes.name",
        "authentication", "request.name", "value<string>"};  // not each kind has one
    return std::ranges::none_of(
        kDecided, [&](const char* part) { return key.find(part) != std::string::npos; });
  }
  static const char* const kOfGateway[] = {
      "gateways.listeners.", "gateways.identity",        "gateways.host", "gateways.processes",
      "gateways.log",        "gateways.explain_headers", "gateways.max_", "gateways.name"};
  return std::ranges::any_of(kOfGateway, [&](const char* part) { return key.starts_with(part); });
}

// Of which route, for messages.
std::string WhereOf(const Policy& before, const Policy& after) {
  for (std::size_t g = 0; g < before.gateways.size(); ++g) {
    const auto &old = before.gateways[g].routes, &now = after.gateways[g].routes;
    for (std::size_t r = 0; r < std::min(old.size(), now.size()); ++r) {
      if (Print(old[r]) != Print(now[r])) return " of " + old[r].name;
    }
  }
  return "";
}

bool FlipOne(Choices& choices, Changed& changed, const std::string& focus) {
  Policy& policy = changed.policy;
  std::uint32_t count = 0;
  const auto usable = [&](const std::string& key) {
    return key.starts_with(focus) && !IsTied(key) && IsPossible(policy);
  };
  tests::ForEachFlip(policy, [&](const std::string& key) { count += usable(key) ? 1 : 0; });
  if (count == 0) return false;
  std::uint32_t pick = choices.Below(count);
  std::optional<Policy> other;
  const Policy before = policy;
  tests::ForEachFlip(policy, [&](const std::string& key) {
    if (other || !usable(key) || pick-- != 0) return;
    other = policy;
    changed.what = key;
  });
  if (Print(before) == Print(*other)) return false;  // a reference to the only one there is
  changed.setting = IsSetting(before, *other, changed.what);
  const std::string where = WhereOf(before, *other);
  changed.tried = changed.what.starts_with("gateways.listeners") ||
                  changed.what.starts_with("gateways.trusted_proxies");
  changed.identity = changed.what.starts_with("jwts") || changed.what.starts_with("api_keys");
  changed.what += where;
  policy = *std::move(other);
  return true;
}

// Nothing of it is a difference: where things are written, and what names show nowhere.
void Rewrite(Policy& policy) {
  policy.files = {"other.weir"};
  policy.source_hash[0] ^= 1;
  policy.unused.push_back({.keyword = "let", .name = "another"});
  policy.proofs.clear();
  policy.examples.clear();
  for (syntax::Cors& cors : policy.cors) cors.name += "x";
  policy.cors.push_back(policy.cors[0]);
}

std::vector<Rule>* SomeRules(Policy& policy, Choices& choices) {
  switch (choices.Below(4)) {
    case 0:
      return &policy.gateways[choices.Below(static_cast<std::uint32_t>(policy.gateways.size()))]
                  .rules;
    case 1:
      return &policy.services[choices.Below(static_cast<std::uint32_t>(policy.services.size()))]
                  .rules;
    default:
      break;
  }
  auto& routes = policy.gateways[0].routes;
  if (routes.empty()) return nullptr;
  return &routes[choices.Below(static_cast<std::uint32_t>(routes.size()))].rules;
}

// What an author does to the routes of a gateway; false: there is nothing to do it to.
bool ChangeRoutes(Choices& choices, Policy& policy, Gateway& gateway, std::string& what) {
  auto& routes = gateway.routes;
  if (routes.empty() || gateway.kind == Gateway::Kind::kSidecar) return false;
  const auto place = choices.Below(static_cast<std::uint32_t>(routes.size()));
  Route& route = routes[place];
  switch (choices.Below(8)) {
    case 0:
      what = "routes swapped";
      if (place == 0) return false;
      std::swap(routes[place], routes[place - 1]);
      return true;
    case 1:
      what = "route taken out";
      routes.erase(routes.begin() + place);
      return true;
    case 2:
      what = "authenticate taken out";
      route.authentication = {};
      return true;
    case 3:
      what = "authenticate optional or not";
      route.authentication.optional = !route.authentication.optional;
      return true;
    case 4:
      what = "route answers";
      route.action = fuzz::RandomResponse(choices);
      return true;
    case 5:
      what = "path replaced";
      route.match.paths = {fuzz::RandomPathPattern(choices)};
      return true;
    case 6:
      what = "fields and methods no longer matched";
      route.match.fields.clear();
      route.match.methods.clear();
      return true;
    default:
      what = "another route put first";
      routes.insert(routes.begin(), fuzz::RandomRoute(choices, policy, gateway, 90));
      return true;
  }
}

bool ChangeRules(Choices& choices, Policy& policy, std::string& what) {
  std::vector<Rule>* rules = SomeRules(policy, choices);
  if (!rules) return false;
  switch (choices.Below(3)) {
    case 0:
      what = "rule taken out";
      if (rules->empty()) return false;
      rules->pop_back();
      return true;
    case 1:
      what = "rule replaced";
      if (rules->empty()) return false;
      rules->back().when = fuzz::RandomExpression(choices, 2);
      return true;
    default:
      what = "rule added";
      rules->push_back({.allow = choices.Chance(40), .when = fuzz::RandomExpression(choices, 1)});
      return true;
  }
}

bool ChangeGateway(Choices& choices, Changed& changed) {
  Policy& policy = changed.policy;
  Gateway& gateway = policy.gateways[0];
  switch (choices.Below(4)) {
    case 0:
      changed.what = "trusted-proxies changed";
      if (gateway.trusted_proxies.empty()) {
        gateway.trusted_proxies.push_back(fuzz::NetworkWord(choices));
      } else {
        gateway.trusted_proxies.clear();
      }
      changed.setting = changed.tried = true;
      return true;
    case 1:
      changed.what = "otherwise changed";
      if (gateway.otherwise) {
        gateway.otherwise.reset();
      } else {
        gateway.otherwise = syntax::Response{.status = 410};
      }
      return true;
    case 2:
      changed.what = "gateway or sidecar taken out";
      if (policy.gateways.size() < 2) return false;
      policy.gateways.pop_back();
      changed.erased_gateway = static_cast<std::uint32_t>(policy.gateways.size());
      return true;
    default: {
      changed.what = "listener's reading of paths changed";
      auto& listener = choices.Of(gateway.listeners);
      auto& own = gateway.listeners[static_cast<std::size_t>(&listener - gateway.listeners.data())];
      own.slashes = static_cast<syntax::Listener::Slashes>(1 - static_cast<int>(own.slashes));
      changed.setting = changed.tried = true;
      return true;
    }
  }
}

}  // namespace

Changed RandomChange(const Policy& policy, Choices& choices, const std::string& focus) {
  if (Changed changed{.policy = policy}; !focus.empty() && FlipOne(choices, changed, focus)) {
    return changed;
  }
  for (int tries = 0; tries < 20; ++tries) {
    Changed changed{.policy = policy};
    const std::uint32_t kind = choices.Below(100);
    if (kind < 12) {
      Rewrite(changed.policy);
      changed.what = "layout";
      changed.layout = true;
      return changed;
    }
    const auto gateway = choices.Below(static_cast<std::uint32_t>(changed.policy.gateways.size()));
    const bool done = kind < 50   ? FlipOne(choices, changed, "")
                      : kind < 75 ? ChangeRoutes(choices, changed.policy,
                                                 changed.policy.gateways[gateway], changed.what)
                      : kind < 92 ? ChangeRules(choices, changed.policy, changed.what)
                                  : ChangeGateway(choices, changed);
    if (done) return changed;
  }
  return {.policy = policy, .what = "nothing", .layout = true};
}

}  // namespace weir::testing
