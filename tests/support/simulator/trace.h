// What happened in a simulated run, in order: short lines with the virtual time.
// Two runs of one history have the same trace, byte for byte.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_TRACE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_TRACE_H_

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tests/support/simulator/chance.h"

namespace weir::simulator {

// Of the bytes that went over a wire, so that a trace holds what they were.
inline std::uint32_t Digest(std::string_view bytes) {
  std::uint64_t hash = bytes.size();
  for (std::uint64_t word = 0; !bytes.empty(); word = 0) {  // eight at a time: bodies are large
    const std::size_t count = std::min<std::size_t>(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), count);
    hash = Mix(hash * 0x9e3779b97f4a7c15 + word);
    bytes.remove_prefix(count);
  }
  return static_cast<std::uint32_t>(hash);
}

class Trace {
 public:
  explicit Trace(const std::int64_t& now) : now_(now) {}

  // "12000000 send 7 100 -> 100".
  template <class... Parts>
  void Add(const Parts&... parts) {
    Append(now_);
    (Append(parts), ...);
    text_.back() = '\n';
  }
  const std::string& text() const { return text_; }
  std::string& text() { return text_; }

 private:
  void Append(std::string_view text) { text_.append(text).append(1, ' '); }
  void Append(const char* text) { Append(std::string_view(text)); }
  void Append(std::integral auto number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    Append(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }

  const std::int64_t& now_;
  std::string text_;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_TRACE_H_
