#include "dsl/source/did_you_mean.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "runtime/base/ascii.h"

namespace weir::dsl {
namespace {

// Optimal string alignment distance; above `limit` any larger number.
std::size_t Distance(std::string_view a, std::string_view b, std::size_t limit) {
  std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > limit) return limit + 1;
  std::vector<std::size_t> before(b.size() + 1), previous(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      bool same = ToLower(a[i - 1]) == ToLower(b[j - 1]);
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1)});
      bool swapped = i > 1 && j > 1 && ToLower(a[i - 1]) == ToLower(b[j - 2]) &&
                     ToLower(a[i - 2]) == ToLower(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view DidYouMean(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t kLongest = 64;  // nobody mistypes more, and the cost is quadratic
  std::string_view best;
  std::size_t best_distance = 0;
  if (word.empty() || word.size() > kLongest) return best;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kLongest) continue;
    std::size_t limit = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    if (!best.empty()) limit = std::min(limit, best_distance);
    std::size_t distance = Distance(word, candidate, limit);
    if (distance > limit || (!best.empty() && distance >= best_distance)) continue;
    if (distance >= word.size()) continue;  // nothing of it is left
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string DidYouMeanHelp(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view meant = DidYouMean(word, candidates);
  return meant.empty() ? "" : "did you mean '" + std::string(meant) + "'?";
}

}  // namespace weir::dsl
