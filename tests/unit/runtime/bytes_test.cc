// SHA-256, UTF-8 and strict JSON, each against another source of the truth.
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "runtime/auth/digest.h"
#include "runtime/base/ascii.h"
#include "runtime/base/json.h"
#include "runtime/base/sha256.h"
#include "runtime/base/utf8.h"

namespace weir {
namespace {

std::string HashOf(std::string_view text) {
  Sha256 hash;
  hash.Add(text);
  std::string hex;
  for (std::uint8_t byte : hash.Finish()) AppendHex(static_cast<char>(byte), hex);
  return Lowered(hex);
}

// The examples of FIPS 180-4 and the million a's of NIST.
TEST(Sha256, Vectors) {
  EXPECT_EQ(HashOf(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HashOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HashOf("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(HashOf(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsWhatOpenSslGivesHoweverTheTextIsCut) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  runtime::OpenSslSha256 reference;
  for (std::size_t size = 0; size < 300; ++size) {
    std::string text(size, '\0');
    for (char& c : text) c = static_cast<char>(random());
    Sha256 hash;
    for (std::string_view rest = text; !rest.empty();) {
      const std::size_t take = 1 + random() % rest.size();
      hash.Add(rest.substr(0, take));
      rest.remove_prefix(take);
    }
    EXPECT_EQ(hash.Finish(), *reference(text)) << size;
  }
}

// Encoded by the definition (Unicode 3.9, D92), code point by code point.
TEST(Utf8, EachCodePointHasOneForm) {
  for (std::uint32_t code = 0; code <= 0x10FFFF; code += code < 0x11000 ? 1 : 17) {
    std::string text;
    AppendUtf8(code, text);
    const std::size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    ASSERT_EQ(text.size(), length) << code;
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    EXPECT_EQ(SequenceLength(text, 0), surrogate ? 0 : length) << code;
    EXPECT_EQ(IsUtf8(text), !surrogate) << code;
    if (length > 1) {
      EXPECT_FALSE(IsUtf8(text.substr(0, length - 1))) << code;
      EXPECT_FALSE(IsUtf8(text.substr(1))) << code;
    }
  }
}

TEST(Utf8, OverlongAndOutOfRangeAreNone) {
  for (const char* text :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
        "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\x80", "\xC3(",
        "\xE2\x82", "\xED\xA0\x80"}) {
    EXPECT_FALSE(IsUtf8(text)) << text;
    EXPECT_EQ(SequenceLength(text, 0), 0u) << text;
  }
  EXPECT_TRUE(IsUtf8("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x8E\x89"));
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_EQ(SequenceLength("a", 1), 0u);  // nothing begins at the end
}

TEST(Json, OneReadingOnly) {
  for (const char* text :
       {"", "[]", "1", "{", "{}{}", "{} x", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
        "{\"b\":{\"a\":1,\"a\":2}}", "\xEF\xBB\xBF{}", "{\"a\":\"\xC0\x80\"}", "{\"a\":01}",
        "{\"a\":NaN}", "{'a':1}", "{\"a\":1,}"}) {
    EXPECT_FALSE(json::ParseObject(text)) << text;
  }
  EXPECT_FALSE(json::ParseObject(std::string_view("{}\0", 3)));
  const auto nested = [](int depth) {
    return "{\"a\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_TRUE(json::ParseObject(nested(31)));
  EXPECT_FALSE(json::ParseObject(nested(32)));
  const auto object = json::ParseObject(R"( {"a":1,"b":"x","c":1.50,"d":9223372036854775808} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(json::Integer(*json::Member(*object, "a")), 1);
  EXPECT_EQ(*json::StringMember(*object, "b"), "x");
  EXPECT_EQ(json::StringMember(*object, "a"), nullptr);
  EXPECT_EQ(json::Member(*object, "e"), nullptr);
  EXPECT_FALSE(json::Integer(*json::Member(*object, "c")));
  EXPECT_FALSE(json::Integer(*json::Member(*object, "d")));
  EXPECT_EQ(json::FloatText(R"({"c":1.50})", "c"), "1.50");
}

}  // namespace
}  // namespace weir
