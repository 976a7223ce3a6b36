// What the files of this folder share while one table is made: the policy, the
// table so far, and which of the policy's named things are in it already.
//
// Only what the gateway uses goes in, in the order it is first used, so the same
// policy gives the same octets.
#ifndef WEIR_COMPILER_LOWER_LOWERING_H_
#define WEIR_COMPILER_LOWER_LOWERING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/source_map.h"
#include "runtime/table/writer.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

class Lowering {
 public:
  Lowering(const syntax::Policy& the_policy, const dsl::SourceMap* the_sources)
      : policy(the_policy), sources(the_sources) {}

  // gateway.cc
  void LowerGateway(const syntax::Gateway& gateway);

  // route.cc
  runtime::RouteRecord LowerRoute(const syntax::Route& route);
  runtime::Index LowerResponse(const syntax::Response& response);
  runtime::Range LowerTransforms(const std::vector<syntax::Transform>& transforms);

  // match.cc
  void LowerMatch(const syntax::Match& match, runtime::RouteRecord& record);
  runtime::PathRecord LowerPath(const syntax::PathPattern& pattern);
  runtime::NetworkRecord LowerNetwork(const syntax::Network& network) const;
  runtime::Range LowerNetworks(const std::vector<syntax::Network>& networks);
  // The automaton of a regular expression; one that is used twice is stored once.
  runtime::Index LowerRegex(const syntax::Regex& regex, syntax::NodeId node);

  // expression.cc. The same attribute is stored once, and so is the same condition
  // of several rules: what routes have in common stays in the cache.
  runtime::AttributeRecord LowerAttribute(const syntax::Attribute& attribute);
  runtime::Index StoreAttribute(const syntax::Attribute& attribute);
  runtime::Range LowerAttributes(const std::vector<syntax::Attribute>& attributes);
  runtime::Range LowerRules(const std::vector<syntax::Rule>& rules);

  // service.cc
  runtime::Index LowerService(syntax::Ref<syntax::Service> ref);

  // traffic.cc
  runtime::Range LowerLimitUses(const std::vector<syntax::Ref<syntax::Limit>>& limits);
  runtime::Index LowerCors(syntax::Ref<syntax::Cors> ref);
  runtime::Index LowerRetry(syntax::Ref<syntax::Retry> ref);
  runtime::Index LowerBreaker(syntax::Ref<syntax::Breaker> ref);

  // authentication.cc
  runtime::Index LowerJwt(syntax::Ref<syntax::Jwt> ref);
  runtime::Index LowerApiKeys(syntax::Ref<syntax::ApiKeys> ref);

  // Where a node was written.
  runtime::Provenance SourceOf(syntax::NodeId node);
  void Refuse(syntax::NodeId node, std::string message, std::string help = "");

  const syntax::Policy& policy;
  const dsl::SourceMap* sources;
  runtime::TableWriter out;
  std::vector<dsl::Diagnostic> diagnostics;

 private:
  runtime::ExpressionRecord LowerExpression(const syntax::Expression& expression);
  runtime::Index StoreExpression(const syntax::Expression& expression);
  void AppendKey(const syntax::Expression& expression, std::string& key);
  runtime::ExpressionRecord LowerPredicate(const syntax::Expression& expression);
  runtime::ConstantRecord LowerConstant(const syntax::Constant& constant, syntax::NodeId node);
  runtime::Index LowerLimit(syntax::Ref<syntax::Limit> ref);
  runtime::ListenerRecord LowerListener(const syntax::Listener& listener);
  void LowerAction(const syntax::Route& route, runtime::RouteRecord& record);

  // Place in the policy -> place in the table.
  using Places = std::map<std::uint32_t, runtime::Index>;
  Places services_, limits_, cors_, retries_, breakers_, jwts_, api_keys_;
  std::map<std::string, runtime::Index> attributes_, conditions_;  // by a key of their own
  std::map<std::string, runtime::Index, std::less<>> automata_;    // by the expression's text
};

inline runtime::Address LowerAddress(const syntax::Address& address) {
  return {.octets = address.octets};
}

runtime::AttributeType LowerType(syntax::Type type);

std::string JoinNames(const std::vector<std::string>& names);

// Lower-case names of the headers that the gateway reads as one value.
struct ScalarNames {
  std::vector<std::string> headers, queries, cookies;
};
ScalarNames ScalarFields(const syntax::Policy& policy, const syntax::Gateway& gateway);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LOWER_LOWERING_H_
