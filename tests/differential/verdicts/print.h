// A text of any part of the core that is the same exactly when the part is; places where
// something is written are left out.
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_PRINT_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_PRINT_H_

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tests/support/members/flip.h"

namespace weir::testing {

inline std::string Print(const std::string& value) {
  return std::to_string(value.size()) + ":" + value;
}
template <class T>
  requires std::integral<T> || std::is_enum_v<T>
std::string Print(const T& value) {
  return std::to_string(static_cast<std::int64_t>(value)) + ";";
}
inline std::string Print(const syntax::Regex& value) { return Print(value.text); }
template <class T>
std::string Print(const syntax::Ref<T>& value) {
  return Print(value.index);
}
template <class T>
std::string Print(const std::optional<T>& value);
template <class T>
std::string Print(const std::vector<T>& value);
template <class T, std::size_t N>
std::string Print(const std::array<T, N>& value);
template <class... T>
std::string Print(const std::variant<T...>& value);

template <tests::HasMembers T>
std::string Print(const T& value) {
  std::string text = "{";
  T copy = value;
  tests::Members(copy, [&](std::string_view name, auto& member) {
    if (name != "node") text += Print(member);
  });
  return text + "}";
}

template <class T>
std::string Print(const std::optional<T>& value) {
  return value ? "?" + Print(*value) : "-";
}
template <class T>
std::string Print(const std::vector<T>& value) {
  std::string text = std::to_string(value.size()) + "[";
  for (const T& each : value) text += Print(each);
  return text + "]";
}
template <class T, std::size_t N>
std::string Print(const std::array<T, N>& value) {
  std::string text = "[";
  for (const T& each : value) text += Print(each);
  return text + "]";
}
template <class... T>
std::string Print(const std::variant<T...>& value) {
  return std::to_string(value.index()) + "|" +
         std::visit([](const auto& held) { return Print(held); }, value);
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_PRINT_H_
