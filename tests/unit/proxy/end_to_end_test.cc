// What of an upstream's response goes on (FIELD-2).
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proxy/exchange/fields.h"
#include "runtime/base/field_classes.h"

namespace weir::proxy {
namespace {

using Names = std::vector<std::string>;

Names Kept(const std::vector<runtime::Field>& fields) {
  std::vector<runtime::Field> out;
  std::string names;
  CopyEndToEnd(fields, out, names);
  Names kept;
  for (const runtime::Field& field : out) kept.emplace_back(field.name);
  return kept;
}

TEST(EndToEnd, WhatIsOfOneHopStays) {
  for (const FieldClass& field : kFieldClasses) {
    if (field.name.ends_with('*')) continue;
    const bool stays = (field.uses & kNotFromUpstreams) != 0;
    const std::string upper = Uppered(field.name);
    EXPECT_EQ(Kept({{"A", "1"}, {upper, "v"}}),
              stays ? Names{"a"} : (Names{"a", std::string(field.name)}))
        << field.name;
  }
}

TEST(EndToEnd, AProxysChallengeIsForUs) {
  EXPECT_EQ(Kept({{"Proxy-Authenticate", "Basic realm=\"up\""},
                  {"Proxy-Authentication-Info", "rspauth=\"x\""},
                  {"WWW-Authenticate", "Basic realm=\"app\""}}),
            Names{"www-authenticate"});
}

TEST(EndToEnd, SoDoesWhatConnectionNames) {
  EXPECT_EQ(Kept({{"Connection", "close, X-Hop ,"}, {"x-hop", "1"}, {"x-end", "1"}}),
            Names{"x-end"});
  EXPECT_EQ(
      Kept({{"Connection", "x-a"}, {"CONNECTION", "x-b"}, {"X-A", ""}, {"x-B", ""}, {"X-C", ""}}),
      Names{"x-c"});
}

}  // namespace
}  // namespace weir::proxy
