// Small pieces that the shapes are written with.
#ifndef WEIR_TESTS_SUPPORT_SHAPES_TEXT_H_
#define WEIR_TESTS_SUPPORT_SHAPES_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::tests {

// Numbers that are the same on every machine.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  std::size_t Below(std::size_t bound) {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return static_cast<std::size_t>((z ^ (z >> 31)) % bound);
  }

 private:
  std::uint64_t state_;
};

// `text` with every '#' replaced by the number.
inline std::string With(std::string_view text, std::size_t number) {
  std::string made;
  for (const char c : text) {
    if (c == '#') {
      made += std::to_string(number);
    } else {
      made += c;
    }
  }
  return made;
}

// `text` once for each number below `count`, with `between` between.
inline std::string Repeated(std::size_t count, std::string_view text,
                            std::string_view between = "") {
  std::string made;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) made += between;
    made += With(text, i);
  }
  return made;
}

inline constexpr std::string_view kOneService = "service api { endpoints [127.0.0.1:3001] }\n";

inline std::string OneGateway(const std::string& clauses,
                              std::string_view definitions = kOneService) {
  return std::string(definitions) + "gateway edge {\n  listen http 127.0.0.1:8080\n" + clauses +
         "}\n";
}

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_SHAPES_TEXT_H_
