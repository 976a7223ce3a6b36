// The compiled table decides what the model decides.
//
// The octets are choices (fuzz/generators/choices.h): first a policy's, then,
// until they run out, requests' and worlds'.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "fuzz/generators/policy_generator.h"
#include "fuzz/harness/decision.h"

namespace {

void Fail(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  weir::fuzz::Choices choices(std::span(data, size));
  const weir::syntax::Policy policy = weir::fuzz::RandomPolicy(choices);
  const auto table = weir::fuzz::Compile(policy);
  if (!table) Fail("a policy that the generator made cannot be compiled: " + table.error());
  for (int i = 0; i < 8; ++i) {
    const auto request = weir::fuzz::RequestFor(policy, choices);
    const auto world = weir::fuzz::WorldFor(policy, choices);
    if (const auto difference = weir::fuzz::CompareDecision(*table, policy, request, world)) {
      Fail(*difference);
    }
    if (choices.Exhausted()) break;
  }
  return 0;
}
