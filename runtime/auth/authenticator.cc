#include "runtime/auth/authenticator.h"

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

// The token of `Bearer TOKEN`. Nothing: another scheme, or no field. An empty
// view: the scheme without one plain token after it.
std::optional<std::string_view> BearerToken(const CanonicalRequest& request) {
  const Header* field = request.Find("authorization");
  if (field == nullptr) return std::nullopt;
  const std::string_view value = field->value;
  const std::size_t end = value.find_first_of(" \t,");
  if (!EqualsLower(value.substr(0, end), "bearer")) return std::nullopt;
  if (end == std::string_view::npos || value[end] != ' ') return std::string_view();
  const std::size_t token = value.find_first_not_of(' ', end);  // RFC 9110 11.4: 1*SP
  if (token == std::string_view::npos) return std::string_view();
  return value.substr(token);  // what is no base64url in it fails later
}

Identity Bad(const char* detail) {
  return {.kind = Identity::Kind::kBad, .claims = {}, .consumer = {}, .detail = detail};
}

}  // namespace

struct Authenticator::State {
  std::shared_ptr<const Table> table;
  std::shared_ptr<const KeySets> key_sets;
  TokenCache cache;
  OpenSslSha256 sha256;
  std::shared_ptr<const VerifiedToken> last;

  Identity VerifyBearer(Index jwt, std::string_view token, UnixTime now);
  Identity VerifyApiKey(Index set, const CanonicalRequest& request);
};

Authenticator::Authenticator(std::shared_ptr<const Table> table,
                             std::shared_ptr<const KeySets> keys)
    : state_(std::make_unique<State>()) {
  state_->table = std::move(table);
  state_->key_sets = std::move(keys);
}
Authenticator::~Authenticator() = default;

Identity Authenticator::State::VerifyBearer(Index jwt, std::string_view token, UnixTime now) {
  const KeySets::Issuer& issuer = key_sets->issuer(jwt);
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
