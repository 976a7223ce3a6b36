// The authenticator on a table of its own: fields, both kinds, keys and cache.
#include "runtime/auth/authenticator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "runtime/auth/digest.h"
#include "runtime/auth/signature.h"
#include "runtime/table/writer.h"
#include "tests/support/token.h"

namespace weir::runtime {
namespace {

using test::SigningKey;

constexpr std::int64_t kNow = 1'700'000'000;
const std::string kPayload = R"({"iss":"i","sub":"u1","exp":1700000600,"scope":"a b"})";

class AuthenticatorTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("weir-auth-" + std::to_string(::getpid()) + "-" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    Write("jwks.json", test::KeySet({&key_}));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& octets) {
    std::ofstream(folder_ / name, std::ios::binary) << octets;
  }

  // A table with one jwt (0) and one set of API keys (0).
  std::shared_ptr<const Table> MakeTable(const std::string& keys, SecretKind kind,
                                         bool in_query = false) {
    TableWriter writer;
    const Range claims = AppendRun(writer.claims, {{.name = writer.Text("scope"),
                                                    .source = writer.Text("scope"),
                                                    .type = AttributeType::kStringList,
                                                    .words = 1}});
    AppendOne(writer.jwts, {.name = writer.Text("issuer"),
                            .issuer = writer.Text("i"),
                            .keys = writer.Text(keys),
                            .keys_kind = kind,
                            .algorithms = AlgorithmBit(AlgorithmKind::kES256),
                            .skew = 60'000'000'000,
                            .claims = claims});
    ApiKeyRecord api_key{.consumer = writer.Text("acme")};
    const Digest digest = *OpenSslSha256()("letmein");
    std::copy(digest.begin(), digest.end(), api_key.sha256);
    const Range api_keys = AppendRun(writer.api_keys, {api_key});
    AppendOne(writer.api_key_sets, {.name = writer.Text("partners"),
                                    .in_query = in_query ? 1u : 0u,
                                    .field = writer.Text(in_query ? "key" : "x-key"),
                                    .keys = api_keys});
    const Range listeners = AppendRun(writer.listeners, {{.port = 8080}});
    AppendOne(writer.gateway_section, {.name = writer.Text("edge"), .listeners = listeners});
    auto octets = writer.Finish({});
    EXPECT_TRUE(octets.has_value()) << octets.error();
    auto table = Table::LoadOctets(std::move(*octets));
    EXPECT_TRUE(table.has_value()) << table.error();
    return *table;
  }

  std::unique_ptr<Authenticator> Make(bool in_query = false) {
    const auto table = MakeTable("jwks.json", SecretKind::kFile, in_query);
    const auto keys = KeySets::Load(*table, folder_);
    EXPECT_TRUE(keys.has_value()) << keys.error();
    return std::make_unique<Authenticator>(table, *keys);
  }

  struct Fields {
    std::string authorization, key, query;
  };
  Identity Verify(Authenticator& authenticator, const Fields& fields, Index jwt = 0, Index keys = 0,
                  std::int64_t now = kNow) {
    fields_ = fields;
    headers_.clear();
    if (!fields_.authorization.empty())
      headers_.push_back({"authorization", fields_.authorization});
    if (!fields_.key.empty()) headers_.push_back({"x-key", fields_.key});
    CanonicalRequest request;
    request.headers = headers_;
    request.query = fields_.query;
    return authenticator.Verify(jwt, keys, request, now);
  }

  SigningKey key_ = SigningKey::Es256("k1");
  std::filesystem::path folder_;
  Fields fields_;
  std::vector<Header> headers_;
};

using Kind = Identity::Kind;

TEST_F(AuthenticatorTest, BearerTokens) {
  const auto authenticator = Make();
  const std::string token = key_.Sign(kPayload);
  const auto kind = [&](const std::string& field) {
    return Verify(*authenticator, {.authorization = field}, 0, kNoIndex).kind;
  };
  EXPECT_EQ(kind("Bearer " + token), Kind::kVerified);
  EXPECT_EQ(kind("bearer " + token), Kind::kVerified);
  EXPECT_EQ(kind("Bearer  " + token), Kind::kVerified);
  EXPECT_EQ(kind("BEARER     " + token), Kind::kVerified);
  EXPECT_EQ(kind("BEARER " + token), Kind::kVerified);
  EXPECT_EQ(kind(""), Kind::kNone);
  EXPECT_EQ(kind("Basic dTpw"), Kind::kNone);  // no credential of this kind
  EXPECT_EQ(kind("Bearerx " + token), Kind::kNone);
  for (const std::string& bad :
       {std::string("Bearer"), "Bearer\t" + token, std::string("Bearer   "), "Bearer \t" + token,
        "Bearer  " + token + " ", "Bearer " + token + ", Bearer " + token,
        "Bearer " + token + " " + token, "Bearer," + token, "Bearer " + token + "," + token,
        std::string("Bearer ."), "Bearer \"" + token + "\"", "Bearer " + token.substr(1)}) {
    EXPECT_EQ(kind(bad), Kind::kBad) << bad;
  }
}

TEST_F(AuthenticatorTest, GivesTheClaimsAndKeepsThemWhileHeld) {
  auto authenticator = Make();
  const std::string field = "Bearer " + key_.Sign(kPayload);
  for (int round = 0; round < 2; ++round) {  // verified, then remembered
    const Identity identity = Verify(*authenticator, {.authorization = field});
    ASSERT_EQ(identity.kind, Kind::kVerified);
    EXPECT_TRUE(identity.jwt_verified);
    EXPECT_EQ(identity.consumer, "");
    ASSERT_EQ(identity.claims.size(), kRegisteredClaims + 1);
    EXPECT_EQ(identity.claims[0].string, "u1");
    ASSERT_EQ(identity.claims[4].list.size(), 2u);
    EXPECT_EQ(identity.claims[4].list[1], "b");
  }
  const Identity identity = Verify(*authenticator, {.authorization = field});
  const std::shared_ptr<const void> held = authenticator->Hold();
  authenticator.reset();
  EXPECT_EQ(identity.claims[0].string, "u1");
}

TEST_F(AuthenticatorTest, ARememberedTokenStillExpires) {
  const auto authenticator = Make();
  const std::string field = "Bearer " + key_.Sign(kPayload);
  const auto at = [&](std::int64_t now) {
    return Verify(*authenticator, {.authorization = field}, 0, kNoIndex, now).kind;
  };
  EXPECT_EQ(at(kNow), Kind::kVerified);
  EXPECT_EQ(at(1'700'000'659), Kind::kVerified);
  EXPECT_EQ(at(1'700'000'660), Kind::kBad);
  EXPECT_EQ(at(kNow), Kind::kVerified);
}

TEST_F(AuthenticatorTest, ApiKeysInAHeaderOrTheQuery) {
  const auto header = Make();
  const auto query = Make(true);
  const auto by = [&](Authenticator& authenticator, const Fields& fields) {
    return Verify(authenticator, fields, kNoIndex, 0);
  };
  EXPECT_EQ(by(*header, {.key = "letmein"}).kind, Kind::kVerified);
  EXPECT_EQ(by(*header, {.key = "letmein"}).consumer, "acme");
  EXPECT_FALSE(by(*header, {.key = "letmein"}).jwt_verified);
  EXPECT_TRUE(by(*header, {.key = "letmein"}).claims.empty());
  EXPECT_EQ(by(*header, {.key = "letmeinx"}).kind, Kind::kBad);
  EXPECT_EQ(by(*header, {.key = "letmein, letmein"}).kind, Kind::kBad);
  EXPECT_EQ(by(*header, {.query = "x-key=letmein"}).kind, Kind::kNone);
  EXPECT_EQ(by(*query, {.query = "a=b&key=letm%65in"}).kind, Kind::kVerified);
  EXPECT_EQ(by(*query, {.query = "key=wrong&key=letmein"}).kind, Kind::kBad);
  EXPECT_EQ(by(*query, {.query = "key"}).kind, Kind::kBad);
  EXPECT_EQ(by(*query, {}).kind, Kind::kNone);
}

TEST_F(AuthenticatorTest, WhereBothKindsAreTakenEitherWillDoAndNoneMayBeBad) {
  const auto authenticator = Make();
  const std::string good = "Bearer " + key_.Sign(kPayload);
  const auto kind = [&](const Fields& fields) { return Verify(*authenticator, fields).kind; };
  EXPECT_EQ(kind({}), Kind::kNone);
  EXPECT_EQ(kind({.authorization = good}), Kind::kVerified);
  EXPECT_EQ(kind({.key = "letmein"}), Kind::kVerified);
  EXPECT_EQ(kind({.authorization = good, .key = "wrong"}), Kind::kBad);
  EXPECT_EQ(kind({.authorization = "Bearer x", .key = "letmein"}), Kind::kBad);
  const Identity both = Verify(*authenticator, {.authorization = good, .key = "letmein"});
  EXPECT_EQ(both.kind, Kind::kVerified);
  EXPECT_TRUE(both.jwt_verified);
  EXPECT_EQ(both.consumer, "acme");
  EXPECT_EQ(both.claims.size(), kRegisteredClaims + 1);
}

TEST_F(AuthenticatorTest, KeysByUrlAreUnavailableAndNeverOpen) {
  const auto table = MakeTable("https://issuer/jwks.json", SecretKind::kUrl);
  const auto keys = KeySets::Load(*table, folder_);
  ASSERT_TRUE(keys.has_value());
  Authenticator authenticator(table, *keys);
  const std::string field = "Bearer " + key_.Sign(kPayload);
  EXPECT_EQ(Verify(authenticator, {.authorization = field}).kind, Kind::kKeysUnavailable);
  EXPECT_EQ(Verify(authenticator, {}).kind, Kind::kNone);
}

TEST_F(AuthenticatorTest, LoadSaysWhatIsWrongWithTheKeys) {
  const auto load = [&](const std::string& location, SecretKind kind = SecretKind::kFile) {
    auto made = KeySets::Load(*MakeTable(location, kind), folder_);
    return made ? std::string("ok") : made.error();
  };
  EXPECT_EQ(load("jwks.json"), "ok");
  EXPECT_EQ(load(folder_ / "jwks.json"), "ok");
  EXPECT_EQ(load("missing.json"),
            "jwt issuer: " + (folder_ / "missing.json").string() + ": No such file or directory");
  EXPECT_NE(load("."), "ok");
  Write("empty.json", R"({"keys":[]})");
  EXPECT_NE(load("empty.json").find("no usable key"), std::string::npos);
  ASSERT_EQ(setenv("WEIR_TEST_KEYS", test::KeySet({&key_}).c_str(), 1), 0);
  EXPECT_EQ(load("WEIR_TEST_KEYS", SecretKind::kEnvironment), "ok");
  EXPECT_NE(load("WEIR_TEST_NO_KEYS", SecretKind::kEnvironment), "ok");
}

TEST_F(AuthenticatorTest, NotesTheKeysThatWereLeftOut) {
  const SigningKey other = SigningKey::Ed25519("k2");  // not among the policy's algorithms
  Write("jwks.json", test::KeySet({&key_, &other}));
  const auto keys = KeySets::Load(*MakeTable("jwks.json", SecretKind::kFile), folder_);
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ((*keys)->notes().size(), 1u);
  EXPECT_EQ(
      (*keys)->notes()[0],
      "jwt issuer: key 2 is left out: a key for none of the algorithms that the policy names");
}

// Of one generation, whatever becomes of the file between one worker's start and the next.
TEST_F(AuthenticatorTest, AllWorkersVerifyWithTheKeysThatWereLoaded) {
  const SigningKey next = SigningKey::Es256("k2");
  const std::string before = "Bearer " + key_.Sign(kPayload),
                    after = "Bearer " + next.Sign(kPayload);
  ASSERT_EQ(setenv("WEIR_TEST_KEYS", test::KeySet({&key_}).c_str(), 1), 0);
  const std::pair<const char*, SecretKind> sources[] = {
      {"jwks.json", SecretKind::kFile}, {"WEIR_TEST_KEYS", SecretKind::kEnvironment}};
  for (const auto& [location, kind] : sources) {
    const auto table = MakeTable(location, kind);
    const auto keys = KeySets::Load(*table, folder_);
    ASSERT_TRUE(keys.has_value()) << keys.error();
    Authenticator first(table, *keys);
    if (kind == SecretKind::kFile) {
      Write("jwks.json", test::KeySet({&next}));
    } else {
      ASSERT_EQ(setenv(location, test::KeySet({&next}).c_str(), 1), 0);
    }
    Authenticator second(table, *keys);
    std::filesystem::remove(folder_ / location);
    Authenticator third(table, *keys);
    for (Authenticator* worker : {&first, &second, &third}) {
      EXPECT_EQ(Verify(*worker, {.authorization = before}).kind, Kind::kVerified) << location;
      EXPECT_EQ(Verify(*worker, {.authorization = after}).kind, Kind::kBad) << location;
    }
  }
}

TEST_F(AuthenticatorTest, WorkersVerifyAtTheSameTime) {
  const auto table = MakeTable("jwks.json", SecretKind::kFile);
  const auto keys = KeySets::Load(*table, folder_);
  ASSERT_TRUE(keys.has_value());
  const SigningKey other = SigningKey::Es256("k1");
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> workers;
    for (int w = 0; w < 4; ++w) {
      workers.emplace_back([&, w] {
        Authenticator authenticator(table, *keys);
        for (int i = 0; i < 50; ++i) {
          const std::string payload =
              R"({"iss":"i","exp":1700000600,"n":)" + std::to_string(100 * w + i) + "}";
          const bool good = i % 3 != 0;
          const std::string field = "Bearer " + (good ? key_ : other).Sign(payload);
          const Header header{"authorization", field};
          CanonicalRequest request;
          request.headers = {&header, 1};
          right += authenticator.Verify(0, kNoIndex, request, kNow).kind ==
                   (good ? Kind::kVerified : Kind::kBad);
        }
      });
    }
  }
  EXPECT_EQ(right, 200);
}

}  // namespace
}  // namespace weir::runtime
