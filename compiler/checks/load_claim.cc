// A claim `f + a per d` of the sustained load. Two bounds are known: `sustained`
// for each request and `added` for each window of 10 s, and `amplification` for
// each request with nothing added. With the two every bound between them holds, as
// a mean of both; and where one budget alone has a part in it no better one does.
#include "compiler/checks/load_claim.h"

#include <limits>

namespace weir::compiler {
namespace {

using syntax::AmplificationClaim;
using Measure = AmplificationClaim::Measure;

constexpr std::int64_t kWindow = 10'000'000'000;  // RETRY-7, ns
constexpr std::uint64_t kSmall = std::numeric_limits<std::uint32_t>::max() / 1000;

std::uint32_t Small(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

// How many windows can begin within `per`.
std::uint32_t Windows(syntax::Duration per) {
  return Small(static_cast<std::uint64_t>((per.nanoseconds + kWindow - 1) / kWindow));
}

// Whether the mean of both bounds that has the claim's factor has no more added than
// the claim:  needed (A - f) <= a (A - sustained).
bool Between(const ServiceLoad& load, const LoadFactor& needed, const AmplificationClaim& claim) {
  const std::uint64_t all = load.amplification * 1000;
  const auto added = Small(claim.added_thousandths);
  const LoadFactor left = needed.Times(1000)
                              .Times(Small(all - claim.bound_thousandths))
                              .Plus(load.sustained.Times(1000).Times(added));
  return !(LoadFactor(added).Times(Small(all)) < left);
}

LoadVerdict JudgeSustained(const ServiceLoad& load, const AmplificationClaim& claim) {
  if (load.amplification <= claim.bound_thousandths / 1000) return LoadVerdict::kHolds;
  if (!load.sustained.AtMostThousandths(claim.bound_thousandths)) return LoadVerdict::kBroken;
  if (load.added.AtMostThousandths(0)) return LoadVerdict::kHolds;
  if (claim.added_thousandths == 0) return LoadVerdict::kBroken;
  const LoadFactor needed = load.added.Times(Windows(claim.added_per));
  if (needed.AtMostThousandths(claim.added_thousandths)) return LoadVerdict::kHolds;
  if (load.amplification > kSmall || claim.added_thousandths > kSmall) return LoadVerdict::kUnknown;
  if (Between(load, needed, claim)) return LoadVerdict::kHolds;
  const bool least = claim.bound_thousandths == 0 ||
                     !load.sustained.AtMostThousandths(claim.bound_thousandths - 1);
  return least || load.budgets == 1 ? LoadVerdict::kBroken : LoadVerdict::kUnknown;
}

}  // namespace

LoadVerdict Judge(const ServiceLoad& load, const AmplificationClaim& claim) {
  if (!load.bounded) return LoadVerdict::kBroken;
  const LoadVerdict verdict = claim.measure == Measure::kSustainedLoad ? JudgeSustained(load, claim)
                              : load.amplification <= claim.bound_thousandths / 1000
                                  ? LoadVerdict::kHolds
                                  : LoadVerdict::kBroken;
  return verdict == LoadVerdict::kHolds && !load.complete ? LoadVerdict::kUnknown : verdict;
}

std::string InWords(const ServiceLoad& load, const std::string& service) {
  if (!load.bounded) return service + ": " + load.reason;
  const bool more = !load.added.AtMostThousandths(0);
  return "one request can come to " + std::to_string(load.amplification) + " tries at " + service +
         ", in the long run " + load.sustained.Text() +
         (more ? " + " + load.added.Text() + " per 10s" : "");
}

std::vector<std::string> AssumptionsOf(const ServiceLoad& load, const AmplificationClaim& claim) {
  std::vector<std::string> all = load.assumptions;
  if (claim.measure == Measure::kSustainedLoad) {
    all.insert(all.end(), load.process_assumptions.begin(), load.process_assumptions.end());
  }
  return all;
}

}  // namespace weir::compiler
