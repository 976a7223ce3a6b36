#include "compiler/explain/weigh.h"

#include <set>
#include <string>

#include "runtime/decide/authorize.h"
#include "runtime/decide/expression.h"
#include "runtime/decide/lookup.h"
#include "runtime/decide/match.h"

namespace weir::compiler {

using namespace runtime;

namespace {

Place PlaceOf(const TableView& table, const Provenance& source) {
  return {std::string(table.text(source.file)), source.line};
}

std::vector<std::string> Failing(const Table& table, const RouteRecord& route,
                                 const CanonicalRequest& request) {
  std::vector<std::string> failing;
  if (!MatchesListener(route, request)) failing.push_back("listener");
  if (!MatchesMethods(table, route, request.method)) failing.push_back("method");
  if (!MatchesClients(table, route, request)) failing.push_back("client");
  for (const FieldMatchRecord& field : Table::Slice(table.field_matches(), route.fields)) {
    if (MatchesField(table, field, request)) continue;
    const std::string name(table.text(field.name));
    switch (field.source) {
      case FieldSource::kHeader:
        failing.push_back("header " + name);
        break;
      case FieldSource::kQuery:
        failing.push_back("query " + name);
        break;
    }
  }
  return failing;
}

struct Scope {
  std::string name;
  Range rules;
};

std::vector<Scope> ScopesOf(const Facts& facts) {
  const RouteRecord& route = facts.table.routes()[facts.route];
  const GatewayRecord& gateway = facts.table.gateway();
  const auto named = [&](const char* kind, StringRef name) {
    return kind + std::string(facts.table.text(name));
  };
  std::vector<Scope> scopes = {
      {named(gateway.kind == ProxyKind::kGateway ? "gateway " : "sidecar ", gateway.name),
       gateway.rules}};
  for (const TargetRecord& target : TableView::Slice(facts.table.targets(), route.targets)) {
    const ServiceRecord& service = facts.table.services()[target.service];
    scopes.push_back({named("service ", service.name), service.rules});
  }
  scopes.push_back({named("route ", route.name), route.rules});
  return scopes;
}

// Appends the rules of one kind of a scope, up to the first that holds.
bool WeighScope(const Facts& facts, const Scope& scope, bool allow,
                std::vector<WeighedRule>& weighed, bool& any) {
  for (const RuleRecord& rule : TableView::Slice(facts.table.rules(), scope.rules)) {
    if ((rule.allow != 0) != allow) continue;
    any = true;
    const bool holds = Holds(facts, rule.when);
    weighed.push_back({scope.name, allow, std::string(facts.table.text(rule.text)),
                       PlaceOf(facts.table, rule.source), holds, false});
    if (holds) return true;
  }
  return false;
}

}  // namespace

std::vector<WeighedRoute> WeighRoutes(const Table& table, const CanonicalRequest& request,
                                      Index taken) {
  std::set<Index> candidates;
  VisitCandidates(table, request.host, request.path, [&](std::span<const IndexCandidate> list) {
    for (const IndexCandidate& candidate : list) {
      if (taken == kNoIndex || candidate.route <= taken) candidates.insert(candidate.route);
    }
  });
  std::vector<WeighedRoute> weighed;
  for (Index place : candidates) {
    const RouteRecord& route = table.routes()[place];
    if (!MatchesPaths(table, route, request)) continue;  // an expression with this beginning
    WeighedRoute one{
        std::string(table.text(route.name)), PlaceOf(table, route.source), place == taken, {}};
    if (!one.taken) one.failing = Failing(table, route, request);
    weighed.push_back(std::move(one));
  }
  return weighed;
}

std::vector<WeighedRule> WeighRules(const Facts& facts) {
  std::vector<WeighedRule> weighed;
  const std::vector<Scope> scopes = ScopesOf(facts);
  bool any = false;
  for (const Scope& scope : scopes) {
    if (WeighScope(facts, scope, false, weighed, any)) {
      weighed.back().decided = true;
      return weighed;
    }
  }
  std::size_t decided = weighed.size();
  bool found = false;
  for (const Scope& scope : scopes) {
    bool has_allow = false;
    const bool holds = WeighScope(facts, scope, true, weighed, has_allow);
    if (has_allow && !holds) return weighed;  // no rule let it through
    if (holds) {
      decided = weighed.size() - 1;
      found = true;
    }
  }
  if (found) weighed[decided].decided = true;
  return weighed;
}

}  // namespace weir::compiler
