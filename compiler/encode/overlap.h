// Which routes can match one request at all, told from their patterns' texts.
// Of hundreds of earlier routes only the few that overlap take part in "none
// before it matches", which keeps the formulas of first matches small and, for
// routes that nothing touched, the same on both sides of a comparison.
#ifndef WEIR_COMPILER_ENCODE_OVERLAP_H_
#define WEIR_COMPILER_ENCODE_OVERLAP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/encode/formula.h"

namespace weir::compiler {

// One (host, path) pair of a match.
struct Box {
  enum class Host : std::uint8_t { kAny, kExact, kSuffix };
  Host host = Host::kAny;
  std::string host_name;
  std::vector<std::optional<std::string>> segments;  // nothing: the wildcard
  bool rest = true;                                  // "**" follows; with no segments: any path
  bool opaque = false;                               // a regular expression: may be any path
};

// What a route matches, at most.
struct Reach {
  std::vector<Box> boxes;
  std::vector<std::string> methods;  // empty: any
};

// False only when no request can match both.
bool MayOverlap(const Reach& a, const Reach& b);

// By route: it matches and no earlier one does. `matches` and `reaches` are in
// route order. What is built grows by n log n with routes that may all overlap, and
// with the pairs that do where each pair is one of its own.
std::vector<Formula> FirstMatches(Formulas& f, const std::vector<Formula>& matches,
                                  const std::vector<Reach>& reaches);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_OVERLAP_H_
