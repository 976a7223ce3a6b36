// Two policies compared: the regions of requests whose decision differs
// (spec/diff.md).
//
//   DiffResult result = Diff(old_policy, new_policy);
//   for (const Region& region : result.regions) Report(region);
#ifndef WEIR_COMPILER_ENCODE_DIFF_H_
#define WEIR_COMPILER_ENCODE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/witness/witness.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

enum class Change : std::uint8_t {
  kOpened,   // forwarded now, not before
  kClosed,   // forwarded before, not now
  kMoved,    // forwarded to other services
  kChanged,  // treated differently in another way
};
std::string_view ChangeName(Change change);

// What one policy does with the requests of a region.
struct Treatment {
  bool forwards = false;
  std::uint16_t status = 0;  // of an answer; 0: this gateway or listener does not exist
  std::string reason;        // "ok", a reason code's name, or "not-served"
  std::string route;         // empty: none
  std::vector<std::string> services;
};

struct AspectChange {
  std::string aspect;  // "retry", "timeout", ...
  std::string before;
  std::string after;
};

struct Region {
  std::string gateway;
  Change change = Change::kChanged;
  Treatment before;
  Treatment after;
  std::vector<AspectChange> aspects;
  Witness witness;
  std::string circumstance;  // what the request alone cannot show; see decode.h
};

struct DiffOptions {
  unsigned budget_ms = 5000;
  std::size_t max_regions = 200;  // for each gateway
};

struct DiffResult {
  std::vector<Region> regions;
  std::vector<std::string> unknown;  // gateway and reason
  bool more = false;
};

DiffResult Diff(const syntax::Policy& before, const syntax::Policy& after,
                const DiffOptions& options = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_H_
