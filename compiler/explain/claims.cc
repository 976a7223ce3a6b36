#include "compiler/explain/claims.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

namespace weir::compiler {

using runtime::AttributeType;
using runtime::ClaimValue;
using Json = nlohmann::json;

std::string_view Claims::Keep(std::string text) { return texts_.emplace_back(std::move(text)); }

ClaimValue Claims::KeepList(std::vector<std::string> items) {
  std::vector<std::string_view>& list = lists_.emplace_back();
  for (std::string& item : items) list.push_back(Keep(std::move(item)));
  return {.kind = ClaimValue::Kind::kList, .list = list};
}

template <class J>
ClaimValue Claims::Value(const J& member, AttributeType type, bool words) {
  switch (type) {
    case AttributeType::kString:
      if (!member.is_string()) return {};
      return {.kind = ClaimValue::Kind::kString,
              .string = Keep(member.template get<std::string>())};
    case AttributeType::kInteger:
      if (!member.is_number_integer()) return {};
      return {.kind = ClaimValue::Kind::kInteger, .integer = member.template get<std::int64_t>()};
    case AttributeType::kBoolean:
      if (!member.is_boolean()) return {};
      return {.kind = ClaimValue::Kind::kBoolean, .integer = member.template get<bool>() ? 1 : 0};
    case AttributeType::kStringList:
      break;
    case AttributeType::kAddress:
      return {};
  }
  std::vector<std::string> items;
  if (member.is_string() && words) {
    std::istringstream text(member.template get<std::string>());
    for (std::string item; std::getline(text, item, ' ');) {
      if (!item.empty()) items.push_back(item);
    }
    return KeepList(std::move(items));
  }
  if (!member.is_array()) return {};
  for (const auto& item : member) {
    if (!item.is_string()) return {};
    items.push_back(item.template get<std::string>());
  }
  return KeepList(std::move(items));
}

namespace {

// A token that is verified has the issuer, and one of the audiences (AUTH-3). What is
// not written is added; what is written otherwise is of no token that can be.
std::string Complete(const runtime::Table& table, const runtime::JwtRecord& jwt, Json& payload) {
  const std::string name = "of jwt " + std::string(table.text(jwt.name));
  const std::string issuer(table.text(jwt.issuer));
  if (!issuer.empty() && payload.emplace("iss", issuer).first.value() != issuer) {
    return "--claims: no verified token " + name + " has another iss than \"" + issuer + "\"";
  }
  std::vector<std::string> audiences;
  for (const runtime::StringRef audience : runtime::Table::Slice(table.strings(), jwt.audiences)) {
    audiences.emplace_back(table.text(audience));
  }
  if (audiences.empty()) return "";
  const auto known = [&](const Json& one) {
    return one.is_string() && std::ranges::count(audiences, one.get<std::string>()) > 0;
  };
  const Json& sent = payload.emplace("aud", audiences[0]).first.value();
  if (known(sent) || (sent.is_array() && std::ranges::any_of(sent, known))) return "";
  return "--claims: a verified token " + name + " has one of its audiences in aud";
}

}  // namespace

std::expected<Claims, std::string> Claims::Read(const runtime::Table& table, runtime::Index jwt,
                                                const std::string& json) {
  Json payload = Json::parse(json, nullptr, false);
  if (payload.is_discarded()) return std::unexpected("the claims are not JSON");
  if (!payload.is_object()) return std::unexpected("the claims are not a JSON object");
  if (std::string wrong = Complete(table, table.jwts()[jwt], payload); !wrong.empty()) {
    return std::unexpected(wrong);
  }
  Claims claims;
  const auto add = [&](std::string_view member, AttributeType type, bool words) {
    const auto found = payload.find(std::string(member));
    claims.values_.push_back(found == payload.end() ? ClaimValue{}
                                                    : claims.Value(*found, type, words));
  };
  for (const char* name : {"sub", "iss", "jti"}) add(name, AttributeType::kString, false);
  // `aud` may be one string (RFC 7519 4.1.3).
  const auto aud = payload.find("aud");
  if (aud != payload.end() && aud->is_string()) {
    claims.values_.push_back(claims.KeepList({aud->get<std::string>()}));
  } else {
    add("aud", AttributeType::kStringList, false);
  }
  for (const runtime::ClaimRecord& claim :
       runtime::Table::Slice(table.claims(), table.jwts()[jwt].claims)) {
    add(table.text(claim.source), claim.type, claim.words != 0);
  }
  return claims;
}

}  // namespace weir::compiler
