// Key sets, base64url, the token cache and API keys.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "runtime/auth/api_keys.h"
#include "runtime/auth/base64url.h"
#include "runtime/auth/key_set.h"
#include "runtime/auth/token_cache.h"
#include "tests/support/token.h"

namespace weir::runtime {
namespace {

using test::Base64Url;
using test::SigningKey;

constexpr std::uint32_t kAll = 0xff;

TEST(Base64Url, DecodesWhatIsCanonicalOnly) {
  for (const std::string& octets :
       {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("foob"),
        std::string("\0\xff\x10\x80", 4)}) {
    EXPECT_EQ(DecodeBase64Url(Base64Url(octets)), octets);
  }
  for (const char* text : {"A", "AAAAA", "Zg==", "Zg=", "Zh", "Zm9=", "Zm+v", "Zm/v", "Zm9v ",
                           " Zm9v", "Zm\n9v", "Zm9v.", "Zm9v\xc3", "Zm9"}) {
    // "Zh" and "Zm9": spare bits set.
    EXPECT_EQ(DecodeBase64Url(text).has_value(), false) << text;
  }
  EXPECT_TRUE(DecodeBase64Url("Zm8").has_value());
}

// Why the one key of this set is left out; "" when it is kept.
std::string Why(const std::string& jwk, std::uint32_t algorithms = kAll) {
  const auto set = ReadKeySet("{\"keys\":[" + jwk + "]}", algorithms);
  return set ? "" : set.error();
}

std::string Changed(std::string jwk, const std::string& from, const std::string& to) {
  const std::size_t at = jwk.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return jwk.replace(at, from.size(), to);
}

TEST(KeySet, KeepsWhatCanVerify) {
  const SigningKey es = SigningKey::Es256("e");
  const SigningKey rs = SigningKey::Rs256("r");
  const SigningKey ed = SigningKey::Ed25519("d");
  const SigningKey hs = SigningKey::Hs256("h", std::string(32, 's'));
  for (const SigningKey* key : {&es, &rs, &ed, &hs}) {
    EXPECT_EQ(Why(key->jwk()), "");
    EXPECT_EQ(Why(Changed(key->jwk(), R"("use":"sig",)", "")), "");
    EXPECT_EQ(Why(Changed(key->jwk(), R"("use":"sig")", R"("key_ops":["verify"])")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("use":"sig")", R"("use":"enc")")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("use":"sig")", R"("use":1)")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("use":"sig")", R"("key_ops":["sign"])")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("use":"sig")", R"("key_ops":"verify")")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("kty":")", R"("kty":"x)")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("alg":")", R"("alg":"X)")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("alg":")", R"("alg":"none","x":")")), "");
    EXPECT_NE(Why(Changed(key->jwk(), R"("kid":")", R"("kid":1,"x":")")), "");
  }
  EXPECT_NE(Why(Changed(rs.jwk(), "RS256", "HS256")), "");
  EXPECT_NE(Why(Changed(es.jwk(), "ES256", "ES384")), "");
  EXPECT_NE(Why(Changed(es.jwk(), "P-256", "P-384")), "");
  EXPECT_NE(Why(Changed(es.jwk(), "P-256", "P-521")), "");
  EXPECT_NE(Why(Changed(es.jwk(), "P-256", "secp256k1")), "");
  EXPECT_NE(Why(Changed(ed.jwk(), "Ed25519", "X25519")), "");
  EXPECT_NE(Why(Changed(es.jwk(), R"("x":")", R"("x":"AA)")), "");
  EXPECT_NE(Why(Changed(ed.jwk(), R"("x":")", R"("x":"AA)")), "");
  EXPECT_NE(Why(es.jwk(), AlgorithmBit(AlgorithmKind::kRS256)), "");
}

TEST(KeySet, LeavesOutPointsOffTheCurveAndWeakKeys) {
  const std::string zero = Base64Url(std::string(32, '\0'));
  EXPECT_NE(Why(R"({"kty":"EC","crv":"P-256","x":")" + zero + R"(","y":")" + zero + "\"}"), "");
  const SigningKey key = SigningKey::Rs256("r");
  const auto rsa = [&](const std::string& e) {
    return Why(Changed(key.jwk(), R"("e":"AQAB")", R"("e":")" + Base64Url(e) + "\""));
  };
  EXPECT_EQ(rsa(std::string("\x01\x00\x01", 3)), "");
  EXPECT_NE(rsa(std::string("\x01", 1)), "");
  EXPECT_NE(rsa(std::string("\x00\x01", 2)), "");
  EXPECT_NE(rsa(std::string("\x02", 1)), "");
  EXPECT_NE(rsa(""), "");
  EXPECT_NE(rsa(std::string(9, '\x01')), "");
  const std::string huge = Base64Url(std::string(4096, '\xff'));
  EXPECT_NE(Why(R"({"kty":"RSA","n":")" + huge + R"(","e":"AQAB"})"), "");
  EXPECT_NE(Why(R"({"kty":"oct","k":")" + Base64Url(std::string(31, 's')) + "\"}"), "");
}

TEST(KeySet, NotesWhatItLeavesOutAndRefusesWhenNothingIsLeft) {
  const SigningKey es = SigningKey::Es256("e");
  const auto set = ReadKeySet(R"({"keys":[{"kty":"oct","k":"AA"},)" + es.jwk() + R"(,7]})", kAll);
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->keys.size(), 1u);
  ASSERT_EQ(set->notes.size(), 2u);
  EXPECT_EQ(set->notes[0], "key 1 is left out: a secret of under 32 octets");
  for (const char* octets :
       {"", " \n", "{", "[]", "{}", R"({"keys":[]})", R"({"keys":{}})", R"({"keys":[{}]})",
        R"({"keys":[],"keys":[]})", "\x01", "-----BEGIN PUBLIC KEY-----\nAAAA\n"}) {
    EXPECT_FALSE(ReadKeySet(octets, kAll).has_value()) << octets;
  }
  EXPECT_TRUE(ReadKeySet(es.jwk(), kAll).has_value());  // one JWK alone
}

TEST(KeySet, ABareSecretIsForHs256AloneAndOfFullLength) {
  const std::uint32_t hs = AlgorithmBit(AlgorithmKind::kHS256);
  const std::string secret(32, 's');
  const auto set = ReadKeySet(secret + "\n", hs);
  ASSERT_TRUE(set.has_value());
  EXPECT_EQ(set->keys[0].secret, secret);
  EXPECT_FALSE(ReadKeySet(secret.substr(1) + "\n", hs).has_value());
  EXPECT_FALSE(ReadKeySet(secret, hs | AlgorithmBit(AlgorithmKind::kRS256)).has_value());
  EXPECT_FALSE(ReadKeySet("-----BEGIN PUBLIC KEY-----\n" + std::string(100, 'A'), hs).has_value());
}

std::shared_ptr<const VerifiedToken> Verified(std::int64_t from, std::int64_t until) {
  auto token = std::make_shared<VerifiedToken>();
  token->not_before = from;
  token->expires = until;
  return token;
}

Digest DigestOf(int n) {
  Digest digest{};
  digest[0] = static_cast<std::uint8_t>(n);
  digest[31] = static_cast<std::uint8_t>(n >> 8);
  return digest;
}

TEST(TokenCache, GivesATokenOnlyInItsTimeAndForItsPolicy) {
  TokenCache cache;
  cache.Insert(DigestOf(1), 0, Verified(100, 200));
  EXPECT_EQ(cache.Find(DigestOf(1), 1, 150), nullptr);
  EXPECT_EQ(cache.Find(DigestOf(2), 0, 150), nullptr);
  EXPECT_EQ(cache.Find(DigestOf(1), 0, 99), nullptr);
  EXPECT_NE(cache.Find(DigestOf(1), 0, 100), nullptr);
  EXPECT_NE(cache.Find(DigestOf(1), 0, 199), nullptr);
  EXPECT_EQ(cache.Find(DigestOf(1), 0, 200), nullptr);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, IsBoundedAndForgetsTheLeastRecentlyUsed) {
  TokenCache cache(3);
  for (int i = 0; i < 3; ++i) cache.Insert(DigestOf(i), 0, Verified(0, 100));
  EXPECT_NE(cache.Find(DigestOf(0), 0, 1), nullptr);
  cache.Insert(DigestOf(3), 0, Verified(0, 100));
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.Find(DigestOf(1), 0, 1), nullptr);
  EXPECT_NE(cache.Find(DigestOf(0), 0, 1), nullptr);
  TokenCache small(1000, 5 * sizeof(VerifiedToken));
  for (int i = 0; i < 100; ++i) small.Insert(DigestOf(i), 0, Verified(0, 100));
  EXPECT_EQ(small.size(), 5u);
}

TEST(ApiKeys, FindsTheKeyByItsDigest) {
  OpenSslSha256 sha256;
  std::vector<ApiKeyRecord> keys(3);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Digest digest = *sha256("key" + std::to_string(i));
    std::copy(digest.begin(), digest.end(), keys[i].sha256);
  }
  EXPECT_EQ(FindApiKey(keys, *sha256("key0")), 0u);
  EXPECT_EQ(FindApiKey(keys, *sha256("key2")), 2u);
  EXPECT_EQ(FindApiKey(keys, *sha256("key3")), kNoIndex);
  EXPECT_EQ(FindApiKey({}, *sha256("key0")), kNoIndex);
  // FIPS 180-4's example.
  EXPECT_EQ((*sha256("abc"))[0], 0xba);
  EXPECT_EQ((*sha256("abc"))[31], 0xad);
}

TEST(ApiKeys, ReadsTheFirstQueryParameterOfTheName) {
  EXPECT_EQ(QueryParameter("k=v", "k"), "v");
  EXPECT_EQ(QueryParameter("a=b&k=v&k=w", "k"), "v");
  EXPECT_EQ(QueryParameter("k", "k"), "");
  EXPECT_EQ(QueryParameter("k=", "k"), "");
  EXPECT_EQ(QueryParameter("%6b=%76+%2B", "k"), "v +");
  EXPECT_EQ(QueryParameter("k=a=b", "k"), "a=b");
  EXPECT_EQ(QueryParameter("kk=v&K=v", "k"), std::nullopt);
  EXPECT_EQ(QueryParameter("", "k"), std::nullopt);
  EXPECT_EQ(QueryParameter("k=%4", "k"), "%4");
}

}  // namespace
}  // namespace weir::runtime
