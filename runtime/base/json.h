// JSON objects from strangers: one reading only. Refused are duplicate members
// (after unescaping), malformed UTF-8, NUL, a byte order mark, anything after the
// object, and nesting beyond 32. The header is a heavy one: for source files alone.
#ifndef WEIR_RUNTIME_BASE_JSON_H_
#define WEIR_RUNTIME_BASE_JSON_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace weir::json {

using Value = nlohmann::json;

std::optional<Value> ParseObject(std::string_view text);

// The member of this name, or null.
const Value* Member(const Value& object, const char* name);
// Its string; null when there is no such member or it is no string.
const std::string* StringMember(const Value& object, const char* name);
// An integer that fits; a float, even a whole one, is none.
std::optional<std::int64_t> Integer(const Value& value);
// How the object's member of this name is written, if it is a number with a fraction or
// an exponent; else empty. `object` is a text that ParseObject took.
std::string FloatText(std::string_view object, std::string_view name);

}  // namespace weir::json

#endif  // WEIR_RUNTIME_BASE_JSON_H_
