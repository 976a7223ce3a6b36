// A `jwt` in use that does not say whom its tokens are for.
#include <string>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"

namespace weir::compiler {

CheckResult CheckJwtAudiences(const syntax::Policy& policy) {
  CheckResult result;
  std::vector<bool> used(policy.jwts.size(), false);
  for (const auto& gateway : policy.gateways) {
    for (const auto& route : gateway.routes) {
      if (route.authentication.jwt) used[route.authentication.jwt->index] = true;
    }
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    const auto& jwt = policy.jwts[i];
    if (!used[i] || !jwt.audiences.empty()) continue;
    result.findings.push_back(
        Found("jwt-without-audience", dsl::Severity::kNote, SpanOf(policy, jwt.node),
              "jwt '" + jwt.name + "' names no audience: a token that \"" + jwt.issuer +
                  "\" made for another application is good here too",
              "Write `audience \"...\"`, with the name that the issuer puts into `aud` for this "
              "one."));
  }
  return result;
}

}  // namespace weir::compiler
