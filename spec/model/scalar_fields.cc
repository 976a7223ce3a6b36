#include "spec/model/scalar_fields.h"

#include "spec/model/authorize.h"

namespace weir::model {
namespace {

using Names = ScalarNames;

void Add(const syntax::Attribute& attribute, Names& names) {
  if (attribute.subject == syntax::Subject::kHeader) names.headers.insert(attribute.name);
  if (attribute.subject == syntax::Subject::kQuery) names.queries.insert(attribute.name);
  if (attribute.subject == syntax::Subject::kCookie) names.cookies.insert(attribute.name);
}

void Add(const syntax::Expression& expression, Names& names) {
  if (expression.kind == syntax::Expression::Kind::kPredicate &&
      expression.predicate.quantifier == syntax::Quantifier::kScalar) {
    Add(expression.predicate.attribute, names);
  }
  for (const syntax::Expression& child : expression.children) Add(child, names);
}

void Add(const std::vector<syntax::Rule>& rules, Names& names) {
  for (const syntax::Rule& rule : rules) Add(rule.when, names);
}

void Add(const syntax::Limit& limit, Names& names) {
  for (const syntax::Attribute& part : limit.by) Add(part, names);
}

void Add(const std::vector<syntax::Transform>& transforms, Names& names) {
  for (const syntax::Transform& transform : transforms) {
    if (const auto* attribute = std::get_if<syntax::Attribute>(&transform.value)) {
      Add(*attribute, names);
    }
  }
}

void Add(const syntax::Policy& policy, const syntax::Route& route, Names& names) {
  for (const syntax::FieldMatch& field : route.match.fields) {
    switch (field.source) {
      case syntax::FieldMatch::Source::kHeader:
        names.headers.insert(field.name);
        break;
      case syntax::FieldMatch::Source::kQuery:
        names.queries.insert(field.name);
        break;
    }
  }
  for (syntax::Ref<syntax::Limit> limit : route.limits) Add(policy[limit], names);
  Add(route.rules, names);
  Add(route.request, names);
  Add(route.response, names);
  if (route.authentication.keys) {
    const syntax::ApiKeys& keys = policy[*route.authentication.keys];
    (keys.in_query ? names.queries : names.headers).insert(keys.field);
  }
  for (const syntax::Service* service : TargetServices(policy, route)) {
    Add(service->rules, names);
    const auto& key = service->balance.hash_by;
    if (key && key->subject == syntax::Subject::kCookie) names.cookies.insert(key->name);
  }
}

}  // namespace

ScalarNames ScalarFields(const syntax::Policy& policy, std::uint32_t gateway) {
  Names names{.headers = {"authorization", "content-type"}};
  const syntax::Gateway& proxy = policy.gateways[gateway];
  for (syntax::Ref<syntax::Limit> limit : proxy.limits) Add(policy[limit], names);
  Add(proxy.rules, names);
  for (const syntax::Route& route : proxy.routes) Add(policy, route, names);
  names.headers.erase("cookie");
  return names;
}

}  // namespace weir::model
