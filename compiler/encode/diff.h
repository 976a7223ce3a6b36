// Two policies compared: the regions of requests whose decision differs, and the
// settings that differ beside them (spec/diff.md).
//
//   DiffResult result = Diff(old_policy, new_policy);
//   for (const Region& region : result.regions) Report(region);
#ifndef WEIR_COMPILER_ENCODE_DIFF_H_
#define WEIR_COMPILER_ENCODE_DIFF_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/witness/witness.h"
#include "spec/model/model.h"
#include "spec/syntax/policy.h"

namespace weir::runtime {
class Table;
}

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
  std::uint16_t status = 0;  // of an answer; 0: not served at all
  std::string reason;        // "ok", a reason code's name, or "not-served"
  std::string route;         // empty: none
  std::vector<std::string> services;
  friend bool operator==(const Treatment&, const Treatment&) = default;
};

// A setting that is not the same on both sides. The nodes say where it is
// written; kNoNode: nowhere.
struct SettingChange {
  std::string owner;  // "gateway edge", "service users", "route users of edge"
  std::string name;   // "timeout"
  std::string before;
  std::string after;
  syntax::NodeId before_node = syntax::kNoNode;
  syntax::NodeId after_node = syntax::kNoNode;
};

// One request of a region, and who it is played with.
struct Shown {
  Treatment before;
  Treatment after;
  Witness witness;
  // Who the caller is found to be on each side, where that is asked.
  model::Identity caller_before;
  model::Identity caller_after;
  std::string circumstance;  // what the request alone cannot show of them; see decode.h
  // The rule that refused it on each side, if one did.
  syntax::NodeId before_rule = syntax::kNoNode;
  syntax::NodeId after_rule = syntax::kNoNode;
};

struct Region {
  std::string gateway;
  Change change = Change::kChanged;
  Shown shown;
  // Other requests of the same cause that come to something else, each with the
  // change it makes.
  std::vector<std::pair<Change, Shown>> also;
  std::vector<std::string> routes;      // all that the region is about
  std::vector<SettingChange> settings;  // that cause it
  syntax::NodeId before_node = syntax::kNoNode;
  syntax::NodeId after_node = syntax::kNoNode;
  std::string written_at;  // the clause of those nodes; empty: they are the place
};

struct DiffOptions {
  unsigned budget_ms = 5000;
  std::size_t max_regions = 200;  // for each gateway
};

struct DiffResult {
  std::vector<Region> regions;
  std::vector<SettingChange> settings;    // that show in no region
  std::vector<std::string> not_compared;  // files that cannot be read, in words
  std::vector<std::string> unknown;       // gateway and reason
  bool more = false;
  bool same() const { return regions.empty() && settings.empty() && unknown.empty() && !more; }
};

// One side of the comparison.
struct DiffInput {
  const syntax::Policy* policy = nullptr;  // never null
  std::string folder;                      // that files are relative to
  // What the policy was read back from, if it was (compiler/lift): it has one gateway
  // then, and what is played on the model is played on this as well.
  std::shared_ptr<const runtime::Table> table = nullptr;
};

DiffResult Diff(const DiffInput& before, const DiffInput& after, const DiffOptions& options = {});
DiffResult Diff(const syntax::Policy& before, const syntax::Policy& after,
                const DiffOptions& options = {});

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_H_
