// By LIMIT-3 a limit (N per T, burst B, cost c) admits m requests within a window
// of width w iff m c <= B + w N/T. So m requests take at least
//
//   w(m) = max(0, (m c - B) T/N),
//
// and a client that sends each request as soon as it passes has them in exactly
// that width: w is convex, so no shorter run inside the window breaks the bound.
// Behind several limits the width is the largest of theirs, still convex, and
// still reached. The later limit (n per t, burst b, cost d) never refuses iff
//
//   m d - b <= max over the earlier of w(m) n/t      for every m >= 1.
//
// The bursts alone let m <= b/d pass. Beyond, one earlier limit suffices for m iff
//
//   m (c T n - d N t) >= B T n - b N t,
//
// a half-line of m: from some m on where the earlier limit's rate of requests is
// at most the later's, else up to some m. The half-lines and the bursts cover all
// m iff the earliest that goes on for ever begins right behind what the others
// cover, so two limits suffice where any number does.
#include "compiler/checks/dominance.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <optional>

namespace weir::compiler {
namespace {

__extension__ using Wide = __int128;
constexpr Wide kNever = std::numeric_limits<Wide>::max();

std::optional<Wide> Product(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  Wide product = 0;
  if (__builtin_mul_overflow(static_cast<Wide>(a), static_cast<Wide>(b), &product) ||
      __builtin_mul_overflow(product, static_cast<Wide>(c), &product)) {
    return std::nullopt;
  }
  return product;
}

// The m for which one earlier limit suffices: up to `last`, or from `first` on.
struct HalfLine {
  Wide last = 0;
  Wide first = kNever;
};

std::optional<HalfLine> Covers(const syntax::Limit& earlier, const syntax::Limit& later) {
  const auto earlier_period = static_cast<std::uint64_t>(earlier.period.nanoseconds);
  const auto later_period = static_cast<std::uint64_t>(later.period.nanoseconds);
  const std::uint64_t periods = std::gcd(earlier_period, later_period);
  const std::uint64_t counts = std::gcd(earlier.count, later.count);
  const std::uint64_t period = earlier_period / periods, count = later.count / counts;  // T n
  const std::uint64_t other_period = later_period / periods,
                      other_count = earlier.count / counts;  // N t
  const auto cost = Product(earlier.cost, period, count);
  const auto burst = Product(earlier.burst, period, count);
  const auto other_cost = Product(later.cost, other_count, other_period);
  const auto other_burst = Product(later.burst, other_count, other_period);
  if (!cost || !burst || !other_cost || !other_burst) return std::nullopt;
  const Wide slope = *cost - *other_cost, least = *burst - *other_burst;
  if (slope < 0) return HalfLine{least > 0 ? 0 : least / slope, kNever};
  if (least <= 0) return HalfLine{0, 1};
  if (slope == 0) return HalfLine{};
  return HalfLine{0, (least - 1) / slope + 1};
}

}  // namespace

Dominance DominatedBy(const std::vector<const syntax::Limit*>& earlier,
                      const syntax::Limit& later) {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  Wide last = static_cast<Wide>(later.burst / later.cost), first = kNever;
  const Wide by_burst = last;
  std::size_t up_to = kNone, from = kNone;
  bool too_large = false;
  for (std::size_t i = 0; i < earlier.size(); ++i) {
    const auto line = Covers(*earlier[i], later);
    too_large = too_large || !line;
    if (!line) continue;
    if (line->last > last) last = line->last, up_to = i;
    if (line->first < first) first = line->first, from = i;
  }
  Dominance found;
  if (from != kNone && first <= last + 1) {
    found.kind = Dominance::Kind::kDominated;
    found.by = {from};
    if (first > by_burst + 1) found.by.push_back(up_to);
    std::ranges::sort(found.by);
  } else if (too_large) {
    found.kind = Dominance::Kind::kTooLarge;
  }
  return found;
}

}  // namespace weir::compiler
