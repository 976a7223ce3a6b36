#include "compiler/replay/identity.h"

#include <string>

namespace weir::compiler {

RuntimeIdentity::RuntimeIdentity(const runtime::Table& table, runtime::Index jwt,
                                 model::Identity identity)
    : identity_(std::move(identity)) {
  view_.kind = static_cast<runtime::Identity::Kind>(identity_.kind);
  view_.jwt_verified = identity_.jwt_verified;
  if (identity_.consumer) view_.consumer = *identity_.consumer;
  if (jwt == runtime::kNoIndex) return;
  for (const char* name : {"sub", "iss", "jti", "aud"}) claims_.push_back(ClaimOf(name));
  const runtime::JwtRecord& record = table.jwts()[jwt];
  for (const runtime::ClaimRecord& claim : runtime::Table::Slice(table.claims(), record.claims)) {
    claims_.push_back(ClaimOf(table.text(claim.name)));
  }
  view_.claims = claims_;
}

runtime::ClaimValue RuntimeIdentity::ClaimOf(std::string_view name) {
  using Kind = runtime::ClaimValue::Kind;
  const auto claim = identity_.claims.find(std::string(name));
  if (claim == identity_.claims.end()) return {};
  if (const auto* text = std::get_if<std::string>(&claim->second)) {
    return {.kind = Kind::kString, .string = *text};
  }
  if (const auto* integer = std::get_if<std::int64_t>(&claim->second)) {
    return {.kind = Kind::kInteger, .integer = *integer};
  }
  if (const auto* boolean = std::get_if<bool>(&claim->second)) {
    return {.kind = Kind::kBoolean, .integer = *boolean ? 1 : 0};
  }
  const auto& items = std::get<std::vector<std::string>>(claim->second);
  lists_.emplace_back(items.begin(), items.end());
  return {.kind = Kind::kList, .list = lists_.back()};
}

}  // namespace weir::compiler
