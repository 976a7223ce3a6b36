// The canonicaliser = the model's; both are idempotent; disguises are undone.
#include <gtest/gtest.h>

#include "fuzz/generators/policy_generator.h"
#include "fuzz/generators/request_generator.h"
#include "fuzz/generators/words.h"
#include "fuzz/harness/canonical.h"
#include "spec/model/path.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

TEST(Canonical, RuntimeSaysWhatTheModelSays) {
  const std::uint64_t cases = CasesOr(20'000);
  for (std::uint64_t i = 0; i < cases; i += 20) {
    fuzz::Choices choices(Seed() + i);
    const syntax::Policy policy = fuzz::RandomPolicy(choices);
    for (int k = 0; k < 20; ++k) {
      const fuzz::RandomRequest request = fuzz::RequestFor(policy, choices);
      const auto difference = fuzz::CompareCanonical(policy, 0, request.raw, request.connection);
      ASSERT_FALSE(difference) << "seed " << Seed() + i << "\n"
                               << fuzz::Describe(request) << "\n"
                               << *difference;
    }
  }
}

// Every string over a small alphabet, so that no combination is left to luck.
TEST(Canonical, ShortPathsAgreeAndAreIdempotent) {
  const std::string alphabet = "/.%2eEfFaA;3bB\\";
  for (int options = 0; options < 12; ++options) {
    const int parameters = options / 4;
    syntax::Listener listener;
    listener.path_parameters = static_cast<syntax::Listener::PathParameters>(parameters);
    if (options & 1) listener.encoded_slash = syntax::Listener::EncodedSlash::kKeep;
    if (options & 2) listener.slashes = syntax::Listener::Slashes::kKeep;
    for (int length = 0; length <= 4; ++length) {
      std::size_t count = 1;
      for (int i = 0; i < length; ++i) count *= alphabet.size();
      for (std::size_t code = 0; code < count; ++code) {
        std::string path = "/";
        for (std::size_t rest = code, i = 0; i < static_cast<std::size_t>(length); ++i) {
          path += alphabet[rest % alphabet.size()];
          rest /= alphabet.size();
        }
        const auto wanted = model::CanonicalPath(path, listener);
        std::string got;
        const char* wrong =
            runtime::CanonicalisePath(path,
                                      {(options & 1) != 0, (options & 2) != 0,
                                       static_cast<runtime::PathParameters>(parameters)},
                                      got);
        ASSERT_EQ(wanted.has_value(), wrong == nullptr) << path;
        if (!wanted) continue;
        ASSERT_EQ(*wanted, got) << path;
        ASSERT_EQ(model::CanonicalPath(*wanted, listener), *wanted) << path;
      }
    }
  }
}

TEST(Canonical, ADisguiseIsSeenThrough) {
  const syntax::Listener listener;
  fuzz::Choices choices(Seed());
  for (int i = 0; i < 5'000; ++i) {
    std::string path;
    for (std::uint32_t n = choices.Below(4) + 1; n > 0; --n) {
      path += "/" + choices.Of({"a", "b", "users", ".a", "..."});
    }
    std::string disguised;
    for (char c : path) {
      if (c == '/') {
        disguised += choices.Of({"/", "//", "/./", "/x/../", "/%2e/", "/x/%2E%2e/"});
      } else {
        disguised += c == 'a' && choices.Chance(40) ? "%61" : std::string(1, c);
      }
    }
    EXPECT_EQ(model::CanonicalPath(disguised, listener), path) << disguised;
  }
}

}  // namespace
}  // namespace weir::testing
