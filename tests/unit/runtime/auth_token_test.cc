// Tokens: what holds, and the many ways in which one must not.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/auth/token.h"
#include "tests/support/token.h"

namespace weir::runtime {
namespace {

using test::Base64Url;
using test::SigningKey;

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::uint32_t kAll = 0xff;
const std::string kSecret(32, 's');
const std::string kPayload = R"({"iss":"https://issuer/","aud":"api","sub":"u1","exp":1700000600})";

JwtPolicy Policy() {
  JwtPolicy policy;
  policy.issuer = "https://issuer/";
  policy.audiences = {"api", "other"};
  policy.claims = {{"scope", AttributeType::kStringList, true},
                   {"https://issuer/roles", AttributeType::kStringList, false},
                   {"level", AttributeType::kInteger, false},
                   {"admin", AttributeType::kBoolean, false},
                   {"mail", AttributeType::kString, false}};
  return policy;
}

KeySet Keys(const std::string& jwks, std::uint32_t algorithms = kAll) {
  auto keys = ReadKeySet(jwks, algorithms);
  EXPECT_TRUE(keys.has_value()) << keys.error();
  return std::move(*keys);
}

// "ok", or why not.
std::string Outcome(std::string_view token, const KeySet& keys, UnixTime now = kNow,
                    const JwtPolicy& policy = Policy()) {
  const auto verified = VerifyToken(token, keys, policy, now);
  return verified ? "ok" : verified.error();
}

class Token : public testing::Test {
 protected:
  SigningKey es_ = SigningKey::Es256("e1");
  SigningKey hs_ = SigningKey::Hs256("h1", kSecret);
  SigningKey ed_ = SigningKey::Ed25519("d1");
  SigningKey rs_ = SigningKey::Rs256("r1");
  KeySet keys_ = Keys(test::KeySet({&es_, &hs_, &ed_, &rs_}));

  std::string With(std::string_view payload) { return hs_.Sign(payload); }
  std::string Signed(std::string_view header) { return hs_.SignWithHeader(header, kPayload); }
};

TEST_F(Token, EachAlgorithmVerifies) {
  for (const SigningKey* key : {&es_, &hs_, &ed_, &rs_}) {
    const std::string token = key->Sign(kPayload);
    EXPECT_EQ(Outcome(token, keys_), "ok") << key->jwk();
    // Any one octet changed in any part, and it does not.
    for (std::size_t i = 0; i < token.size(); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      if (changed != token) {
        EXPECT_NE(Outcome(changed, keys_), "ok") << i;
      }
    }
  }
}

TEST_F(Token, TheHeaderCannotChooseBeyondTheKey) {
  const auto forged = [&](const SigningKey& key, const char* alg, const char* id) {
    return key.SignWithHeader(std::string(R"({"alg":")") + alg + R"(","kid":")" + id + "\"}",
                              kPayload);
  };
  // The public key as an HMAC secret, in every form an attacker has it.
  for (const SigningKey* victim : {&rs_, &es_, &ed_}) {
    for (const std::string& secret : {victim->jwk(), test::KeySet({victim}), victim->id()}) {
      const SigningKey liar = SigningKey::Hs256(victim->id(), secret);
      EXPECT_NE(Outcome(liar.Sign(kPayload), keys_), "ok");
      EXPECT_NE(Outcome(forged(liar, "HS256", "r1"), keys_), "ok");
    }
  }
  EXPECT_NE(Outcome(forged(es_, "RS256", "e1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(es_, "ES384", "e1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(rs_, "PS256", "r1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(rs_, "RS512", "r1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(es_, "ES256", "r1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(hs_, "HS384", "h1"), keys_), "ok");
  EXPECT_NE(Outcome(forged(hs_, "HS256", "unknown"), keys_), "ok");
  for (const char* none : {"none", "None", "NONE", "nOnE", "", "hs256", "HS256 "}) {
    const std::string header = std::string(R"({"alg":")") + none + "\"}";
    EXPECT_NE(Outcome(Base64Url(header) + "." + Base64Url(kPayload) + ".", keys_), "ok");
    EXPECT_NE(Outcome(hs_.SignWithHeader(header, kPayload), keys_), "ok") << none;
  }
}

TEST_F(Token, ThePolicyNarrowsTheKeys) {
  const std::string set = test::KeySet({&es_, &hs_});
  const std::uint32_t only_es = AlgorithmBit(AlgorithmKind::kES256);
  EXPECT_EQ(Outcome(es_.Sign(kPayload), Keys(set, only_es)), "ok");
  EXPECT_NE(Outcome(hs_.Sign(kPayload), Keys(set, only_es)), "ok");
}

TEST_F(Token, Shape) {
  const std::string good = hs_.Sign(kPayload);
  ASSERT_EQ(Outcome(good, keys_), "ok");
  const std::size_t one = good.find('.');
  const std::size_t two = good.rfind('.');
  const std::string header = good.substr(0, one);
  const std::string payload = good.substr(one + 1, two - one - 1);
  const std::string signature = good.substr(two + 1);
  for (const std::string& bad :
       {std::string(),
        std::string("."),
        std::string(".."),
        std::string("..."),
        good + ".",
        "." + good,
        good + ".x",
        header + "." + payload,
        header + "." + payload + ".",
        header + ".." + signature,
        "." + payload + "." + signature,
        good + "=",
        good + "==",
        header + "=." + payload + "." + signature,
        good + " ",
        " " + good,
        good + "\n",
        good + "," + good,
        good + " " + good,
        "Bearer " + good,
        good + std::string(1, '\0'),
        header + "." + payload + "." + signature.substr(0, signature.size() - 1),
        header + "." + payload + "." + signature + "A",
        good + std::string(20000, 'A')}) {
    EXPECT_NE(Outcome(bad, keys_), "ok") << bad.substr(0, 80);
  }
  // Another spelling of the same octets: spare bits of the last digit set.
  ASSERT_EQ(signature.size(), 43u);
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string spelled = good;
  spelled.back() = kDigits[kDigits.find(good.back()) ^ 1];
  EXPECT_NE(Outcome(spelled, keys_), "ok");
  for (char c : std::string_view("+/=~ \t\r\n\x80")) {
    std::string impure = good;
    impure[two + 5] = c;
    EXPECT_NE(Outcome(impure, keys_), "ok");
  }
}

TEST_F(Token, Headers) {
  EXPECT_EQ(Outcome(Signed(R"({"alg":"HS256"})"), keys_),
            "ok");  // no kid: any key of the algorithm
  EXPECT_EQ(Outcome(Signed(R"({"alg":"HS256","jku":"https://evil/","x5u":"https://evil/",
      "jwk":{"kty":"oct","k":"AAAA"},"x5c":["AAAA"]})"),
                    keys_),
            "ok");  // ignored
  for (const char* header : {R"({"alg":"HS256","crit":[]})",
                             R"({"alg":"HS256","crit":["exp"],"exp":1})",
                             R"({"alg":"HS256","crit":["b64"],"b64":false})",
                             R"({"alg":"HS256","b64":false})",
                             R"({"alg":"HS256","alg":"HS256"})",
                             R"({"alg":"none","alg":"HS256"})",
                             R"({"alg":"HS256","\u0061lg":"HS256"})",
                             R"({"alg":"HS256","kid":1})",
                             R"({"alg":"HS256","kid":null})",
                             R"({"alg":["HS256"]})",
                             R"({"alg":1})",
                             R"({"typ":"JWT"})",
                             R"(["HS256"])",
                             R"("HS256")",
                             R"({"alg":"HS256"} x)",
                             R"({"alg":"HS256"}{})",
                             R"({"alg":"HS256",})",
                             R"({'alg':'HS256'})",
                             R"({"alg":"HS256"/**/})",
                             "\xef\xbb\xbf{\"alg\":\"HS256\"}",
                             "{\"alg\":\"HS256\",\"x\":\"\xff\"}",
                             ""}) {
    EXPECT_NE(Outcome(Signed(header), keys_), "ok") << header;
  }
  EXPECT_NE(Outcome(Signed(std::string_view("{\"alg\":\"HS256\"}\0", 16)), keys_), "ok");
  std::string deep = R"({"alg":"HS256","x":)" + std::string(40, '[') + std::string(40, ']') + "}";
  EXPECT_NE(Outcome(Signed(deep), keys_), "ok");
}

TEST_F(Token, Dates) {
  const auto at = [&](const std::string& dates, UnixTime now = kNow) {
    return Outcome(With(R"({"iss":"https://issuer/","aud":"api")" + dates + "}"), keys_, now);
  };
  EXPECT_EQ(at(R"(,"exp":1700000001)"), "ok");
  EXPECT_EQ(at(R"(,"exp":1700000000)"), "ok");  // within the skew of 60 s
  EXPECT_EQ(at(R"(,"exp":1699999941)"), "ok");
  EXPECT_NE(at(R"(,"exp":1699999940)"), "ok");
  EXPECT_NE(at(""), "ok");
  EXPECT_EQ(at(R"(,"exp":1700000600,"nbf":1700000060)"), "ok");
  EXPECT_NE(at(R"(,"exp":1700000600,"nbf":1700000061)"), "ok");
  EXPECT_EQ(at(R"(,"exp":9007199254740992)"), "ok");
  for (const char* exp :
       {"9007199254740993", "9223372036854775807", "18446744073709551615", "18446744073709551616",
        "99999999999999999999999999999", "1e30", "9007199254740992.1", "-1", "-0.1",
        "-9223372036854775808", "\"1700000600\"", "null", "true", "[1700000600]", "{}", "1e999"}) {
    EXPECT_NE(at(std::string(",\"exp\":") + exp), "ok") << exp;
    EXPECT_NE(at(std::string(",\"exp\":1700000600,\"nbf\":") + exp), "ok") << exp;
  }
  EXPECT_NE(at(R"(,"exp":1700000600,"exp":1700000600)"), "ok");
  EXPECT_NE(at(R"(,"exp":1700000600,"exp":1700000600.5)"), "ok");
}

TEST_F(Token, DatesWithAFraction) {
  const auto at = [&](const std::string& dates, UnixTime now = kNow) {
    return Outcome(With(R"({"iss":"https://issuer/","aud":"api")" + dates + "}"), keys_, now);
  };
  for (const char* exp : {"1700000600.5", "1700000600.0", "1.7000006e9", "17000006000E-1",
                          "0.17000006e+10", "9007199254740992.0"}) {
    EXPECT_EQ(at(std::string(R"(,"x":{"exp":1.5},"exp":)") + exp), "ok") << exp;
  }
  // With the skew of 60 s this one has just passed.
  EXPECT_NE(at(R"(,"exp":1699999940.0)"), "ok");
  EXPECT_NE(at(R"(,"exp":169999994e1)"), "ok");
  EXPECT_EQ(at(R"(,"exp":1699999940.5)"), "ok");
  EXPECT_EQ(at(R"(,"exp":1699999940.5)", {kNow, 499'999'999}), "ok");
  EXPECT_NE(at(R"(,"exp":1699999940.5)", {kNow, 500'000'000}), "ok");
  // No double is one tenth.
  EXPECT_EQ(at(R"(,"exp":1699999940.1)", {kNow, 99'999'999}), "ok");
  EXPECT_NE(at(R"(,"exp":1699999940.1)", {kNow, 100'000'000}), "ok");
  EXPECT_EQ(at(R"(,"exp":1699999940.1000000001)", {kNow, 100'000'000}), "ok");
  EXPECT_NE(at(R"(,"exp":1699999940.1000000001)", {kNow, 100'000'001}), "ok");
  EXPECT_EQ(at(R"(,"exp":1700000600,"nbf":1700000060.0)"), "ok");
  EXPECT_NE(at(R"(,"exp":1700000600,"nbf":1700000060.3)"), "ok");
  EXPECT_NE(at(R"(,"exp":1700000600,"nbf":1700000060.3)", {kNow, 299'999'999}), "ok");
  EXPECT_EQ(at(R"(,"exp":1700000600,"nbf":1700000060.3)", {kNow, 300'000'000}), "ok");
}

TEST(NumericDate, IsReadAsItIsWritten) {
  const auto is = [](std::string_view text, UnixTime wanted) {
    const auto date = ParseNumericDate(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(date->seconds, wanted.seconds) << text;
    EXPECT_EQ(date->nanoseconds, wanted.nanoseconds) << text;
  };
  is("0", 0);
  is("-0.0", 0);
  is("0e999999999999999999999", 0);
  is("12.034", {12, 34'000'000});
  is("1e-9", {0, 1});
  is("1e-10", {0, 1});  // the next nanosecond
  is("1e-99999999999999999999", {0, 1});
  is("0.9999999999", 1);
  is("9007199254740992", std::int64_t{1} << 53);
  is("0.009007199254740992e18", std::int64_t{1} << 53);
  is("123400e-2", 1234);
  for (const char* text :
       {"", "-", "-1", "1.", ".5", "1e", "1e+-1", "1x", "9007199254740993", "1e16",
        "9007199254740992.0000000000001", "1e9999999999999999999", "-1e-99"}) {
    EXPECT_FALSE(ParseNumericDate(text)) << text;
  }
}

TEST_F(Token, Parties) {
  const auto of = [&](const std::string& parties) {
    return Outcome(With(R"({"exp":1700000600)" + parties + "}"), keys_);
  };
  EXPECT_EQ(of(R"(,"iss":"https://issuer/","aud":"api")"), "ok");
  EXPECT_EQ(of(R"(,"iss":"https://issuer/","aud":["x","other"])"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer","aud":"api")"), "ok");
  EXPECT_NE(of(R"(,"iss":["https://issuer/"],"aud":"api")"), "ok");
  EXPECT_NE(of(R"(,"aud":"api")"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/")"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/","aud":"apis")"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/","aud":"api other")"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/","aud":[])"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/","aud":["api",1])"), "ok");
  EXPECT_NE(of(R"(,"iss":"https://issuer/","aud":{"api":1})"), "ok");
  JwtPolicy open;
  EXPECT_EQ(Outcome(With(R"({"exp":1700000600})"), keys_, kNow, open), "ok");
}

// One line a claim, as the policy would read it.
std::string Shown(const ClaimValue& value) {
  switch (value.kind) {
    case ClaimValue::Kind::kAbsent:
      return "-";
    case ClaimValue::Kind::kString:
      return "s:" + std::string(value.string);
    case ClaimValue::Kind::kInteger:
      return "i:" + std::to_string(value.integer);
    case ClaimValue::Kind::kBoolean:
      return value.integer == 1 ? "true" : "false";
    case ClaimValue::Kind::kList:
      break;
  }
  std::string out = "[";
  for (std::string_view element : value.list) out += std::string(element) + "|";
  return out + "]";
}

TEST_F(Token, ClaimsAreTypedAndAnotherTypeIsAbsent) {
  const auto claims = [&](const std::string& members) {
    const auto verified = VerifyToken(
        With(R"({"iss":"https://issuer/","aud":"api","exp":1700000600)" + members + "}"), keys_,
        Policy(), kNow);
    EXPECT_TRUE(verified.has_value()) << verified.error();
    std::string out;
    for (const ClaimValue& value : (*verified)->claims()) out += Shown(value) + " ";
    return out;
  };
  const std::string front = "- s:https://issuer/ - [api|] ";
  EXPECT_EQ(claims(""), front + "- - - - - ");
  EXPECT_EQ(claims(R"(,"sub":"u1","jti":"j")"), "s:u1 s:https://issuer/ s:j [api|] - - - - - ");
  EXPECT_EQ(claims(R"(,"scope":"a b  c ","https://issuer/roles":["x y","z"],"level":7,
                      "admin":true,"mail":"a\u0000b")"),
            front + "[a|b|c|] [x y|z|] i:7 true s:" + std::string("a\0b", 3) + " ");
  EXPECT_EQ(claims(R"(,"scope":["a"],"https://issuer/roles":"x","level":"7","admin":1,"mail":1)"),
            front + "- - - - - ");
  EXPECT_EQ(claims(R"(,"scope":"","https://issuer/roles":[],"level":7.0,"admin":null,"mail":null)"),
            front + "[] [] - - - ");
  EXPECT_EQ(claims(R"(,"https://issuer/roles":["x",1],"level":9223372036854775808)"),
            front + "- - - - - ");
  EXPECT_EQ(claims(R"(,"level":-9223372036854775808)"), front + "- - i:-9223372036854775808 - - ");
  EXPECT_EQ(claims(R"(,"sub":1,"jti":["j"])"), front + "- - - - - ");
}

TEST_F(Token, PayloadsMustBeStrict) {
  for (const char* payload :
       {R"([{"exp":1700000600}])", R"("exp")", "", "{",
        R"({"exp":1700000600} )"
        "\x01",
        R"({"iss":"https://issuer/","aud":"api","exp":1700000600,"sub":"a","sub":"b"})",
        R"({"iss":"https://issuer/","aud":"api","exp":1700000600,"x":{"a":1,"a":2}})",
        R"({"iss":"https://issuer/","aud":"api","exp":1700000600,"x":NaN})"}) {
    EXPECT_NE(Outcome(With(payload), keys_), "ok") << payload;
  }
  const std::string front = R"({"iss":"https://issuer/","aud":"api","exp":1700000600,"x":)";
  EXPECT_EQ(Outcome(With(front + std::string(31, '[') + std::string(31, ']') + "}"), keys_), "ok");
  EXPECT_NE(Outcome(With(front + std::string(32, '[') + std::string(32, ']') + "}"), keys_), "ok");
  EXPECT_NE(Outcome(With(front + std::string(4000, '[')), keys_), "ok");
}

// ---- algorithms that tests/support does not sign with ----

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string NumberOf(const EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &number), 1);
  std::string octets(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
  BN_bn2bin(number, reinterpret_cast<unsigned char*>(octets.data()));
  BN_free(number);
  return octets;
}

std::string SignRsa(EVP_PKEY* key, const char* alg, const EVP_MD* digest, int salt) {
  const std::string input =
      Base64Url(std::string(R"({"alg":")") + alg + "\"}") + "." + Base64Url(kPayload);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;
  EXPECT_EQ(EVP_DigestSignInit(context, &parameters, digest, nullptr, key), 1);
  if (salt != 0) {
    EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt);
  }
  std::string signature(1024, '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                           reinterpret_cast<const unsigned char*>(input.data()), input.size()),
            1);
  EVP_MD_CTX_free(context);
  signature.resize(size);
  return input + "." + Base64Url(signature);
}

std::string RsaJwk(const EVP_PKEY* key, const std::string& more = "") {
  return R"({"kty":"RSA","n":")" + Base64Url(NumberOf(key, OSSL_PKEY_PARAM_RSA_N)) + R"(","e":")" +
         Base64Url(NumberOf(key, OSSL_PKEY_PARAM_RSA_E)) + "\"" + more + "}";
}

TEST(TokenRsa, EachVariantAndNoOther) {
  const Pkey key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const KeySet open = Keys(RsaJwk(key.get()));
  const std::string rs384 = SignRsa(key.get(), "RS384", EVP_sha384(), 0);
  const std::string rs512 = SignRsa(key.get(), "RS512", EVP_sha512(), 0);
  const std::string ps256 = SignRsa(key.get(), "PS256", EVP_sha256(), 32);
  EXPECT_EQ(Outcome(SignRsa(key.get(), "RS256", EVP_sha256(), 0), open), "ok");
  EXPECT_EQ(Outcome(rs384, open), "ok");
  EXPECT_EQ(Outcome(rs512, open), "ok");
  EXPECT_EQ(Outcome(ps256, open), "ok");
  EXPECT_NE(Outcome(SignRsa(key.get(), "PS256", EVP_sha256(), 20), open), "ok");  // another salt
  EXPECT_NE(Outcome(SignRsa(key.get(), "RS256", EVP_sha512(), 0), open), "ok");
  EXPECT_NE(Outcome(SignRsa(key.get(), "RS256", EVP_sha256(), 32), open), "ok");
  const KeySet pinned = Keys(RsaJwk(key.get(), R"(,"alg":"RS384")"));
  EXPECT_EQ(Outcome(rs384, pinned), "ok");
  EXPECT_NE(Outcome(rs512, pinned), "ok");
  EXPECT_NE(Outcome(ps256, pinned), "ok");
  const KeySet narrow = Keys(RsaJwk(key.get()), AlgorithmBit(AlgorithmKind::kPS256));
  EXPECT_EQ(Outcome(ps256, narrow), "ok");
  EXPECT_NE(Outcome(rs384, narrow), "ok");
}

TEST(TokenRsa, ShortKeysAreLeftOut) {
  const Pkey small(EVP_RSA_gen(1024), EVP_PKEY_free);
  EXPECT_FALSE(ReadKeySet(RsaJwk(small.get()), kAll).has_value());
}

std::string EcSignature(std::string_view der, std::size_t half) {
  auto* at = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string raw(2 * half, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, static_cast<int>(half));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + half, static_cast<int>(half));
  ECDSA_SIG_free(signature);
  return raw;
}

TEST(TokenEc, Es384AndTheFormsASignatureMustNotHave) {
  const Pkey key(EVP_EC_gen("P-384"), EVP_PKEY_free);
  const auto padded = [&](const char* name) {
    const std::string octets = NumberOf(key.get(), name);
    return std::string(48 - octets.size(), '\0') + octets;
  };
  const std::string jwk = R"({"kty":"EC","crv":"P-384","x":")" +
                          Base64Url(padded(OSSL_PKEY_PARAM_EC_PUB_X)) + R"(","y":")" +
                          Base64Url(padded(OSSL_PKEY_PARAM_EC_PUB_Y)) + "\"}";
  const KeySet keys = Keys(jwk);
  const std::string input = Base64Url(R"({"alg":"ES384"})") + "." + Base64Url(kPayload);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ASSERT_EQ(EVP_DigestSignInit(context, nullptr, EVP_sha384(), nullptr, key.get()), 1);
  std::string der(200, '\0');
  std::size_t size = der.size();
  ASSERT_EQ(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(der.data()), &size,
                           reinterpret_cast<const unsigned char*>(input.data()), input.size()),
            1);
  EVP_MD_CTX_free(context);
  der.resize(size);
  const std::string raw = EcSignature(der, 48);
  const auto with = [&](const std::string& signature) {
    return Outcome(input + "." + Base64Url(signature), keys);
  };
  EXPECT_EQ(with(raw), "ok");
  EXPECT_NE(with(der), "ok");
  EXPECT_NE(with(std::string(96, '\0')), "ok");  // r = s = 0
  EXPECT_NE(with(raw.substr(0, 95)), "ok");
  EXPECT_NE(with(raw + std::string(1, '\0')), "ok");
  EXPECT_NE(with(std::string(1, '\0') + raw), "ok");
  EXPECT_NE(with(raw.substr(0, 64)), "ok");
  EXPECT_NE(with(raw.substr(48) + raw.substr(0, 48)), "ok");
  EXPECT_NE(with(std::string(96, '\xff')), "ok");
}

}  // namespace
}  // namespace weir::runtime
