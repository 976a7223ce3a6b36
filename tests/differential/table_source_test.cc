// Table = source on random policies, by Z3, on the loaded octets; and tables of
// another policy, or with a record changed, are told apart.
#include <gtest/gtest.h>

#include "compiler/encode/equivalence.h"
#include "compiler/lower/lower.h"
#include "tests/differential/small_policy.h"

namespace weir::compiler {
namespace {

using testing::SmallPolicies;

std::shared_ptr<const runtime::Table> TableOf(const syntax::Policy& policy) {
  const auto octets = Lower(policy, nullptr, 0);
  if (!octets) {
    ADD_FAILURE() << octets.error()[0].message;
    return nullptr;
  }
  const auto table = runtime::Table::LoadOctets(*octets);
  if (table) return *table;
  ADD_FAILURE() << table.error();
  return nullptr;
}

std::string Text(const smt::Verdict<TableMismatch>& verdict) {
  if (const auto* refuted = std::get_if<smt::Refuted<TableMismatch>>(&verdict)) {
    const auto& witness = refuted->witness.witness;
    return refuted->witness.what + (witness ? " on " + witness->method + " " + witness->path : "");
  }
  if (const auto* unknown = std::get_if<smt::Unknown>(&verdict)) return unknown->reason;
  return "proved";
}

TEST(TableSource, HoldsOfEveryLoweredPolicy) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SmallPolicies random(seed);
    const syntax::Policy policy = random.Policy();
    const auto table = TableOf(policy);
    ASSERT_NE(table, nullptr) << "seed " << seed;
    ASSERT_EQ(Text(ProveTable(policy, 0, *table)), "proved") << "seed " << seed;
  }
}

// The same policy with one decision changed: its table must not pass for it.
TEST(TableSource, FailsOnATableOfAnotherPolicy) {
  int refuted = 0, tried = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SmallPolicies random(seed);
    const syntax::Policy policy = random.Policy();
    syntax::Policy other = policy;
    auto& routes = other.gateways[0].routes;
    switch (seed % 4) {
      case 0:
        std::swap(routes.front(), routes.back());
        break;
      case 1:
        routes[0].match.methods = {"GET", "TRACE"};
        break;
      case 2:
        routes[0].rules.push_back({false, {}, syntax::kNoNode});
        break;
      case 3:
        routes.erase(routes.begin());
        break;
    }
    if (routes.empty()) continue;
    ++tried;
    const auto table = TableOf(other);
    ASSERT_NE(table, nullptr) << "seed " << seed;
    const auto verdict = ProveTable(policy, 0, *table);
    ASSERT_FALSE(std::holds_alternative<smt::Unknown>(verdict)) << Text(verdict);
    refuted += smt::IsRefuted(verdict);
  }
  // Not every change changes a decision (a swap of one route with itself).
  EXPECT_GT(refuted, tried / 2) << "of " << tried;
}

TEST(TableSource, SettingsCountToo) {
  SmallPolicies random(7);
  const syntax::Policy policy = random.Policy();
  syntax::Policy other = policy;
  other.gateways[0].max_body = 5;
  EXPECT_EQ(Text(ProveTable(policy, 0, *TableOf(other))),
            "the setting 'head and body limits' differs");
  other = policy;
  other.source_hash[0] ^= 1;
  EXPECT_NE(Text(ProveTable(policy, 0, *TableOf(other))), "proved");
}

}  // namespace
}  // namespace weir::compiler
