// The name that somebody probably meant.
//
//   DidYouMean("retyr", {"retry", "route"})   // "retry"
#ifndef WEIR_DSL_SOURCE_DID_YOU_MEAN_H_
#define WEIR_DSL_SOURCE_DID_YOU_MEAN_H_

#include <span>
#include <string>
#include <string_view>

namespace weir::dsl {

// The candidate nearest to `word` by insertions, deletions, replacements and
// swaps of neighbours, case aside, if it is near enough (a third of the longer
// word's length); else empty. The first of several equally near ones.
std::string_view DidYouMean(std::string_view word, std::span<const std::string_view> candidates);

// "did you mean 'retry'?", or empty: ready for Diagnostic::help.
std::string DidYouMeanHelp(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_DID_YOU_MEAN_H_
