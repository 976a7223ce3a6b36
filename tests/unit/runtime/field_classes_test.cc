// The table of fields is the rule's, and each use takes it as the rule says.
#include "runtime/base/field_classes.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace weir {
namespace {

// The rows of spec/rules/fields.md: name -> uses.
std::map<std::string, int> RowsOfTheRule() {
  std::map<std::string, int> rows;
  std::ifstream in(std::string(WEIR_SOURCE_DIR) + "/spec/rules/fields.md");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, '|');) cells.emplace_back(TrimOws(cell));
    EXPECT_EQ(cells.size(), 8u) << line;  // an empty one before the first bar
    int uses = 0;
    for (std::size_t i = 2; i < cells.size(); ++i) uses |= cells[i] == "x" ? 1 << (i - 2) : 0;
    EXPECT_TRUE(rows.emplace(cells[1].substr(1, cells[1].size() - 2), uses).second) << line;
  }
  return rows;
}

TEST(FieldClasses, AreTheRules) {
  std::map<std::string, int> rows;
  for (const FieldClass& field : kFieldClasses) {
    EXPECT_TRUE(rows.emplace(std::string(field.name), field.uses).second) << field.name;
    EXPECT_EQ(field.name, Lowered(field.name));
  }
  EXPECT_EQ(rows, RowsOfTheRule());
}

TEST(FieldClasses, ColumnsImplyEachOther) {
  for (const FieldClass& field : kFieldClasses) {
    const auto implies = [&](auto use, auto other) {
      return (field.uses & use) == 0 || (field.uses & other) != 0;
    };
    EXPECT_TRUE(implies(kFraming, kOwn)) << field.name;
    // What we write is never another's, in neither direction, nor in a trailer.
    EXPECT_TRUE(implies(kOwn, kNotFromUpstreams)) << field.name;
    EXPECT_TRUE(implies(kNotInRequests, kNotFromUpstreams)) << field.name;
    EXPECT_NE(field.uses & kNotInTrailers, 0) << field.name;
  }
}

// Each set against a search of the table.
TEST(FieldClasses, SetsHoldTheirColumn) {
  const std::pair<const FieldSet*, FieldUse> sets[] = {{&kNeverInRequests, kNotInRequests},
                                                       {&kNeverFromUpstreams, kNotFromUpstreams},
                                                       {&kOwnFields, kOwn},
                                                       {&kFramingFields, kFraming},
                                                       {&kForwardingFields, kForwarding},
                                                       {&kNeverInTrailers, kNotInTrailers}};
  std::vector<std::string> names = {
      "",        "x",       "accept", "x-forwarded",        "x-forwarded-",
      "x-realm", "content", "proxy",  std::string(31, 'a'), std::string(500, 'a')};
  for (const FieldClass& field : kFieldClasses) {
    names.emplace_back(field.name);
    names.push_back(std::string(field.name) + "x");
    names.emplace_back(field.name.substr(0, field.name.size() - 1));
  }
  for (const auto& [set, use] : sets) {
    for (const std::string& name : names) {
      bool expected = false;
      for (const FieldClass& field : kFieldClasses) {
        if ((field.uses & use) == 0) continue;
        const std::string_view text = field.name;
        expected |=
            text.ends_with('*') ? name.starts_with(text.substr(0, text.size() - 1)) : name == text;
      }
      EXPECT_EQ(set->Has(name), expected) << name << ' ' << use;
      EXPECT_EQ(set->HasInAnyCase(Uppered(name)), expected) << name << ' ' << use;
      std::string loose = name;
      for (char& c : loose) c = c == '-' ? '_' : c;
      EXPECT_EQ(set->HasLoosely(loose), expected) << loose << ' ' << use;
    }
  }
}

TEST(FieldClasses, Examples) {
  EXPECT_TRUE(kNeverInRequests.Has("proxy-authorization"));
  EXPECT_FALSE(kNeverInRequests.Has("content-length"));
  EXPECT_FALSE(kNeverInRequests.Has("expect"));
  EXPECT_TRUE(kNeverFromUpstreams.Has("proxy-authenticate"));
  EXPECT_TRUE(kNeverFromUpstreams.Has("proxy-authentication-info"));
  EXPECT_FALSE(kNeverFromUpstreams.Has("www-authenticate"));
  EXPECT_FALSE(kNeverFromUpstreams.Has("x-forwarded-for"));
  EXPECT_TRUE(IsWrittenByTheProxy("Expect"));
  EXPECT_TRUE(IsWrittenByTheProxy("Transfer_Encoding"));
  EXPECT_FALSE(IsWrittenByTheProxy("keep_alive"));
  EXPECT_FALSE(IsWrittenByTheProxy("proxy-authorization"));  // an upstream may be a proxy
  EXPECT_TRUE(IsForwardingField("x_forwarded-for"));
  EXPECT_TRUE(IsForwardingField("x-weir-anything"));
  EXPECT_FALSE(IsForwardingField("x-forwardedness"));
  EXPECT_FALSE(MayStandInTrailer("Content-Type"));
  EXPECT_FALSE(MayStandInTrailer("x_sum"));
  EXPECT_FALSE(MayStandInTrailer("X-Real"));
  EXPECT_TRUE(MayStandInTrailer("Server-Timing"));
  EXPECT_TRUE(MayStandInTrailer("grpc-status"));
}

}  // namespace
}  // namespace weir
