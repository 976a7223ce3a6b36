// Each member of each struct of the core is changed in turn, and every comparison of
// policies must notice: table = source (the table of the unchanged policy), the
// comparison of outcomes (within a route) and `weir diff`, or the page spec/diff.md
// says that the member is left out, and then it must not be noticed.
//
// A member stands in the policy at several places; it is noticed when a change of
// one of them is, since at some places it makes no difference (the port of a
// listener that no request could tell from another's).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "compiler/encode/diff.h"
#include "compiler/encode/equivalence.h"
#include "compiler/lower/lower.h"
#include "compiler/shadow/outcome.h"
#include "dsl/resolve/load.h"
#include "tests/support/members/flip.h"

namespace weir::compiler {
namespace {

// A row of the page: members by name, or by the end of their key behind '*', or its beginning
// before.
struct LeftOut {
  std::string pattern;
  std::set<std::string> comparisons;
  mutable bool used = false;

  bool Names(const std::string& key) const {
    if (pattern.ends_with('*')) return key.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern.starts_with('*') ? key.ends_with(pattern.substr(1)) : key == pattern;
  }
};

std::string Trimmed(std::string text) {
  const auto bare = [](char c) { return c != ' ' && c != '`'; };
  text.erase(text.begin(), std::ranges::find_if(text, bare));
  text.erase(std::find_if(text.rbegin(), text.rend(), bare).base(), text.end());
  return text;
}

// `| member, member | comparison, comparison | why |` below "## What is left out".
std::vector<LeftOut> ReadLeftOut() {
  std::ifstream in(WEIR_SOURCE_DIR "/spec/diff.md");
  std::vector<LeftOut> rows;
  bool within = false;
  const auto split = [](const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) parts.push_back(Trimmed(part));
    return parts;
  };
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) within = line == "## What is left out";
    if (!within || !line.starts_with("| `")) continue;
    const auto cells = split(line, '|');
    if (cells.size() < 4 || cells[3].empty()) {
      ADD_FAILURE() << "no reason: " << line;
      continue;
    }
    const auto comparisons = split(cells[2], ',');
    for (const std::string& pattern : split(cells[1], ',')) {
      rows.push_back({pattern, {comparisons.begin(), comparisons.end()}});
    }
  }
  return rows;
}

class Comparison {
 public:
  Comparison(std::string name, const std::vector<LeftOut>& rows) : name_(std::move(name)) {
    for (const LeftOut& row : rows) {
      if (row.comparisons.contains(name_)) rows_.push_back(&row);
    }
  }

  template <class Notices>
  void Judge(const std::string& key, Notices notices) {
    State& state = states_[key];
    if (state.tried == 0) {
      for (const LeftOut* row : rows_) {
        if (!row->Names(key)) continue;
        state.left_out = true;
        row->used = true;
      }
    }
    // That nobody notices is asked of a few places.
    if (state.noticed || (state.left_out && state.tried >= 3)) return;
    ++state.tried;
    state.noticed = notices();
  }

  void Expect() const {
    std::string unnoticed, noticed;
    for (const auto& [key, state] : states_) {
      if (!state.noticed && !state.left_out) unnoticed += "\n  " + key;
      if (state.noticed && state.left_out) noticed += "\n  " + key;
    }
    EXPECT_EQ(unnoticed, "") << name_ << " does not notice these, and no row leaves them out";
    EXPECT_EQ(noticed, "") << name_ << " notices these, though a row leaves them out";
  }

  std::size_t size() const { return states_.size(); }

 private:
  struct State {
    int tried = 0;
    bool noticed = false;
    bool left_out = false;
  };
  std::string name_;
  std::vector<const LeftOut*> rows_;
  std::map<std::string, State> states_;
};

syntax::Policy FlipPolicy() {
  const auto loaded = dsl::Load(WEIR_SOURCE_DIR "/tests/differential/flip.weir");
  EXPECT_TRUE(loaded.policy);
  return loaded.policy ? *loaded.policy : syntax::Policy{};
}

std::shared_ptr<const runtime::Table> TableOf(const syntax::Policy& policy, std::uint32_t gateway) {
  const auto octets = Lower(policy, nullptr, gateway);
  if (!octets) return nullptr;
  const auto table = runtime::Table::LoadOctets(*octets);
  return table ? *table : nullptr;
}

bool SameOutcomes(const syntax::Policy& a, const syntax::Policy& b) {
  for (std::size_t g = 0; g < a.gateways.size(); ++g) {
    if (!std::ranges::equal(a.gateways[g].routes, b.gateways[g].routes, SameOutcome)) return false;
  }
  return true;
}

// What is undecided is not noticed.
bool Differs(const syntax::Policy& before, const syntax::Policy& after) {
  const DiffResult result = Diff(before, after);
  return !result.regions.empty() || !result.settings.empty();
}

TEST(Flip, ThePolicyHasEveryMember) {
  syntax::Policy policy = FlipPolicy();
  std::set<std::string> flipped, missing;
  tests::ForEachFlip(policy, [&](const std::string& key) { flipped.insert(key); });
  tests::ForEachKey([&](const std::string& key) {
    if (!flipped.contains(key)) missing.insert(key);
  });
  EXPECT_EQ(missing, std::set<std::string>());
}

TEST(Flip, EveryMemberIsNoticedOrNamedAsLeftOut) {
  const syntax::Policy before = FlipPolicy();
  std::vector<std::shared_ptr<const runtime::Table>> tables;
  for (std::uint32_t g = 0; g < before.gateways.size(); ++g) {
    tables.push_back(TableOf(before, g));
    ASSERT_NE(tables.back(), nullptr);
    ASSERT_TRUE(std::holds_alternative<smt::Proved>(ProveTable(before, g, *tables.back())));
  }
  const std::vector<LeftOut> rows = ReadLeftOut();
  Comparison table("table", rows), outcome("outcome", rows), diff("diff", rows);
  syntax::Policy after = before;
  tests::ForEachFlip(after, [&](const std::string& key) {
    table.Judge(key, [&] {
      if (after.gateways.size() != tables.size()) return true;  // a table more, or less
      for (std::uint32_t g = 0; g < tables.size(); ++g) {
        if (smt::IsRefuted(ProveTable(after, g, *tables[g]))) return true;
      }
      return false;
    });
    diff.Judge(key, [&] { return Differs(before, after); });
    const bool of_a_route =
        key.starts_with(tests::kCondition + ".") ||
        (key.starts_with("gateways.routes.") && !key.starts_with("gateways.routes.match."));
    if (of_a_route) outcome.Judge(key, [&] { return !SameOutcomes(before, after); });
  });
  table.Expect();
  outcome.Expect();
  diff.Expect();
  EXPECT_GT(table.size(), 300u);
  for (const LeftOut& row : rows) {
    EXPECT_TRUE(row.used) << "no member is called " << row.pattern;
  }
}

}  // namespace
}  // namespace weir::compiler
