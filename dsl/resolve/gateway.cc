#include <map>
#include <utility>

#include "dsl/resolve/answer.h"
#include "dsl/resolve/constructs.h"
#include "dsl/resolve/listener.h"
#include "dsl/resolve/proxy_clauses.h"
#include "dsl/resolve/route.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Gateway;

// A route as met in the gateway's block, to be read when its listeners and what
// it says for all routes are known.
struct Written {
  const tree::Item* name;
  const tree::Item* block;
};

bool MeetRoute(Cursor& cursor, std::map<std::string, Span>& names, std::vector<Written>& routes) {
  Context& context = cursor.context();
  const tree::Item* name = cursor.TakeName("the name of a route");
  if (name == nullptr) return false;
  if (!IsName(name->text)) {
    context.Error("wrong-value", Quote(*name) + " cannot be a name", name->span).help =
        "a name begins with a letter and goes on with letters, digits, '-' and '_'";
    return false;
  }
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block { ... }");
    return false;
  }
  auto [place, fresh] = names.emplace(name->text, name->span);
  if (!fresh) {
    Diagnostic& error =
        context.Error("duplicate-name", "there are two routes '" + name->text + "'", name->span);
    error.labels.push_back({place->second, "first defined here"});
  }
  routes.push_back({name, block});
  return true;
}

bool ReadOtherwise(Cursor& cursor, const tree::Item& keyword, Gateway& gateway) {
  if (!cursor.TakeWord("respond")) {
    cursor.Expected("'respond' and a status, as in otherwise respond 404");
    return false;
  }
  gateway.otherwise = ReadResponse(cursor, keyword.span);
  return gateway.otherwise.has_value();
}

}  // namespace

void ResolveGateway(Context& context, const Definition& definition) {
  Gateway& gateway = context.policy.gateways[definition.index];
  const std::string owner = OwnerOf("gateway", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;

  std::vector<LimitUse> limits;
  std::map<std::string, Span> names;
  std::vector<Written> routes;
  RouteBuilder defaults(context, gateway.listeners);
  ClauseTable table = ProxyClauses(context, gateway, limits);
  for (Clause& clause : defaults.DefaultClauses()) table.push_back(std::move(clause));
  table.push_back({"listen",
                   [&](Cursor& cursor, const tree::Item& keyword) {
                     return ReadListen(cursor, keyword.span, gateway.listeners,
                                       syntax::Listener::Direction::kEdge);
                   },
                   true});
  table.push_back(
      {"route", [&](Cursor& cursor, const tree::Item&) { return MeetRoute(cursor, names, routes); },
       true});
  table.push_back({"otherwise", [&](Cursor& cursor, const tree::Item& keyword) {
                     return ReadOtherwise(cursor, keyword, gateway);
                   }});
  const Found found =
      defaults.ReadBody(body->statements, RouteBuilder::Layer::kGateway, owner, table);

  Require(context, found, {"listen"}, owner, definition.span);
  if (!found.contains("route") && !found.contains("otherwise")) {
    context.Error("missing-clause", owner + " has no route", definition.span).help =
        "a gateway that answers every request alike says so: otherwise respond 404";
  }
  for (const LimitUse& use : limits) {
    CheckLimitKey(context, context.policy[use.limit], use.at, nullptr, gateway.listeners, nullptr);
  }
  for (const Written& written : routes) {
    RouteBuilder builder = defaults;
    const std::string route_owner = OwnerOf("route", written.name->text);
    builder.route.name = written.name->text;
    builder.route.node = context.Node(written.name->span);
    builder.route.match.node = builder.route.node;
    ClauseTable clauses = builder.MatchClauses();
    for (Clause& clause : builder.RouteClauses()) clauses.push_back(std::move(clause));
    for (Clause& clause : builder.ActionClauses()) clauses.push_back(std::move(clause));
    builder.ReadBody(written.block->statements, RouteBuilder::Layer::kRoute, route_owner, clauses);
    builder.Finish(route_owner, written.name->span, gateway);
    gateway.routes.push_back(std::move(builder.route));
  }
}

}  // namespace weir::dsl::resolve
