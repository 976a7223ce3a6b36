#include <algorithm>
#include <array>

#include "compiler/lift/lifting.h"

namespace weir::compiler {

using runtime::TableView;

namespace {

syntax::SecretSource::Kind LiftKind(runtime::SecretKind kind) {
  switch (kind) {
    case runtime::SecretKind::kFile:
      return syntax::SecretSource::Kind::kFile;
    case runtime::SecretKind::kEnvironment:
      return syntax::SecretSource::Kind::kEnvironment;
    case runtime::SecretKind::kUrl:
      return syntax::SecretSource::Kind::kUrl;
  }
  return syntax::SecretSource::Kind::kFile;
}

// By AlgorithmKind, whose bits a table has.
constexpr std::array kAlgorithms = {syntax::JwtAlgorithm::kRS256, syntax::JwtAlgorithm::kRS384,
                                    syntax::JwtAlgorithm::kRS512, syntax::JwtAlgorithm::kPS256,
                                    syntax::JwtAlgorithm::kES256, syntax::JwtAlgorithm::kES384,
                                    syntax::JwtAlgorithm::kEdDSA, syntax::JwtAlgorithm::kHS256};

}  // namespace

syntax::Jwt Lifting::LiftJwt(const runtime::JwtRecord& record) {
  const auto& [name, issuer, audiences, keys, keys_kind, algorithms, skew, claims] = record;
  syntax::Jwt jwt;
  jwt.name = Text(name);
  jwt.issuer = Text(issuer);
  jwt.audiences = Strings(audiences);
  jwt.keys = {.kind = LiftKind(keys_kind), .location = Text(keys)};
  jwt.skew = {skew};
  for (std::size_t bit = 0; bit < kAlgorithms.size(); ++bit) {
    if (algorithms >> bit & 1) jwt.algorithms.push_back(kAlgorithms[bit]);
  }
  for (const auto& claim : TableView::Slice(table.claims(), claims)) {
    const auto& [claim_name, source, type, words] = claim;
    jwt.claims.push_back({.name = Text(claim_name),
                          .source = Text(source),
                          .type = LiftType(type),
                          .words = words != 0});
  }
  return jwt;
}

syntax::ApiKeys Lifting::LiftApiKeys(const runtime::ApiKeysRecord& record) {
  const auto& [name, in_query, reserved, field, keys] = record;
  syntax::ApiKeys lifted;
  lifted.name = Text(name);
  lifted.in_query = in_query != 0;
  lifted.field = Text(field);
  for (const auto& key : TableView::Slice(table.api_keys(), keys)) {
    const auto& [sha256, consumer] = key;
    syntax::ApiKey one{.consumer = Text(consumer)};
    std::ranges::copy(sha256, one.sha256.begin());
    lifted.keys.push_back(std::move(one));
  }
  return lifted;
}

}  // namespace weir::compiler
