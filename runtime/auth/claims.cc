#include "runtime/auth/claims.h"

namespace weir::runtime {

std::string_view VerifiedToken::Keep(std::string_view text) {
  octets_ += text.size() + sizeof(std::string);
  return texts_.emplace_back(text);
}

void VerifiedToken::AddString(std::string_view text) {
  claims_.push_back({.kind = ClaimValue::Kind::kString, .string = Keep(text), .list = {}});
}

void VerifiedToken::AddInteger(std::int64_t integer) {
  claims_.push_back(
      {.kind = ClaimValue::Kind::kInteger, .string = {}, .integer = integer, .list = {}});
}

void VerifiedToken::AddBoolean(bool value) {
  claims_.push_back(
      {.kind = ClaimValue::Kind::kBoolean, .string = {}, .integer = value ? 1 : 0, .list = {}});
}

void VerifiedToken::AddList(const std::vector<std::string_view>& elements) {
  std::vector<std::string_view>& list = lists_.emplace_back();
  for (std::string_view element : elements) list.push_back(Keep(element));
  octets_ += elements.size() * sizeof(std::string_view);
  claims_.push_back({.kind = ClaimValue::Kind::kList, .string = {}, .list = list});
}

}  // namespace weir::runtime
