// Each function over every byte, or against the obvious loop.
#include "runtime/base/ascii.h"

#include <gtest/gtest.h>

#include <cctype>
#include <vector>

namespace weir {
namespace {

TEST(Ascii, ClassesAreThoseOfTheStandardsAtEveryByte) {
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    const bool ascii = i < 0x80;
    EXPECT_EQ(IsDigit(c), ascii && std::isdigit(i) != 0) << i;
    EXPECT_EQ(IsLetter(c), ascii && std::isalpha(i) != 0) << i;
    EXPECT_EQ(IsAlphanumeric(c), ascii && std::isalnum(i) != 0) << i;
    EXPECT_EQ(ToLower(c), ascii ? static_cast<char>(std::tolower(i)) : c) << i;
    EXPECT_EQ(ToUpper(c), ascii ? static_cast<char>(std::toupper(i)) : c) << i;
    // A token's bytes are the printable ones but the delimiters (RFC 9110 5.6.2).
    const bool printable = i > 0x20 && i < 0x7f;
    const bool delimiter =
        std::string_view("\"(),/:;<=>?@[\\]{}").find(c) != std::string_view::npos;
    EXPECT_EQ(kTokenBytes[c], printable && !delimiter) << i;
    EXPECT_EQ(IsToken({&c, 1}), printable && !delimiter) << i;
    EXPECT_EQ(HexDigit(c) >= 0, ascii && std::isxdigit(i) != 0) << i;
  }
  EXPECT_FALSE(IsToken(""));
  EXPECT_FALSE(IsToken(std::string_view("a\0", 2)));
  EXPECT_EQ(TokenLength("ab c"), 2u);
}

TEST(Ascii, HexDigitsComeBack) {
  for (int i = 0; i < 256; ++i) {
    std::string text;
    AppendHex(static_cast<char>(i), text);
    ASSERT_EQ(text.size(), 2u);
    EXPECT_EQ(HexDigit(text[0]) * 16 + HexDigit(text[1]), i);
    EXPECT_EQ(HexDigit(ToLower(text[0])) * 16 + HexDigit(ToLower(text[1])), i);
    EXPECT_EQ(text, Uppered(text));
  }
}

TEST(Ascii, ComparesWithoutCaseAndNothingElse) {
  EXPECT_TRUE(EqualsIgnoringCase("Keep-ALIVE", "kEEP-alive"));
  EXPECT_TRUE(EqualsLower("Keep-ALIVE", "keep-alive"));
  EXPECT_FALSE(EqualsLower("keep-alive", "KEEP-ALIVE"));  // the second is in lower case
  EXPECT_FALSE(EqualsLower("keep_alive", "keep-alive"));
  EXPECT_TRUE(EqualsLowerLoosely("Keep_Alive", "keep-alive"));
  EXPECT_FALSE(EqualsLowerLoosely("keep-alive", "keep_alive"));
  EXPECT_FALSE(EqualsLower("te", "t"));
  EXPECT_TRUE(StartsWithLower("Access-Control-Allow-Origin", "access-control-"));
  EXPECT_FALSE(StartsWithLower("Access", "access-control-"));
  // '@' and '`', '[' and '{' differ by the same bit as letters of two cases.
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i), other = static_cast<char>(i ^ 0x20);
    EXPECT_EQ(EqualsIgnoringCase({&c, 1}, {&other, 1}), IsLetter(c)) << i;
  }
  EXPECT_EQ(Lowered("aB-\xc4"), "ab-\xc4");
}

TEST(Ascii, WideScansFindEachByteAtEachPlace) {
  for (std::size_t size = 0; size < 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int i = 0; i < 256; ++i) {
        std::string text(size, 'a');
        text[at] = static_cast<char>(i);
        EXPECT_EQ(IsFieldText(text), i == '\t' || (i >= 0x20 && i != 0x7f)) << size << ' ' << i;
        EXPECT_EQ(IsTargetText(text), i > 0x20 && i < 0x7f) << size << ' ' << i;
      }
    }
  }
  EXPECT_TRUE(IsFieldText(""));
  EXPECT_FALSE(IsTargetText(""));
}

std::vector<std::string> Elements(std::string_view list) {
  std::vector<std::string> elements;
  for (std::string_view element; NextElement(list, element);) elements.emplace_back(element);
  return elements;
}

TEST(Ascii, ListsAreTakenApartWithTheirEmptyElements) {
  EXPECT_EQ(Elements("a, b\t,c"), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(Elements("a,"), (std::vector<std::string>{"a", ""}));
  EXPECT_EQ(Elements(" ,"), (std::vector<std::string>{"", ""}));
  EXPECT_EQ(Elements(""), (std::vector<std::string>{""}));
  EXPECT_EQ(TrimOws(" \t a b\t "), "a b");
  EXPECT_EQ(TrimOws(" \t"), "");
}

}  // namespace
}  // namespace weir
