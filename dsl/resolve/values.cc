#include "dsl/resolve/values.h"

#include <limits>
#include <utility>

#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using Kind = tree::Item::Kind;

// The text of a word; strings, lists and the like are an error.
const std::string* WordOf(Context& context, const Value& value, std::string_view what) {
  if (value.item->kind == Kind::kWord) return &value.item->text;
  context.Error("expected", "expected " + std::string(what) + " and found " + Quote(*value.item),
                value);
  return nullptr;
}

template <class T>
std::optional<T> Check(Context& context, const Value& value, std::expected<T, std::string> parsed) {
  if (parsed) return *std::move(parsed);
  context.Error("wrong-value", parsed.error(), value);
  return std::nullopt;
}

}  // namespace

std::optional<syntax::Duration> ReadDuration(Cursor& cursor) {
  constexpr std::string_view kWhat = "a duration such as 2s";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  const std::string* text = WordOf(cursor.context(), *value, kWhat);
  if (text == nullptr) return std::nullopt;
  auto duration = Check(cursor.context(), *value, ParseDuration(*text));
  if (duration && duration->nanoseconds == 0) {
    cursor.context().Error("wrong-value", "a duration of zero is not possible here", *value);
    return std::nullopt;
  }
  return duration;
}

std::optional<std::uint64_t> ReadSize(Cursor& cursor) {
  constexpr std::string_view kWhat = "a size such as 64KiB";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  const std::string* text = WordOf(cursor.context(), *value, kWhat);
  if (text == nullptr) return std::nullopt;
  auto size = Check(cursor.context(), *value, ParseSize(*text));
  if (size && *size == 0) {
    cursor.context().Error("wrong-value", "a size of zero is not possible here", *value);
    return std::nullopt;
  }
  return size;
}

std::optional<std::uint64_t> ReadNumber(Cursor& cursor, std::string_view what, std::uint64_t least,
                                        std::uint64_t most) {
  auto value = cursor.TakeValue(what);
  if (!value) return std::nullopt;
  const std::string* text = WordOf(cursor.context(), *value, what);
  if (text == nullptr) return std::nullopt;
  return Check(cursor.context(), *value, ParseNumber(*text, least, most));
}

std::optional<std::uint32_t> ReadPercent(Cursor& cursor, std::uint32_t least, std::uint32_t most) {
  constexpr std::string_view kWhat = "a percentage such as 20%";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  const std::string* text = WordOf(cursor.context(), *value, kWhat);
  if (text == nullptr) return std::nullopt;
  if (!text->ends_with('%')) {
    cursor.context().Error("wrong-value",
                           "'" + *text + "' has no unit: write a percentage such as 20%", *value);
    return std::nullopt;
  }
  auto number = ParseNumber(std::string_view(*text).substr(0, text->size() - 1), least, most);
  if (!number) {
    cursor.context().Error("wrong-value",
                           "'" + *text + "' is not a percentage between " + std::to_string(least) +
                               "% and " + std::to_string(most) + "%",
                           *value);
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(*number);
}

std::optional<syntax::SocketAddress> ReadSocketAddress(Cursor& cursor) {
  constexpr std::string_view kWhat = "an address and port such as 127.0.0.1:8080";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  if (value->item->kind == Kind::kString) {
    return Check(cursor.context(), *value, ParseSocketAddress(value->item->text));
  }
  const std::string* text = WordOf(cursor.context(), *value, kWhat);
  if (text == nullptr) return std::nullopt;
  return Check(cursor.context(), *value, ParseSocketAddress(*text));
}

std::optional<std::string> StringOf(Context& context, const Value& value, std::string_view what) {
  if (value.item->kind == Kind::kString) return value.item->text;
  Diagnostic& error = context.Error(
      "expected", "expected " + std::string(what) + " and found " + Quote(*value.item), value);
  if (value.item->kind == Kind::kWord)
    error.help = "write it in quotes: \"" + value.item->text + "\"";
  return std::nullopt;
}

std::optional<std::string> ReadString(Cursor& cursor, std::string_view what) {
  auto value = cursor.TakeValue(what);
  if (!value) return std::nullopt;
  return StringOf(cursor.context(), *value, what);
}

std::optional<std::string> ReadIdentity(Cursor& cursor) {
  constexpr std::string_view kWhat =
      "a SPIFFE id such as \"spiffe://cluster.local/ns/default/sa/edge\"";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  auto text = StringOf(cursor.context(), *value, kWhat);
  if (!text) return std::nullopt;
  if (const char* fault = SpiffeFault(*text)) {
    cursor.context().Error("bad-identity", Quote(*value->item) + " is not a SPIFFE id: " + fault,
                           *value);
    return std::nullopt;
  }
  return text;
}

std::optional<std::string> ReadLocation(Cursor& cursor, std::string_view what) {
  auto value = cursor.TakeValue(what);
  if (!value) return std::nullopt;
  auto text = StringOf(cursor.context(), *value, what);
  if (!text) return std::nullopt;
  if (text->empty() || !IsFieldValue(*text)) {
    cursor.context().Error("wrong-value", Quote(*value->item) + " is not " + std::string(what),
                           *value);
    return std::nullopt;
  }
  return text;
}

std::optional<std::size_t> ReadChoice(Cursor& cursor, std::string_view what,
                                      std::initializer_list<std::string_view> choices) {
  auto value = cursor.TakeValue(what);
  if (!value) return std::nullopt;
  std::vector<std::string> candidates;
  std::size_t place = 0;
  for (std::string_view choice : choices) {
    if (value->item->kind == Kind::kWord && value->item->text == choice) return place;
    candidates.emplace_back(choice);
    ++place;
  }
  Diagnostic& error = cursor.context().Error(
      "wrong-value", Quote(*value->item) + " is not " + std::string(what), *value);
  error.help = Suggest(value->item->text, candidates);
  return std::nullopt;
}

std::optional<syntax::Network> NetworkOf(Context& context, const Value& value) {
  if (value.item->kind == Kind::kString) {
    return Check(context, value, ParseNetwork(value.item->text));
  }
  const std::string* text = WordOf(context, value, "a network such as 10.0.0.0/8");
  if (text == nullptr) return std::nullopt;
  return Check(context, value, ParseNetwork(*text));
}

std::optional<std::string> FieldNameOf(Context& context, const Value& value) {
  const bool text = value.item->kind == Kind::kString || value.item->kind == Kind::kWord;
  if (!text || !IsToken(value.item->text)) {
    context.Error("wrong-value", Quote(*value.item) + " is not a header name", value);
    return std::nullopt;
  }
  return Lowered(value.item->text);
}

std::optional<std::string> MethodOf(Context& context, const Value& value) {
  const bool text = value.item->kind == Kind::kString || value.item->kind == Kind::kWord;
  if (!text || !IsToken(value.item->text)) {
    context.Error("wrong-value", Quote(*value.item) + " is not a method", value);
    return std::nullopt;
  }
  // Methods are case-sensitive, and no registered one has a small letter.
  const std::string upper = Uppered(value.item->text);
  if (upper != value.item->text) {
    Diagnostic& error = context.Error(
        "not-canonical",
        "methods are compared exactly, and " + Quote(*value.item) + " has small letters", value);
    error.help = "write " + upper;
    return std::nullopt;
  }
  return upper;
}

}  // namespace weir::dsl::resolve
