// The value of one attribute of a request (spec/rules/expression.md).
#ifndef WEIR_RUNTIME_DECIDE_ATTRIBUTE_H_
#define WEIR_RUNTIME_DECIDE_ATTRIBUTE_H_

#include <charconv>
#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/decide/decision.h"
#include "runtime/decide/text.h"
#include "runtime/request/address.h"

namespace weir::runtime {

// What conditions, keys and transforms are evaluated on.
struct Facts {
  const TableView& table;
  const CanonicalRequest& request;
  const Identity& identity;
  Index route = kNoIndex;  // kNoIndex before routing
};

struct Value {
  enum class Kind : std::uint8_t { kAbsent, kText, kInteger, kBoolean, kAddress, kList };
  Kind kind = Kind::kAbsent;
  Text text;
  std::int64_t integer = 0;  // 0 or 1 for kBoolean
  const Address* address = nullptr;
  std::span<const std::string_view> list;
};

// Absent also when the value is not of the attribute's type.
Value ReadAttribute(const Facts& facts, const AttributeRecord& attribute);

// Calls `sink(octets)` with the value as text, piece by piece: integers decimal,
// addresses in canonical form, booleans true or false, lists joined with ",".
template <class Sink>
void WriteValue(const Value& value, Sink&& sink) {
  switch (value.kind) {
    case Value::Kind::kAbsent:
      return;
    case Value::Kind::kText: {
      if (!value.text.encoded) return sink(value.text.raw);
      FormDecoder octets = Octets(value.text);
      for (char octet; octets.Next(octet);) sink(std::string_view(&octet, 1));
      return;
    }
    case Value::Kind::kInteger: {
      char digits[24];
      const auto end = std::to_chars(digits, digits + sizeof digits, value.integer);
      return sink(std::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
    }
    case Value::Kind::kBoolean:
      return sink(value.integer ? std::string_view("true") : std::string_view("false"));
    case Value::Kind::kAddress:
      return sink(AddressText(*value.address).view());
    case Value::Kind::kList:
      for (std::size_t i = 0; i < value.list.size(); ++i) {
        if (i > 0) sink(std::string_view(","));
        sink(value.list[i]);
      }
      return;
  }
}

// How many octets WriteValue gives.
inline std::size_t ValueSize(const Value& value) {
  std::size_t size = 0;
  WriteValue(value, [&](std::string_view piece) { size += piece.size(); });
  return size;
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_ATTRIBUTE_H_
