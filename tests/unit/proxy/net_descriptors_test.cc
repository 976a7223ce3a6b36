// Who gets how many descriptors.
#include <gtest/gtest.h>

#include "proxy/net/descriptors.h"
#include "runtime/request/address.h"

namespace weir::proxy::net {
namespace {

runtime::Address At(const char* text) { return *runtime::ParseAddress(text); }

TEST(Descriptors, TheTwoSidesShareWhatIsLeft) {
  const auto plan = PlanDescriptors({.limit = 256, .open = 20});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->clients + plan->upstreams, 256 - 20 - kAdminConnections - kSpareDescriptors);
  EXPECT_EQ(plan->clients, plan->upstreams);
}

TEST(Descriptors, ChecksAreProvidedForButTakeNotAll) {
  const auto few = PlanDescriptors({.limit = 256, .open = 20, .checks = 10});
  const auto many = PlanDescriptors({.limit = 256, .open = 20, .checks = 10'000});
  ASSERT_TRUE(few && many);
  EXPECT_EQ(few->clients, 97u);
  EXPECT_EQ(many->clients, 86u);
}

TEST(Descriptors, TheDefaultHasABoundOfItsOwn) {
  const auto plan = PlanDescriptors({.limit = 1'000'000, .open = 20, .most_clients = 100'000});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->clients, 100'000u);
}

TEST(Descriptors, WhatIsAskedForIsGivenOrRefused) {
  const auto plan = PlanDescriptors({.limit = 256, .open = 20, .max_connections = 150});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->clients, 150u);
  EXPECT_EQ(plan->upstreams, 54u);
  EXPECT_FALSE(PlanDescriptors({.limit = 256, .open = 20, .max_connections = 200}));
  EXPECT_FALSE(PlanDescriptors({.limit = 256, .open = 20, .max_connections = 5000}));
  const auto low = PlanDescriptors({.limit = 40, .open = 20});
  ASSERT_FALSE(low);
  EXPECT_NE(low.error().find("limit of 40 open files is too low"), std::string::npos);
}

TEST(Descriptors, ClientsAreCounted) {
  ConnectionBudget budget;
  budget.Set({.clients = 2, .upstreams = 1}, 0);
  EXPECT_TRUE(budget.TakeClient());
  EXPECT_TRUE(budget.TakeClient());
  EXPECT_FALSE(budget.TakeClient());
  budget.GiveClient();
  EXPECT_TRUE(budget.TakeClient());
  EXPECT_FALSE(budget.upstreams_full());
  budget.UpstreamOpened();
  EXPECT_TRUE(budget.upstreams_full());
  EXPECT_FALSE(budget.upstreams_over());
}

TEST(Descriptors, OneAddressHasItsOwnBound) {
  ConnectionBudget budget;
  budget.Set({.clients = 100, .upstreams = 100}, 2);
  EXPECT_TRUE(budget.TakeAddress(At("10.0.0.1")));
  EXPECT_TRUE(budget.TakeAddress(At("10.0.0.1")));
  EXPECT_FALSE(budget.TakeAddress(At("10.0.0.1")));
  EXPECT_TRUE(budget.TakeAddress(At("10.0.0.2")));
  budget.GiveAddress(At("10.0.0.1"));
  EXPECT_TRUE(budget.TakeAddress(At("10.0.0.1")));
}

TEST(Descriptors, AHostOfIpv6HasManyAddresses) {
  ConnectionBudget budget;
  budget.Set({.clients = 100, .upstreams = 100}, 2);
  EXPECT_TRUE(budget.TakeAddress(At("2001:db8:0:1::1")));
  EXPECT_TRUE(budget.TakeAddress(At("2001:db8:0:1:ffff::2")));
  EXPECT_FALSE(budget.TakeAddress(At("2001:db8:0:1::3")));
  EXPECT_TRUE(budget.TakeAddress(At("2001:db8:0:2::1")));
  budget.GiveAddress(At("2001:db8:0:1::1"));
  EXPECT_TRUE(budget.TakeAddress(At("2001:db8:0:1::3")));
  EXPECT_FALSE(budget.TakeAddress(At("2001:db8:0:1::4")));
}

// A mapped address is one of IPv4: its network is not shared.
TEST(Descriptors, AMappedAddressIsCountedByItself) {
  ConnectionBudget budget;
  budget.Set({.clients = 100, .upstreams = 100}, 1);
  EXPECT_TRUE(budget.TakeAddress(At("::ffff:10.0.0.1")));
  EXPECT_TRUE(budget.TakeAddress(At("10.0.0.2")));
  EXPECT_FALSE(budget.TakeAddress(At("10.0.0.1")));
}

}  // namespace
}  // namespace weir::proxy::net
