// Who may use a route, as far as its text tells.
//
//   if (TakesAnybody(policy, gateway, route)) ...   // nothing looks at who it is
#ifndef WEIR_COMPILER_CHECKS_TAKES_ANYBODY_H_
#define WEIR_COMPILER_CHECKS_TAKES_ANYBODY_H_

#include <functional>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::compiler {

// Whether some predicate of the rules reads an attribute for which `is` holds.
bool AnyRead(const std::vector<syntax::Rule>& rules,
             const std::function<bool(const syntax::Attribute&)>& is);

// A token, an API key, a peer's certificate, or the address that it comes from.
bool SaysWhoCalls(const syntax::Attribute& attribute);

// Whether the rules read one of those.
bool ReadsCaller(const std::vector<syntax::Rule>& rules);

// The route forwards, and nothing at the route, its gateway or its services looks at
// who it is: no credential, no `client` networks, no rule that reads the caller.
bool TakesAnybody(const syntax::Policy& policy, const syntax::Gateway& gateway,
                  const syntax::Route& route);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_TAKES_ANYBODY_H_
