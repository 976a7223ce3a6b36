// Secrets go in by location only; API keys as the hashes that the policy holds.
#include <algorithm>

#include "compiler/lower/lowering.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

namespace {

static_assert(static_cast<int>(syntax::JwtAlgorithm::kHS256) ==
              static_cast<int>(runtime::AlgorithmKind::kHS256));
static_assert(static_cast<int>(syntax::JwtAlgorithm::kES256) ==
              static_cast<int>(runtime::AlgorithmKind::kES256));
static_assert(static_cast<int>(syntax::SecretSource::Kind::kUrl) ==
              static_cast<int>(runtime::SecretKind::kUrl));

}  // namespace

runtime::Index Lowering::LowerJwt(syntax::Ref<syntax::Jwt> ref) {
  const auto known = jwts_.find(ref.index);
  if (known != jwts_.end()) return known->second;
  const syntax::Jwt& jwt = policy[ref];
  runtime::JwtRecord record;
  record.name = out.Text(jwt.name);
  record.issuer = out.Text(jwt.issuer);
  record.audiences = out.AddStrings(jwt.audiences);
  record.keys = out.Text(jwt.keys.location);
  record.keys_kind = static_cast<runtime::SecretKind>(jwt.keys.kind);
  for (syntax::JwtAlgorithm algorithm : jwt.algorithms) {
    record.algorithms |= 1u << static_cast<unsigned>(algorithm);
  }
  record.skew = jwt.skew.nanoseconds;
  std::vector<runtime::ClaimRecord> claims;
  for (const syntax::Claim& claim : jwt.claims) {
    claims.push_back({.name = out.Text(claim.name),
                      .source = out.Text(claim.source),
                      .type = LowerType(claim.type),
                      .words = claim.words});
  }
  record.claims = AppendRun(out.claims, claims);
  const runtime::Index place = AppendOne(out.jwts, record);
  jwts_.emplace(ref.index, place);
  return place;
}

runtime::Index Lowering::LowerApiKeys(syntax::Ref<syntax::ApiKeys> ref) {
  const auto known = api_keys_.find(ref.index);
  if (known != api_keys_.end()) return known->second;
  const syntax::ApiKeys& keys = policy[ref];
  runtime::ApiKeysRecord record;
  record.name = out.Text(keys.name);
  record.in_query = keys.in_query;
  record.field = out.Text(keys.field);
  std::vector<runtime::ApiKeyRecord> records;
  for (const syntax::ApiKey& key : keys.keys) {
    runtime::ApiKeyRecord lowered;
    std::ranges::copy(key.sha256, lowered.sha256);
    lowered.consumer = out.Text(key.consumer);
    records.push_back(lowered);
  }
  record.keys = AppendRun(out.api_keys, records);
  const runtime::Index place = AppendOne(out.api_key_sets, record);
  api_keys_.emplace(ref.index, place);
  return place;
}

}  // namespace weir::compiler
