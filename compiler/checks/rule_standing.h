// Whether the rules of a gateway's routes ever decide: what `unreachable-policy`
// reports from.
//
//   Standings standings;
//   for (gateway...) FindStandings(policy, gateway, standings);
//   if (standings[&rule].kind == Standing::Kind::kNeverHolds) Report(rule);
#ifndef WEIR_COMPILER_CHECKS_RULE_STANDING_H_
#define WEIR_COMPILER_CHECKS_RULE_STANDING_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/witness/witness.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// What is known of a rule over all routes where it is in force, from worst to best.
struct Standing {
  enum class Kind : std::uint8_t { kNotReached, kNeverHolds, kDeniedAnyway, kUnknown, kDecides };
  Kind kind = Kind::kNotReached;
  std::string reason;                       // kUnknown
  std::optional<Witness> witness;           // kDeniedAnyway
  std::vector<const syntax::Rule*> denies;  // kDeniedAnyway: those that hold for the witness
};
using Standings = std::map<const syntax::Rule*, Standing>;

// A route whose rules refuse every request, though each of them decides at some route;
// or of which that could not be found out.
struct ClosedRoute {
  std::uint32_t route = 0;
  bool between = false;            // it takes two rules to do so
  std::string reason;              // why it is not known; empty: it is
  std::optional<Witness> witness;  // where it is known
  bool preflights_aside = false;   // requests of their shape were not looked at
};

struct StandingBudget {
  unsigned query_ms = 2'000;
  std::size_t rounds = 24;             // of adding earlier routes that take what was found
  std::size_t neighbours = 300;        // routes held against one, where preflights matter
  std::size_t preflight_routes = 400;  // routes asked about one by one, where preflights matter
};

// Adds what the routes of one gateway say to `standings`, by place of the rule
// in the policy; and gives the routes that are closed. A plain `deny` closes a
// route on purpose, and a scope whose allows are all dead is told by them: such
// routes are left out.
std::vector<ClosedRoute> FindStandings(const syntax::Policy& policy, std::uint32_t gateway,
                                       Standings& standings, const StandingBudget& budget = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_RULE_STANDING_H_
