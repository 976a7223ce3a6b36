#include "runtime/auth/authenticator.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/auth/api_keys.h"
#include "runtime/auth/digest.h"
#include "runtime/auth/token.h"
#include "runtime/auth/token_cache.h"
#include "runtime/base/ascii.h"

namespace weir::runtime {
namespace {

constexpr std::size_t kMaxKeyFile = std::size_t{1} << 20;
constexpr std::int64_t kSecond = 1'000'000'000;

struct Issuer {
  KeySet keys;
  JwtPolicy policy;
  bool available = false;  // a key set by URL has to be fetched first
};

std::expected<std::string, std::string> ReadKeyFile(const std::string& path) {
  struct stat about{};
  if (stat(path.c_str(), &about) != 0) return std::unexpected(path + ": " + std::strerror(errno));
  if (!S_ISREG(about.st_mode)) return std::unexpected(path + ": is no plain file");
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  if (file == nullptr) return std::unexpected(path + ": " + std::strerror(errno));
  std::string octets(kMaxKeyFile + 1, '\0');
  octets.resize(std::fread(octets.data(), 1, octets.size(), file.get()));
  if (std::ferror(file.get()) != 0) return std::unexpected(path + ": cannot be read");
  return octets;
}

JwtPolicy PolicyOf(const Table& table, const JwtRecord& record) {
  JwtPolicy policy;
  policy.issuer = table.text(record.issuer);
  for (StringRef audience : Table::Slice(table.strings(), record.audiences)) {
    policy.audiences.emplace_back(table.text(audience));
  }
  policy.skew = record.skew / kSecond;
  for (const ClaimRecord& claim : Table::Slice(table.claims(), record.claims)) {
    const StringRef member = claim.source.length > 0 ? claim.source : claim.name;
    policy.claims.push_back({std::string(table.text(member)), claim.type, claim.words != 0});
  }
  return policy;
}

std::expected<Issuer, std::string> LoadIssuer(const Table& table, const JwtRecord& record,
                                              const std::string& base) {
  Issuer issuer;
  issuer.policy = PolicyOf(table, record);
  const std::string location(table.text(record.keys));
  if (record.keys_kind == SecretKind::kUrl) return issuer;
  std::string octets;
  std::string named = "environment variable " + location;
  if (record.keys_kind == SecretKind::kEnvironment) {
    const char* value = std::getenv(location.c_str());
    if (value == nullptr) return std::unexpected(named + " is not set");
    octets = value;
  } else {
    named = location.starts_with('/') || base.empty() ? location : base + "/" + location;
    auto read = ReadKeyFile(named);
    if (!read) return std::unexpected(read.error());
    octets = std::move(*read);
  }
  auto keys = ReadKeySet(octets, record.algorithms);
  if (!keys) return std::unexpected(named + ": " + keys.error());
  issuer.keys = std::move(*keys);
  issuer.available = true;
  return issuer;
}

// The token of `Bearer TOKEN`. Nothing: another scheme, or no field. An empty
// view: the scheme without one plain token after it.
std::optional<std::string_view> BearerToken(const CanonicalRequest& request) {
  const Header* field = request.Find("authorization");
  if (field == nullptr) return std::nullopt;
  const std::string_view value = field->value;
  const std::size_t end = value.find_first_of(" \t,");
  if (!EqualsLower(value.substr(0, end), "bearer")) return std::nullopt;
  if (end == std::string_view::npos || value[end] != ' ') return std::string_view();
  return value.substr(end + 1);  // what is no base64url in it fails later
}

Identity Bad(const char* detail) {
  return {.kind = Identity::Kind::kBad, .claims = {}, .consumer = {}, .detail = detail};
}

}  // namespace

struct Authenticator::State {
  std::shared_ptr<const Table> table;
  std::vector<Issuer> issuers;  // one for each of the table's jwts
  std::vector<std::string> notes;
  TokenCache cache;
  OpenSslSha256 sha256;
  std::shared_ptr<const VerifiedToken> last;

  Identity VerifyBearer(Index jwt, std::string_view token, UnixTime now);
  Identity VerifyApiKey(Index set, const CanonicalRequest& request);
};

Authenticator::Authenticator() : state_(std::make_unique<State>()) {}
Authenticator::~Authenticator() = default;

std::expected<std::unique_ptr<Authenticator>, std::string> Authenticator::Load(
    std::shared_ptr<const Table> table, const std::string& base) {
  std::unique_ptr<Authenticator> out(new Authenticator);
  State& state = *out->state_;
  for (const JwtRecord& record : table->jwts()) {
    const std::string name = "jwt " + std::string(table->text(record.name));
    auto issuer = LoadIssuer(*table, record, base);
    if (!issuer) return std::unexpected(name + ": " + issuer.error());
    for (const std::string& note : issuer->keys.notes) state.notes.push_back(name + ": " + note);
    state.issuers.push_back(std::move(*issuer));
  }
  state.table = std::move(table);
  return out;
}

const std::vector<std::string>& Authenticator::notes() const { return state_->notes; }

Identity Authenticator::State::VerifyBearer(Index jwt, std::string_view token, UnixTime now) {
  const Issuer& issuer = issuers[jwt];
  if (!issuer.available) {
    return {.kind = Identity::Kind::kKeysUnavailable, .claims = {}, .consumer = {}};
  }
  if (token.empty()) return Bad("there is no one token after the scheme");
  if (token.size() > kMaxTokenOctets) return Bad("the token is too long");
  const auto digest = sha256(token);
  if (!digest) return Bad("the token cannot be digested");
  last = cache.Find(*digest, jwt, now);
  if (last == nullptr) {
    auto verified = VerifyToken(token, issuer.keys, issuer.policy, now);
    if (!verified) return Bad(verified.error());
    last = std::move(*verified);
    cache.Insert(*digest, jwt, last);
  }
  return {.kind = Identity::Kind::kVerified,
          .jwt_verified = true,
          .claims = last->claims(),
          .consumer = {}};
}

Identity Authenticator::State::VerifyApiKey(Index set, const CanonicalRequest& request) {
  const ApiKeysRecord& record = table->api_key_sets()[set];
  const std::string_view field = table->text(record.field);
  std::optional<std::string> key;
  if (record.in_query != 0) {
    key = QueryParameter(request.query, field);
  } else if (const Header* header = request.Find(field)) {
    key = header->value;
  }
  if (!key) return {.claims = {}, .consumer = {}};
  const auto digest = sha256(*key);
  const auto keys = Table::Slice(table->api_keys(), record.keys);
  const Index found = digest ? FindApiKey(keys, *digest) : kNoIndex;
  if (found == kNoIndex) return Bad("the key is not known");
  return {.kind = Identity::Kind::kVerified,
          .claims = {},
          .consumer = table->text(keys[found].consumer)};
}

// Where a route takes both kinds, either will do, but none that was sent may be bad.
Identity Authenticator::Verify(Index jwt, Index api_keys, const CanonicalRequest& request,
                               UnixTime now) {
  state_->last = nullptr;
  Identity identity{.claims = {}, .consumer = {}};
  if (jwt != kNoIndex) {
    if (const auto token = BearerToken(request)) {
      identity = state_->VerifyBearer(jwt, *token, now);
      if (identity.kind != Identity::Kind::kVerified) return identity;
    }
  }
  if (api_keys == kNoIndex) return identity;
  const Identity key = state_->VerifyApiKey(api_keys, request);
  if (key.kind == Identity::Kind::kBad) return key;
  if (key.kind == Identity::Kind::kVerified) {
    identity.kind = key.kind;
    identity.consumer = key.consumer;
  }
  return identity;
}

std::shared_ptr<const void> Authenticator::Hold() const { return state_->last; }

}  // namespace weir::runtime
