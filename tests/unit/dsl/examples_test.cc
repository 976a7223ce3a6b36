// Every example of dsl/examples resolves without a word.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "tests/unit/dsl/resolve_support.h"

namespace weir::dsl {
namespace {

TEST(ExamplesTest, EachResolves) {
  std::size_t files = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(WEIR_SOURCE_DIR "/dsl/examples")) {
    if (entry.path().extension() != ".weir") continue;
    ++files;
    LoadResult result = Load(entry.path().string());
    EXPECT_TRUE(result.policy.has_value()) << entry.path() << "\n" << Said(result);
    EXPECT_EQ(Said(result), "") << entry.path();
  }
  EXPECT_GE(files, 13u);
}

TEST(ExamplesTest, TheShopHasItsParts) {
  LoadResult result = Load(WEIR_SOURCE_DIR "/dsl/examples/shop/shop.weir");
  ASSERT_TRUE(result.policy) << Said(result);
  const syntax::Policy& policy = *result.policy;
  ASSERT_EQ(policy.gateways.size(), 2u);
  EXPECT_EQ(policy.gateways[0].name, "edge");
  EXPECT_EQ(policy.gateways[1].kind, syntax::Gateway::Kind::kSidecar);
  EXPECT_GE(policy.examples.size(), 8u);
  const syntax::Route& users = policy.gateways[0].routes[1];
  EXPECT_EQ(users.name, "users");
  ASSERT_EQ(users.match.hosts.size(), 1u);  // the profile's
  EXPECT_EQ(users.match.hosts[0].name, "api.yourapp.com");
  EXPECT_EQ(users.limits.size(), 1u);
  EXPECT_EQ(users.rules.size(), 3u);
  // The route's own timeout wins over the profile's.
  EXPECT_EQ(policy.gateways[0].routes[2].timeout->nanoseconds, 5'000'000'000);
  EXPECT_EQ(users.timeout->nanoseconds, 10'000'000'000);
  // Every node leads into some file.
  for (const syntax::Origin& origin : policy.origins) {
    ASSERT_LT(origin.file, policy.files.size());
    EXPECT_LE(origin.end, result.sources.text(origin.file).size());
  }
}

}  // namespace
}  // namespace weir::dsl
