// What conditions, transforms and limits read of a caller whom no route in
// question identifies: always absent, and `jwt.verified` always false.
//
//   if (VainRead(policy, {gateway, route}, attribute)) ...
#ifndef WEIR_COMPILER_CHECKS_VAIN_READS_H_
#define WEIR_COMPILER_CHECKS_VAIN_READS_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

// Where a rule is in force: places of a gateway and of one of its routes.
using RoutePlace = std::pair<std::uint32_t, std::uint32_t>;

struct RuleInForce {
  const syntax::Rule* rule = nullptr;
  bool alone = false;  // the only allow of its scope
  std::string scope;   // "route 'admin'"
  std::vector<RoutePlace> routes;
};

// Every rule that is in force at some route, by place in the text's scopes.
std::vector<RuleInForce> RulesInForce(const syntax::Policy& policy);

// Whether a request of this route can never have this part of an identity: by how it
// authenticates, and, for the peer, by its listeners.
bool VainRead(const syntax::Policy& policy, const RoutePlace& place,
              const syntax::Attribute& attribute);

// Whether a request without a credential is refused.
inline bool DemandsCredential(const syntax::Authentication& authentication) {
  return (authentication.jwt || authentication.keys) && !authentication.optional;
}

// The attributes for which `vain` holds, each once, as they are written.
std::vector<std::string> ReadsOf(const syntax::Expression& expression,
                                 const std::function<bool(const syntax::Attribute&)>& vain);

// What the condition comes to while those are absent; nothing: it depends.
std::optional<bool> ValueWithout(const syntax::Expression& expression,
                                 const std::function<bool(const syntax::Attribute&)>& vain);

// Set for what `claim-without-authentication` reports as always or never holding, so
// that no other rule needs to say so.
std::optional<bool> ValueForWantOfIdentity(const syntax::Policy& policy, const RuleInForce& rule);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_VAIN_READS_H_
