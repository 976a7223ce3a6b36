#include "runtime/request/address.h"

#include <gtest/gtest.h>

#include <string>

namespace weir::runtime {
namespace {

std::string RoundTrip(std::string_view text) {
  const auto address = ParseAddress(text);
  return address ? std::string(AddressText(*address).view()) : "none";
}

TEST(Address, ReadsAndWritesTheCanonicalText) {
  const struct {
    const char *input, *expected;
  } kCases[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"1::", "1::"},
      {"2001:DB8::00a", "2001:db8::a"},
      {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
      {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
      {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
      {"::ffff:10.1.2.3", "10.1.2.3"},
      {"64:ff9b::1.2.3.4", "64:ff9b::102:304"},
  };
  for (const auto& c : kCases) EXPECT_EQ(RoundTrip(c.input), c.expected) << c.input;
}

TEST(Address, RefusesWhatIsNotStrictlyAnAddress) {
  for (const char* text : {"",
                           "1.2.3",
                           "1.2.3.4.5",
                           "01.2.3.4",
                           "1.2.3.256",
                           "1.2.3.4 ",
                           " 1.2.3.4",
                           "0x7f.0.0.1",
                           "1.2.3.",
                           ":",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "12345::",
                           "fe80::1%1",
                           "1:2:3:4:5:6:7:",
                           ":1",
                           "[::1]",
                           "::1.2.3",
                           "1:2:3:4:5:6:7:1.2.3.4",
                           "::g",
                           "1:2:3:4:5:6:7:8::"}) {
    EXPECT_EQ(RoundTrip(text), "none") << text;
  }
}

TEST(Address, PrefixesCountInTheMappedForm) {
  const Address ten = *ParseAddress("10.0.0.0");
  EXPECT_TRUE(SamePrefix(ten, *ParseAddress("10.255.0.1"), 104));
  EXPECT_FALSE(SamePrefix(ten, *ParseAddress("11.0.0.1"), 104));
  EXPECT_TRUE(SamePrefix(ten, *ParseAddress("10.63.0.1"), 106));
  EXPECT_FALSE(SamePrefix(ten, *ParseAddress("10.64.0.1"), 106));
  EXPECT_TRUE(SamePrefix(ten, *ParseAddress("::1"), 0));
}

}  // namespace
}  // namespace weir::runtime
