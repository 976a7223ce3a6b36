// What a clause needs to act is fixed by the order of evaluation: a route that
// answers by itself never comes to an upstream (ORDER-11), and its answer is not
// transformed (TRANSFORM-10). Limits, `cors`, `authenticate` and `max-body` act
// on such a route as well, and before any allow or deny (ORDER-5 to ORDER-9).
#include "compiler/checks/idle_clauses.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "compiler/checks/places.h"
#include "compiler/checks/solver_fallback.h"
#include "compiler/shadow/engine.h"

namespace weir::compiler {
namespace {

using syntax::Policy;
using syntax::Route;

bool Forwards(const Route& route) { return std::holds_alternative<syntax::Forward>(route.action); }

struct ClauseKind {
  std::string_view keyword;
  bool needs_upstream = false;
  bool says_none = false;  // what `none` leaves is no clause that could act
};

// What the route's clause of this keyword is. The route is taken apart whole, so
// that a new member does not compile until its clause has a row here. No clauses are
// its name, match and action; limits, rules and mirrors are looked at one by one.
ClauseKind KindOf(const Route& route, std::string_view keyword) {
  const auto& [name, match, cors, cors_upstream, authentication, limits, rules, request, response,
               retry, timeout, timeout_total, idle_timeout, breaker, max_body, action, mirrors,
               fallback, written, node] = route;
  const auto& [jwt, keys, optional, authentication_node] = authentication;
  const ClauseKind kinds[] = {
      {"cors", false, !cors && !cors_upstream},
      {"authenticate", false, !jwt && !keys},
      {"request", true, false},
      {"response", true, false},
      {"retry", true, !retry},
      {"timeout", true, !timeout},
      {"idle-timeout", true, false},
      {"breaker", true, !breaker},
      {"max-body", false, max_body.value_or(0) == 0},
      {"mirror", true, false},
      {"fallback", true, !fallback},
  };
  const auto kind = std::ranges::find(kinds, keyword, &ClauseKind::keyword);
  return kind == std::end(kinds) ? ClauseKind{keyword} : *kind;
}

// No page can make the request, and so none reads its answer: a browser asks
// before any method but GET, HEAD and POST, and cors does not list it.
bool NoPageMayAsk(const Policy& policy, const Route& route) {
  if (!route.cors || route.match.methods.empty()) return false;
  const auto& listed = policy[*route.cors].methods;
  return std::ranges::none_of(route.match.methods, [&](const std::string& method) {
    return method == "GET" || method == "HEAD" || method == "POST" ||
           std::ranges::find(listed, method) != listed.end() ||
           std::ranges::find(listed, "*") != listed.end();
  });
}

// One clause of the text, over all routes that it stands in.
struct Use {
  std::string keyword;
  syntax::NodeId node = syntax::kNoNode;
  std::size_t routes = 0;
  std::size_t in_force = 0;  // of them
  bool acts = false;
  bool needs_upstream = false;
  std::string why;
};

class Clauses {
 public:
  explicit Clauses(const Policy& policy) : policy_(policy) {}

  std::vector<IdleClause> Run() {
    for (const auto& gateway : policy_.gateways) {
      for (const Route& route : gateway.routes) Meet(route);
    }
    std::vector<IdleClause> idle;
    for (const auto& [place, use] : uses_) {
      if (use.in_force == 0) {
        idle.push_back({use.node,
                        "this " + use.keyword + " is in force on no route: " +
                            (use.routes == 1 ? "the only route here says otherwise"
                                             : "each route here says otherwise"),
                        "Take it out, or what overrides it."});
      } else if (!use.acts) {
        const bool many = use.in_force > 1 && use.needs_upstream;
        idle.push_back({use.node,
                        "this " + use.keyword + " never acts: " +
                            (many ? "each route where it is in force answers by itself" : use.why),
                        "Take it out, or have the route do what it is for."});
      }
    }
    return idle;
  }

 private:
  void Meet(const Route& route) {
    for (const auto& clause : route.written) {
      Add(route, clause.keyword, clause.node, clause.in_force,
          clause.in_force ? WhyIdle(route, clause.keyword) : "");
    }
    for (const auto& mirror : route.mirrors) {
      const bool none = Forwards(route) && mirror.percent == 0;
      Add(route, "mirror", mirror.node, true,
          none ? "it copies 0% of the requests" : WhyIdle(route, "mirror"));
    }
  }

  // Empty: it can act.
  std::string WhyIdle(const Route& route, std::string_view keyword) const {
    const ClauseKind kind = KindOf(route, keyword);
    if (kind.says_none) return "";
    if (kind.needs_upstream && !Forwards(route))
      return "route '" + route.name + "' answers by itself";
    if (keyword == "cors" && NoPageMayAsk(policy_, route)) {
      return "cors '" + policy_[*route.cors].name + "' lists none of the methods of route '" +
             route.name + "', so no browser sends them for a page";
    }
    return "";
  }

  void Add(const Route& route, const std::string& keyword, syntax::NodeId node, bool in_force,
           std::string why) {
    const dsl::Span span = SpanOf(policy_, node);
    Use& use = uses_[{span.file, span.begin}];
    if (use.routes == 0)
      use = {keyword, node, 0, 0, false, KindOf(route, keyword).needs_upstream, ""};
    ++use.routes;
    if (!in_force) return;
    ++use.in_force;
    if (why.empty()) use.acts = true;
    if (use.why.empty()) use.why = std::move(why);
  }

  const Policy& policy_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Use> uses_;  // by place in the text
};

// A retry that tries once, and does not even bound that try.
void AddRetries(const Policy& policy, std::vector<IdleClause>& idle) {
  std::vector<bool> used(policy.retries.size(), false);
  for (const auto& gateway : policy.gateways) {
    for (const Route& route : gateway.routes) {
      if (route.retry && Forwards(route)) used[route.retry->index] = true;
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto& retry = policy.retries[i];
    if (!used[i] || retry.attempts > 1 || retry.per_try) continue;
    idle.push_back(
        {retry.node,
         "retry '" + retry.name + "' never tries again: its one attempt is the first try",
         "Write two attempts or more, or take it out."});
  }
}

// `otherwise` behind routes that together match everything.
void AddOtherwise(const syntax::Gateway& gateway, std::vector<IdleClause>& idle,
                  std::vector<Unknown>& unknown, const Policy& policy) {
  if (!gateway.otherwise || gateway.routes.empty()) return;
  syntax::Gateway with = gateway;
  with.routes.emplace_back();
  const auto last = static_cast<std::uint32_t>(gateway.routes.size());
  const RouteVerdict verdict = ShadowEngine(with, {.fallback = SolveByClasses}).Decide(last);
  const syntax::NodeId node = gateway.otherwise->node;
  if (verdict.kind == RouteVerdict::Kind::kUnknown) {
    unknown.push_back(
        {"unreachable-policy",
         "whether the otherwise of gateway '" + gateway.name + "' ever answers: " + verdict.reason,
         SpanOf(policy, node)});
  }
  if (verdict.kind != RouteVerdict::Kind::kDead) return;
  std::vector<std::string> names;
  for (const std::uint32_t blocker : verdict.blockers) {
    names.push_back(gateway.routes[blocker].name);
  }
  const bool one = names.size() == 1;
  idle.push_back({node,
                  "the otherwise of gateway '" + gateway.name +
                      "' never answers: " + (one ? "route " : "routes ") + Listed(names) +
                      (one ? " takes" : " together take") + " every request",
                  "Take it out, or narrow what they match."});
}

}  // namespace

std::vector<IdleClause> IdleClauses(const Policy& policy, std::vector<Unknown>& unknown) {
  std::vector<IdleClause> idle = Clauses(policy).Run();
  AddRetries(policy, idle);
  for (const auto& gateway : policy.gateways) AddOtherwise(gateway, idle, unknown, policy);
  return idle;
}

}  // namespace weir::compiler
