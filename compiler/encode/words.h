// Writes the texts of aspects: words and quoted strings with one space between.
#ifndef WEIR_COMPILER_ENCODE_WORDS_H_
#define WEIR_COMPILER_ENCODE_WORDS_H_

#include <concepts>
#include <string>
#include <string_view>

namespace weir::compiler {

class Words {
 public:
  Words& operator<<(std::string_view word) {
    if (!text_.empty()) text_ += ' ';
    text_ += word;
    return *this;
  }
  template <std::integral T>
  Words& operator<<(T number) {
    return *this << std::string_view(std::to_string(number));
  }
  // A string of the policy's: quoted, so that no value can pose as two words.
  Words& Quote(std::string_view string) {
    std::string quoted = "\"";
    for (char c : string) {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += c;
    }
    return *this << std::string_view(quoted + "\"");
  }
  // Durations show in the largest unit that is exact.
  Words& Time(std::int64_t nanoseconds);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline Words& Words::Time(std::int64_t nanoseconds) {
  struct Unit {
    std::int64_t size;
    std::string_view name;
  };
  constexpr Unit kUnits[] = {{3'600'000'000'000, "h"},
                             {60'000'000'000, "m"},
                             {1'000'000'000, "s"},
                             {1'000'000, "ms"},
                             {1'000, "us"}};
  for (const Unit& unit : kUnits) {
    if (nanoseconds != 0 && nanoseconds % unit.size == 0) {
      return *this << std::string_view(std::to_string(nanoseconds / unit.size) +
                                       std::string(unit.name));
    }
  }
  return *this << std::string_view(std::to_string(nanoseconds) + "ns");
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_WORDS_H_
