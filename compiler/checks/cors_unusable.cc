// A `cors` that keeps pages from what its route is for: the header that carries the
// credential, a header that the route matches on, or a method of the route is not
// listed, so that no browser sends it for a page (Fetch 4.8, CORS-2).
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "compiler/checks/preflight_match.h"
#include "compiler/checks/route_requests.h"

namespace weir::compiler {
namespace {

using syntax::Cors;
using syntax::FieldMatch;
using syntax::Policy;
using syntax::Route;

constexpr char kRule[] = "cors-unusable";

bool Lists(const std::vector<std::string>& list, std::string_view text) {
  return std::ranges::find(list, text) != list.end();
}

// "*" stands for every header but the one that carries credentials.
bool MaySend(const Cors& cors, const std::string& header) {
  return !NeedsPreflight(header) || Lists(cors.headers, header) ||
         (Lists(cors.headers, "*") && header != "authorization");
}

bool MaySendMethod(const Cors& cors, const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "POST" || Lists(cors.methods, method) ||
         Lists(cors.methods, "*");
}

// What no page sends, whatever is listed.
bool IsForPages(const std::string& method) {
  return method != "OPTIONS" && method != "CONNECT" && method != "TRACE";
}

std::string OriginOf(const Cors& cors) {
  using Kind = syntax::OriginPattern::Kind;
  const auto& origin = cors.origins.front();
  switch (origin.kind) {
    case Kind::kExact:
      return origin.text;
    case Kind::kSuffix:
      return origin.scheme + "://app." + origin.host +
             (origin.port != 0 ? ":" + std::to_string(origin.port) : "");
    case Kind::kAny:
      return "https://app.example.com";
    case Kind::kNull:
      return "null";
  }
  return "null";
}

// What one cors keeps from one or more routes.
struct Lack {
  std::string what;    // that is not listed: `header "authorization"`
  std::string before;  // "which carries the token that ", the route,
  std::string after;   // " demands"
  std::string fix;
  std::string method;  // of the preflight that shows it; empty: the request's own
  std::string header;  // that it asks for
  bool worth_a_note = false;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> routes;  // gateway, route
};

class Usability {
 public:
  explicit Usability(const Policy& policy) : policy_(policy) {}

  CheckResult Run() {
    for (std::uint32_t g = 0; g < policy_.gateways.size(); ++g) {
      const auto& routes = policy_.gateways[g].routes;
      for (std::uint32_t r = 0; r < routes.size(); ++r) {
        if (!routes[r].cors || routes[r].cors_upstream) continue;
        if (policy_[*routes[r].cors].origins.empty()) continue;
        Methods(g, r);
        Credential(g, r);
        Matched(g, r);
      }
    }
    for (auto& [key, lack] : lacks_) Tell(key.first, lack);
    return std::move(result_);
  }

 private:
  const Route& At(std::uint32_t gateway, std::uint32_t route) const {
    return policy_.gateways[gateway].routes[route];
  }

  void Add(std::uint32_t gateway, std::uint32_t route, Lack lack) {
    const std::uint32_t cors = At(gateway, route).cors->index;
    const std::string key = lack.what + lack.before + lack.after;
    const auto place = lacks_.try_emplace({cors, key}, std::move(lack)).first;
    place->second.routes.emplace_back(gateway, route);
  }

  // Where no method of any of its routes may be sent, the clause never acts, as
  // `unreachable-policy` says.
  bool IsOfUse(std::uint32_t cors) const {
    return std::ranges::any_of(policy_.gateways, [&](const auto& gateway) {
      return std::ranges::any_of(gateway.routes, [&](const Route& route) {
        if (!route.cors || route.cors->index != cors) return false;
        return route.match.methods.empty() ||
               std::ranges::any_of(route.match.methods, [&](const auto& method) {
                 return MaySendMethod(policy_.cors[cors], method);
               });
      });
    });
  }

  void Methods(std::uint32_t gateway, std::uint32_t route) {
    const Cors& cors = policy_[*At(gateway, route).cors];
    std::vector<std::string> lacking;
    for (const std::string& method : At(gateway, route).match.methods) {
      if (IsForPages(method) && !MaySendMethod(cors, method)) lacking.push_back(method);
    }
    if (lacking.empty() || !IsOfUse(At(gateway, route).cors->index)) return;
    std::string names;
    for (const std::string& each : lacking) names += (names.empty() ? "" : ", ") + each;
    Add(gateway, route,
        {(lacking.size() == 1 ? "method " : "methods ") + names,
         "which ",
         " takes",
         "Add " + names + " to `methods` of the cors, or take it out of the route.",
         lacking[0],
         "",
         false,
         {}});
  }

  void Credential(std::uint32_t gateway, std::uint32_t route) {
    const auto& authentication = At(gateway, route).authentication;
    if (!authentication.jwt && !authentication.keys) return;
    const Cors& cors = policy_[*At(gateway, route).cors];
    std::vector<std::string> carriers;
    if (authentication.jwt) carriers.emplace_back("authorization");
    if (authentication.keys) {
      if (policy_[*authentication.keys].in_query) return;  // any page may write a URL
      carriers.push_back(policy_[*authentication.keys].field);
    }
    if (std::ranges::any_of(carriers, [&](const auto& each) { return MaySend(cors, each); }))
      return;
    const bool optional = authentication.optional;
    Add(gateway, route,
        {"header \"" + carriers[0] + "\"",
         std::string("which carries the ") + (authentication.jwt ? "token that " : "API key that "),
         optional ? " takes" : " demands",
         "Add \"" + carriers[0] + "\" to `headers` of the cors" +
             (Lists(cors.headers, "*") ? ": \"*\" does not stand for it." : "."),
         "",
         carriers[0],
         optional,
         {}});
  }

  void Matched(std::uint32_t gateway, std::uint32_t route) {
    const Cors& cors = policy_[*At(gateway, route).cors];
    for (const FieldMatch& field : At(gateway, route).match.fields) {
      if (!IsHeader(field.source) || field.negated) continue;
      if (MaySend(cors, field.name)) continue;
      Add(gateway, route,
          {"header \"" + field.name + "\"",
           "which ",
           " matches on",
           "Add \"" + field.name + "\" to `headers` of the cors.",
           "",
           field.name,
           false,
           {}});
    }
  }

  // The preflight, and an answer that does not list what it asks for.
  std::optional<Witness> Show(const Cors& cors, const Lack& lack) {
    const auto& [gateway, route] = lack.routes.front();
    auto& requests = requests_.try_emplace(gateway, policy_, gateway).first->second;
    auto sent = requests.To(route);
    if (!sent) return std::nullopt;
    Witness preflight = PreflightOf(sent->witness);
    auto& headers = preflight.headers;
    std::erase_if(headers, [](const auto& header) {
      return header.first == "origin" || header.first.starts_with("access-control-request-");
    });
    headers.emplace_back("origin", OriginOf(cors));
    headers.emplace_back("access-control-request-method",
                         lack.method.empty() ? sent->witness.method : lack.method);
    if (!lack.header.empty()) headers.emplace_back("access-control-request-headers", lack.header);
    const auto outcome = requests.OutcomeOf({preflight, {}});
    if (!outcome || outcome->reason != "preflight" || outcome->route != route) return std::nullopt;
    return preflight;
  }

  void Tell(std::uint32_t place, const Lack& lack) {
    const Cors& cors = policy_.cors[place];
    const Route& route = At(lack.routes[0].first, lack.routes[0].second);
    const std::size_t others = lack.routes.size() - 1;
    Finding finding =
        Found(kRule, lack.worth_a_note ? dsl::Severity::kNote : dsl::Severity::kWarning,
              SpanOf(policy_, cors.node),
              "cors '" + cors.name + "' does not list " + lack.what + ", " + lack.before +
                  "route '" + route.name + "'" + lack.after + ": no browser sends it for a page" +
                  (others == 0 ? ""
                               : " (and so for " + std::to_string(others) +
                                     (others == 1 ? " more route)" : " more routes)")),
              lack.fix);
    finding.diagnostic.labels.push_back({SpanOf(policy_, route.node), "in force here"});
    finding.witness = Show(cors, lack);
    result_.findings.push_back(std::move(finding));
  }

  const Policy& policy_;
  std::map<std::pair<std::uint32_t, std::string>, Lack> lacks_;  // by cors and text
  std::map<std::uint32_t, RouteRequests> requests_;
  CheckResult result_;
};

}  // namespace

CheckResult CheckCorsUsable(const Policy& policy) { return Usability(policy).Run(); }

}  // namespace weir::compiler
