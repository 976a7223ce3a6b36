// Whether two routes do the same with every request that both match.
#ifndef WEIR_COMPILER_SHADOW_OUTCOME_H_
#define WEIR_COMPILER_SHADOW_OUTCOME_H_

#include "spec/syntax/route.h"

namespace weir::compiler {

// Compares every statement of the routes but their names and what they match.
// Equal text is what counts: true is certain, but that a limit keyed by `route`
// counts the two apart; false may be two ways of saying one thing.
bool SameOutcome(const syntax::Route& a, const syntax::Route& b);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_OUTCOME_H_
