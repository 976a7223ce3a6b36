#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

// consumer NAME sha256 "64 digits"
bool ReadConsumer(Cursor& cursor, syntax::ApiKeys& keys) {
  Context& context = cursor.context();
  const tree::Item* name = cursor.TakeName("a consumer's name");
  if (name == nullptr) return false;
  syntax::ApiKey key{name->text, {}, context.Node(name->span)};
  if (!IsName(key.consumer)) {
    context.Error("wrong-value", Quote(*name) + " cannot be the name of a consumer", name->span);
    return false;
  }
  if (const tree::Item* next = cursor.Peek();
      next != nullptr && next->kind == tree::Item::Kind::kString) {
    Diagnostic& error =
        context.Error("secret-in-policy", "keys are never written in a policy", next->span);
    error.help = "write sha256 \"...\" with the SHA-256 of the key in hexadecimal";
    return false;
  }
  if (!cursor.TakeWord("sha256")) {
    cursor.Expected("sha256 \"...\"");
    return false;
  }
  auto value = cursor.TakeValue("the SHA-256 of the key in quotes");
  if (!value) return false;
  const std::string& digest = value->item->text;
  const bool good = digest.size() == 64 && std::ranges::all_of(digest, [](char c) {
                      return HexDigit(c) >= 0 && c == ToLower(c);
                    });
  if (!good) {
    context.Error("wrong-value", "a SHA-256 is written as 64 digits 0-9 and a-f", *value);
    return false;
  }
  for (std::size_t i = 0; i < 32; ++i) {
    key.sha256[i] =
        static_cast<std::uint8_t>(HexDigit(digest[2 * i]) * 16 + HexDigit(digest[2 * i + 1]));
  }
  for (const syntax::ApiKey& other : keys.keys) {
    if (other.sha256 != key.sha256) continue;
    Diagnostic& error = context.Error("duplicate-element", "the same key is listed twice", *value);
    error.labels.push_back({context.policy.origins[other.node], "first listed for this consumer"});
    return false;
  }
  keys.keys.push_back(std::move(key));
  return true;
}

}  // namespace

void ResolveApiKeys(Context& context, const Definition& definition) {
  syntax::ApiKeys& keys = context.policy.api_keys[definition.index];
  const std::string owner = OwnerOf("api-keys", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseTable table = {
      {"header",
       [&](Cursor& cursor, const tree::Item&) {
         auto value = cursor.TakeValue("a header's name");
         auto name = value ? FieldNameOf(context, *value) : std::nullopt;
         if (name) keys.field = *std::move(name);
         return name.has_value();
       }},
      {"query",
       [&](Cursor& cursor, const tree::Item&) {
         auto name = ReadLocation(cursor, "a parameter's name in quotes");
         if (name) keys.field = *std::move(name);
         keys.in_query = true;
         return name.has_value();
       }},
      {"consumer", [&](Cursor& cursor, const tree::Item&) { return ReadConsumer(cursor, keys); },
       true},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  if (found.contains("header") == found.contains("query")) {
    context.Error("missing-clause", owner + " needs one of 'header' and 'query'", definition.span);
  }
  Require(context, found, {"consumer"}, owner, definition.span);
}

}  // namespace weir::dsl::resolve
