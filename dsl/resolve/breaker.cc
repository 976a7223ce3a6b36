#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

// open after 5 failures in 10s
bool ReadOpen(Cursor& cursor, syntax::Breaker& breaker) {
  const auto word = [&](std::string_view expected) {
    if (cursor.TakeWord(expected)) return true;
    cursor.Expected("'" + std::string(expected) + "', as in open after 5 failures in 10s");
    return false;
  };
  if (!word("after")) return false;
  auto failures = ReadNumber(cursor, "a number of failures", 1, 1'000'000);
  if (!failures) return false;
  if (!cursor.TakeWord("failure") && !word("failures")) return false;
  if (!word("in")) return false;
  auto window = ReadDuration(cursor);
  if (!window) return false;
  breaker.failures = static_cast<std::uint32_t>(*failures);
  breaker.window = *window;
  return true;
}

}  // namespace

void ResolveBreaker(Context& context, const Definition& definition) {
  syntax::Breaker& breaker = context.policy.breakers[definition.index];
  const std::string owner = OwnerOf("breaker", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseTable table = {
      {"open", [&](Cursor& cursor, const tree::Item&) { return ReadOpen(cursor, breaker); }},
      {"for",
       [&](Cursor& cursor, const tree::Item&) {
         auto open_for = ReadDuration(cursor);
         if (open_for) breaker.open_for = *open_for;
         return open_for.has_value();
       }},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  Require(context, found, {"open", "for"}, owner, definition.span);
}

}  // namespace weir::dsl::resolve
