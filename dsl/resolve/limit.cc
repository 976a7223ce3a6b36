#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Limit;

constexpr std::uint64_t kMost = 1'000'000'000'000;

// 100 per 1m
bool ReadRate(Cursor& cursor, Limit& limit) {
  auto count = ReadNumber(cursor, "a number of requests", 0, kMost);
  if (!count) return false;
  if (!cursor.TakeWord("per")) {
    cursor.Expected("'per' and a duration, as in 100 per 1m");
    return false;
  }
  auto period = ReadDuration(cursor);
  if (!period) return false;
  limit.count = *count;
  limit.period = *period;
  return true;
}

// by jwt.sub, or by [client.address, route]
bool ReadKey(Cursor& cursor, Limit& limit) {
  Context& context = cursor.context();
  constexpr std::string_view kWhat = "an attribute such as client.address";
  Scope scope;
  scope.limit_key = true;
  // Captures differ from route to route; the routes that use the limit check them.
  scope.any_capture = true;
  return ReadList(cursor, kWhat, [&](const Value& value) {
    if (value.item->kind != tree::Item::Kind::kWord) {
      context.Error("expected",
                    "expected " + std::string(kWhat) + " and found " + Quote(*value.item), value);
      return false;
    }
    auto attribute = ResolveAttribute(context, value.item->text, value.at, scope);
    if (!attribute) return false;
    if (attribute->type == syntax::Type::kStringList) {
      context.Error("type-mismatch",
                    "'" + value.item->text + "' is a list of strings and cannot be a key", value);
      return false;
    }
    if (std::ranges::find(limit.by, *attribute) != limit.by.end()) {
      context.Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
      return false;
    }
    limit.by.push_back(*std::move(attribute));
    return true;
  });
}

}  // namespace

void ResolveLimit(Context& context, const Definition& definition) {
  Limit& limit = context.policy.limits[definition.index];
  const std::string owner = OwnerOf("limit", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  std::optional<std::uint64_t> burst;
  const auto number = [](std::optional<std::uint64_t> from, auto& to) {
    if (from) to = *from;
    return from.has_value();
  };
  const ClauseTable table = {
      {kNumber, [&](Cursor& cursor, const tree::Item&) { return ReadRate(cursor, limit); }},
      {"burst",
       [&](Cursor& cursor, const tree::Item&) {
         return number(ReadNumber(cursor, "a number of requests", 0, kMost), burst);
       }},
      {"cost",
       [&](Cursor& cursor, const tree::Item&) {
         return number(ReadNumber(cursor, "what one request costs", 1, kMost), limit.cost);
       }},
      {"by", [&](Cursor& cursor, const tree::Item&) { return ReadKey(cursor, limit); }},
      {"missing",
       [&](Cursor& cursor, const tree::Item&) {
         limit.missing_key = ReadString(cursor, "what stands for an absent key, in quotes");
         return limit.missing_key.has_value();
       }},
      {"store",
       [&](Cursor& cursor, const tree::Item&) {
         auto store = ReadChoice(cursor, "a store", {"local", "redis"});
         if (store) limit.store = Limit::Store(*store);
         return store.has_value();
       }},
      {"store-down",
       [&](Cursor& cursor, const tree::Item&) {
         auto choice =
             ReadChoice(cursor, "what to do while the store is down", {"allow", "deny", "local"});
         if (choice) limit.store_down = Limit::StoreDown(*choice);
         return choice.has_value();
       }},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  if (!found.contains(kNumber)) {
    Diagnostic& error = context.Error("missing-clause", owner + " has no rate", definition.span);
    error.help = "write a rate such as 100 per 1m";
  }
  limit.burst = burst.value_or(limit.count);
}

}  // namespace weir::dsl::resolve
