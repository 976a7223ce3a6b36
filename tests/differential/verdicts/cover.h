// Which routes are covered by an earlier one by the mere look of them: each part of the
// match stands in the earlier one's too. Nothing is computed here, so that a checker which
// computes can be held against it.
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_COVER_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_COVER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/gateway.h"

namespace weir::testing {

// One alternative of a match that has several: a host, a path or a method.
struct MatchAlternative {
  enum class Kind : std::uint8_t { kHost, kPath, kMethod };
  Kind kind = Kind::kHost;
  std::size_t place = 0;
};

std::vector<MatchAlternative> AlternativesOf(const syntax::Match& match);
// As `lint` names it; of a method the bare word.
std::string NameOf(const syntax::Match& match, const MatchAlternative& alternative);
// The match with this alternative in place of all.
syntax::Match Only(syntax::Match match, const MatchAlternative& alternative);

// The first route above `route` that takes every request of `match` as both are written.
std::optional<std::uint32_t> CoverOf(const syntax::Gateway& gateway, std::uint32_t route,
                                     const syntax::Match& match);

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_COVER_H_
