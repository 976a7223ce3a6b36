#include <algorithm>
#include <array>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Retry;
using syntax::RetryCause;

constexpr std::array<std::pair<std::string_view, RetryCause::Kind>, 7> kCauses = {{
    {"connect-failure", RetryCause::Kind::kConnectFailure},
    {"refused-stream", RetryCause::Kind::kRefusedStream},
    {"reset", RetryCause::Kind::kReset},
    {"per-try-timeout", RetryCause::Kind::kPerTryTimeout},
    {"gateway-error", RetryCause::Kind::kGatewayError},
    {"5xx", RetryCause::Kind::k5xx},
    {"retriable-4xx", RetryCause::Kind::kRetriable4xx},
}};

std::optional<RetryCause> CauseOf(Context& context, const Value& value) {
  const std::string& text = value.item->text;
  std::vector<std::string> names;
  if (value.item->kind == tree::Item::Kind::kWord) {
    for (const auto& [name, kind] : kCauses) {
      names.emplace_back(name);
      if (text == name) return RetryCause{kind, 0};
    }
    if (auto status = ParseNumber(text, 400, 599)) {
      return RetryCause{RetryCause::Kind::kStatus, static_cast<std::uint16_t>(*status)};
    }
  }
  Diagnostic& error =
      context.Error("wrong-value", Quote(*value.item) + " is not a cause for another try", value);
  error.help = Suggest(text, names) + "; or a status from 400 to 599";
  return std::nullopt;
}

bool ReadCauses(Cursor& cursor, Retry& retry) {
  return ReadList(cursor, "a cause such as 5xx", [&](const Value& value) {
    auto cause = CauseOf(cursor.context(), value);
    if (!cause) return false;
    if (std::ranges::find(retry.on, *cause) != retry.on.end()) {
      cursor.context().Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
      return false;
    }
    retry.on.push_back(*cause);
    return true;
  });
}

// budget 20% [minimum 3]
bool ReadBudget(Cursor& cursor, Retry& retry) {
  auto percent = ReadPercent(cursor, 0, 100);
  if (!percent) return false;
  retry.budget_percent = *percent;
  if (!cursor.TakeWord("minimum")) return true;
  auto minimum = ReadNumber(cursor, "a number of retries", 0, 1'000'000);
  if (minimum) retry.budget_minimum = static_cast<std::uint32_t>(*minimum);
  return minimum.has_value();
}

// backoff 25ms [to 250ms]
bool ReadBackoff(Cursor& cursor, Retry& retry) {
  const Span at = cursor.Here();
  auto base = ReadDuration(cursor);
  if (!base) return false;
  retry.backoff_base = *base;
  // Without an upper end it is ten times the first, as by default.
  retry.backoff_max = syntax::Duration{base->nanoseconds * 10};
  if (!cursor.TakeWord("to")) return true;
  auto most = ReadDuration(cursor);
  if (!most) return false;
  retry.backoff_max = *most;
  if (*most >= *base) return true;
  cursor.context().Error("wrong-value", "the back-off ends below where it begins", at);
  return false;
}

}  // namespace

void ResolveRetry(Context& context, const Definition& definition) {
  Retry& retry = context.policy.retries[definition.index];
  const std::string owner = OwnerOf("retry", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseTable table = {
      {"attempts",
       [&](Cursor& cursor, const tree::Item&) {
         auto attempts = ReadNumber(cursor, "a number of tries", 1, 100);
         if (attempts) retry.attempts = static_cast<std::uint32_t>(*attempts);
         return attempts.has_value();
       }},
      {"per-try",
       [&](Cursor& cursor, const tree::Item&) {
         retry.per_try = ReadDuration(cursor);
         return retry.per_try.has_value();
       }},
      {"hedge",
       [&](Cursor& cursor, const tree::Item&) {
         retry.hedge = ReadDuration(cursor);
         return retry.hedge.has_value();
       }},
      {"on", [&](Cursor& cursor, const tree::Item&) { return ReadCauses(cursor, retry); }},
      {"budget", [&](Cursor& cursor, const tree::Item&) { return ReadBudget(cursor, retry); }},
      {"backoff", [&](Cursor& cursor, const tree::Item&) { return ReadBackoff(cursor, retry); }},
      {"unsafe",
       [&](Cursor&, const tree::Item&) {
         retry.unsafe = true;
         return true;
       }},
      {"buffer",
       [&](Cursor& cursor, const tree::Item&) {
         auto size = ReadSize(cursor);
         if (size) retry.buffer = *size;
         return size.has_value();
       }},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  Require(context, found, {"attempts"}, owner, definition.span);
  // Nothing of the request was delivered then: safe for every method.
  if (!found.contains("on")) {
    retry.on = {{RetryCause::Kind::kConnectFailure, 0}, {RetryCause::Kind::kRefusedStream, 0}};
  }
}

}  // namespace weir::dsl::resolve
