#include "spec/model/authorize.h"

#include <algorithm>

#include "spec/model/expression.h"

namespace weir::model {
namespace {

using Scope = std::vector<syntax::Rule>;

const syntax::Rule* FirstThatHolds(const Scope& scope, bool allow, const Facts& facts) {
  for (const syntax::Rule& rule : scope) {
    if (rule.allow == allow && Holds(rule.when, facts)) return &rule;
  }
  return nullptr;
}

bool HasAllow(const Scope& scope) {
  return std::ranges::any_of(scope, [](const syntax::Rule& rule) { return rule.allow; });
}

}  // namespace

std::vector<const syntax::Service*> TargetServices(const syntax::Policy& policy,
                                                   const syntax::Route& route) {
  std::vector<const syntax::Service*> services;
  if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
    for (const syntax::Target& target : forward->targets) {
      services.push_back(&policy[target.service]);
    }
  }
  return services;
}

Verdict Authorize(const syntax::Policy& policy, const syntax::Gateway& gateway,
                  const syntax::Route& route, const Facts& facts) {
  std::vector<const Scope*> scopes = {&gateway.rules};
  for (const syntax::Service* service : TargetServices(policy, route)) {
    scopes.push_back(&service->rules);
  }
  scopes.push_back(&route.rules);

  for (const Scope* scope : scopes) {
    if (const auto* deny = FirstThatHolds(*scope, false, facts)) return {false, deny, {deny}};
  }
  Verdict verdict;
  for (const Scope* scope : scopes) {
    if (!HasAllow(*scope)) continue;
    verdict.rule = FirstThatHolds(*scope, true, facts);
    if (!verdict.rule) return {false, nullptr, verdict.weighed};
    verdict.weighed.push_back(verdict.rule);
  }
  return verdict;
}

}  // namespace weir::model
