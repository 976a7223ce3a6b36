// CANON-13, 16 and 17: what anything of the gateway reads as one value.
#include <set>

#include "compiler/lower/lowering.h"

namespace weir::compiler {
namespace {

class Collector {
 public:
  explicit Collector(const syntax::Policy& policy) : policy_(policy) {}

  void Add(std::string name) {
    if (name != "cookie") names_.insert(std::move(name));
  }
  void Add(const syntax::Attribute& attribute) {
    if (attribute.subject == syntax::Subject::kHeader) Add(attribute.name);
    if (attribute.subject == syntax::Subject::kQuery) queries_.insert(attribute.name);
    if (attribute.subject == syntax::Subject::kCookie) cookies_.insert(attribute.name);
  }
  void Add(const syntax::Expression& expression) {
    for (const syntax::Expression& child : expression.children) Add(child);
    if (expression.kind == syntax::Expression::Kind::kPredicate &&
        expression.predicate.quantifier == syntax::Quantifier::kScalar) {
      Add(expression.predicate.attribute);
    }
  }
  void Add(const std::vector<syntax::Rule>& rules) {
    for (const syntax::Rule& rule : rules) Add(rule.when);
  }
  void Add(const std::vector<syntax::Ref<syntax::Limit>>& limits) {
    for (const syntax::Ref<syntax::Limit>& limit : limits) {
      for (const syntax::Attribute& part : policy_[limit].by) Add(part);
    }
  }
  void Add(const std::vector<syntax::Transform>& transforms) {
    for (const syntax::Transform& transform : transforms) {
      const auto* attribute = std::get_if<syntax::Attribute>(&transform.value);
      if (attribute) Add(*attribute);
    }
  }
  void Add(const syntax::Service& service) {
    Add(service.rules);
    const auto& key = service.balance.hash_by;
    if (key && key->subject == syntax::Subject::kCookie) cookies_.insert(key->name);
  }
  void Add(const syntax::Route& route) {
    for (const syntax::FieldMatch& field : route.match.fields) {
      switch (field.source) {
        case syntax::FieldMatch::Source::kHeader:
          Add(field.name);
          break;
        case syntax::FieldMatch::Source::kQuery:
          queries_.insert(field.name);
          break;
      }
    }
    Add(route.limits);
    Add(route.rules);
    Add(route.request);
    Add(route.response);
    if (route.authentication.keys) {
      const syntax::ApiKeys& keys = policy_[*route.authentication.keys];
      if (keys.in_query) {
        queries_.insert(keys.field);
      } else {
        Add(keys.field);
      }
    }
    if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
      for (const syntax::Target& target : forward->targets) Add(policy_[target.service]);
    }
  }
  ScalarNames Names() const {
    return {{names_.begin(), names_.end()},
            {queries_.begin(), queries_.end()},
            {cookies_.begin(), cookies_.end()}};
  }

 private:
  const syntax::Policy& policy_;
  std::set<std::string> names_, queries_, cookies_;
};

}  // namespace

ScalarNames ScalarFields(const syntax::Policy& policy, const syntax::Gateway& gateway) {
  Collector collector(policy);
  collector.Add("authorization");
  collector.Add("content-type");
  collector.Add(gateway.limits);
  collector.Add(gateway.rules);
  for (const syntax::Route& route : gateway.routes) collector.Add(route);
  return collector.Names();
}

}  // namespace weir::compiler
