// The head that goes to the upstream, by the model.
#include "spec/model/forwarded.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace weir::model {
namespace {

using Kind = syntax::Transform::Kind;

// The target that is sent of "/a" + `query`, with these parameters removed.
std::string TargetWithout(const std::string& query, const std::vector<std::string>& removed) {
  syntax::Gateway gateway;
  gateway.listeners.emplace_back();
  syntax::Route route;
  for (const std::string& name : removed) route.request.push_back({Kind::kRemoveQuery, name});
  Facts facts;
  facts.request.path = "/a";
  facts.request.has_query = !query.empty();
  facts.request.query = query.substr(std::min<std::size_t>(query.size(), 1));
  const auto head = ForwardedHead(gateway, route, facts);
  if (!head) return head.error().reason;
  return head->path + (head->has_query ? "?" + head->query : "");
}

TEST(ForwardedHead, AQueryThatIsEmptyAfterARemovalGoes) {
  EXPECT_EQ(TargetWithout("", {"p"}), "/a");
  EXPECT_EQ(TargetWithout("?", {}), "/a?");
  EXPECT_EQ(TargetWithout("?", {"p"}), "/a");
  EXPECT_EQ(TargetWithout("?p=1", {"p"}), "/a");
  EXPECT_EQ(TargetWithout("?p=1", {"p", "p"}), "/a");
  EXPECT_EQ(TargetWithout("?q=1&p=1", {"p"}), "/a?q=1");
  EXPECT_EQ(TargetWithout("?q=1", {"p"}), "/a?q=1");
  EXPECT_EQ(TargetWithout("?&", {"p"}), "/a?&");
}

}  // namespace
}  // namespace weir::model
