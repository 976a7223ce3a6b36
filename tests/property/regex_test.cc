// The model's derivatives = RE2, on random expressions and words.
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "spec/model/regex.h"
#include "tests/support/random/random_regex.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

TEST(Regex, DerivativesSayWhatRe2Says) {
  std::mt19937 random(static_cast<std::mt19937::result_type>(Seed()));
  RE2::Options options;
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_log_errors(false);
  int matched = 0;
  for (int i = 0; i < 1'000; ++i) {
    const syntax::RegexNode regex = RandomRegex(random, "ab/", 3);
    const RE2 oracle(ToRe2(regex), options);
    ASSERT_TRUE(oracle.ok()) << ToRe2(regex);
    for (int k = 0; k < 20; ++k) {
      std::string word;
      for (auto n = random() % 7; n > 0; --n) word += "ab/c"[random() % 4];
      const bool wanted = RE2::FullMatch(word, oracle);
      ASSERT_EQ(model::Matches(regex, word), wanted) << ToRe2(regex) << " on " << word;
      matched += wanted ? 1 : 0;
    }
  }
  EXPECT_GT(matched, 500);
}

}  // namespace
}  // namespace weir::testing
