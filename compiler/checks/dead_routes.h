// What the check of shadowed routes hands over to its neighbours: a dead route
// is the finding of exactly one rule.
#ifndef WEIR_COMPILER_CHECKS_DEAD_ROUTES_H_
#define WEIR_COMPILER_CHECKS_DEAD_ROUTES_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "compiler/checks/finding.h"
#include "compiler/checks/taken_otherwise.h"
#include "compiler/shadow/engine.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// `impossible-match`: of a route that matches no request, whatever stands above it.
Finding ImpossibleMatch(const syntax::Policy& policy, const syntax::Gateway& gateway,
                        std::uint32_t route);

// The routes of a gateway by what they match.
class SameMatches {
 public:
  explicit SameMatches(const syntax::Gateway& gateway) : gateway_(gateway) {}

  // The earlier route that matches the very same requests as a dead one: it is
  // written so, or it is the only blocker and is covered in turn.
  std::optional<std::uint32_t> Earlier(std::uint32_t route, const RouteVerdict& verdict);

 private:
  const syntax::Gateway& gateway_;
  std::map<std::string, std::uint32_t> first_;  // by canonical text of the match
  std::vector<std::string> keys_;               // by route; made when first asked for
};

// `duplicate-route`, still without its witness.
Finding DuplicateRoute(const syntax::Policy& policy, const syntax::Gateway& gateway,
                       std::uint32_t route, std::uint32_t earlier, TakenOtherwise::Kind outcome);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_DEAD_ROUTES_H_
