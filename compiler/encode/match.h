// What a route matches, as formulas. Mirrors spec/model/match.
#ifndef WEIR_COMPILER_ENCODE_MATCH_H_
#define WEIR_COMPILER_ENCODE_MATCH_H_

#include <cstdint>
#include <vector>

#include "compiler/encode/overlap.h"
#include "compiler/encode/universe.h"
#include "spec/syntax/match.h"

namespace weir::compiler {

// `listeners` says which value of the listener dimension each of the gateway's
// listeners is.
Formula MatchesButMethod(Universe& universe, const syntax::Match& match,
                         const std::vector<std::uint32_t>& listeners);

// One test of a header or query, negated or not, on the values of a dimension.
Formula MatchesField(Universe& universe, const syntax::FieldMatch& field, std::uint32_t dimension);

// `method` is the dimension to read it from: a preflight names it in a header.
Formula MatchesMethod(Universe& universe, const syntax::Match& match, std::uint32_t method);

// What the match reaches at most, for FirstMatches.
Reach ReachOf(const syntax::Match& match);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_MATCH_H_
