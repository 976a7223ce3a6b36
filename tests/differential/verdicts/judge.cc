#include "tests/differential/verdicts/judge.h"

#include "fuzz/generators/system_generator.h"

namespace weir::testing {
namespace {

void AddTo(std::map<std::string, std::uint64_t>& into,
           const std::map<std::string, std::uint64_t>& from) {
  for (const auto& [name, count] : from) into[name] += count;
}

std::uint64_t Sum(const std::map<std::string, std::uint64_t>& counts) {
  std::uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

}  // namespace

void Tally::Add(const Tally& other) {
  AddTo(verdicts, other.verdicts);
  AddTo(unknown, other.unknown);
  AddTo(evidence, other.evidence);
}

void Tally::Undecided(const std::string& reason) { ++unknown[reason]; }
std::uint64_t Tally::Decided() const {
  std::uint64_t sum = Sum(verdicts);
  for (const auto& [verdict, count] : verdicts) {
    if (verdict.starts_with("explained")) sum -= count;
  }
  return sum;
}
std::uint64_t Tally::Unknown() const { return Sum(unknown); }

Trial::Trial(std::uint64_t seed, std::size_t requests) : choices(seed) {
  policy = fuzz::RandomSystem(choices);
  for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
    universe.push_back(UniverseOf(policy, g, g == 0 ? requests : requests / 3, choices));
  }
}

}  // namespace weir::testing
