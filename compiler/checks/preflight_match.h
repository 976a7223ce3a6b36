// What a route's match is to the preflight of a request (CORS-1, and Fetch 4.8).
//
// A preflight has the request's URL, comes from its client, and names its method
// in Access-Control-Request-Method, which the routes are looked up with. Of the
// fields that a match can test it bears the browser's own and those that proxies
// add, with the same values; `accept: */*`; and none that a script set, no cookie
// and no credential.
//
//   if (FateOf("x-beta") == FieldFate::kLeftOut) ...
//   auto formula = MatchesPreflight(universe, route.match, listeners);
#ifndef WEIR_COMPILER_CHECKS_PREFLIGHT_MATCH_H_
#define WEIR_COMPILER_CHECKS_PREFLIGHT_MATCH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/encode/universe.h"
#include "compiler/witness/witness.h"
#include "spec/syntax/match.h"

namespace weir::compiler {

// What becomes of a header on the way from a request to its preflight.
enum class FieldFate : std::uint8_t {
  kSame,
  kLeftOut,
  kAccept,     // any type is accepted
  kMethod,     // access-control-request-method: on the preflight alone
  kUndecided,  // access-control-request-headers: which names it lists is the browser's
};
FieldFate FateOf(std::string_view header);

// Whether a request that bears this header needs a preflight for it, whatever its method.
bool NeedsPreflight(std::string_view header);

// Whether a test reads what is another on the preflight.
bool DiffersOnPreflight(const syntax::FieldMatch& field);

// False: no preflight matches, whatever the request, for what it does not bear.
bool MayMatchPreflights(const syntax::Match& match);

// When the preflight of the universe's request matches; nothing: undecided.
std::optional<Formula> MatchesPreflight(Universe& universe, const syntax::Match& match,
                                        const std::vector<std::uint32_t>& listeners);

// The preflight that a browser sends before this request.
Witness PreflightOf(const Witness& request);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_PREFLIGHT_MATCH_H_
