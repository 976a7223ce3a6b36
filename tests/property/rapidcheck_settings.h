// RapidCheck runs as many cases as WEIR_CASES says, from WEIR_SEED.
//
// It reads its settings from the environment when the first property runs, so
// they are put there before main(). Include this in one file of a program.
#ifndef WEIR_TESTS_PROPERTY_RAPIDCHECK_SETTINGS_H_
#define WEIR_TESTS_PROPERTY_RAPIDCHECK_SETTINGS_H_

#include <gtest/gtest.h>
// RapidCheck's GoogleTest support wants gtest included first.
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/support/random/seed.h"

namespace weir::testing {

// A file says how many cases it wants unless WEIR_CASES says otherwise:
//   const bool kSet = SetRapidCheck(1'000);
inline bool SetRapidCheck(std::uint64_t otherwise) {
  const std::string text = "max_success=" + std::to_string(CasesOr(otherwise)) +
                           " seed=" + std::to_string(Seed()) + " noshrink=0";
  return setenv("RC_PARAMS", text.c_str(), 0) == 0;  // what the caller has set stays
}

// Octets for fuzz::Choices: any values, up to 12 x RapidCheck's size of them.
inline std::vector<std::uint8_t> Octets() {
  return *rc::gen::scale(12.0, rc::gen::container<std::vector<std::uint8_t>>(rc::gen::resize(
                                   rc::kNominalSize, rc::gen::arbitrary<std::uint8_t>())));
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_PROPERTY_RAPIDCHECK_SETTINGS_H_
