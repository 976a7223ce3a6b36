// A moment of the wall clock, and the dates of tokens (RFC 7519 section 2).
#ifndef WEIR_RUNTIME_AUTH_UNIX_TIME_H_
#define WEIR_RUNTIME_AUTH_UNIX_TIME_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace weir::runtime {

// Since the epoch, without leap seconds.
struct UnixTime {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;  // below 1'000'000'000

  constexpr UnixTime() = default;
  constexpr UnixTime(std::int64_t whole, std::uint32_t rest = 0)  // NOLINT: seconds are a time
      : seconds(whole), nanoseconds(rest) {}

  static constexpr UnixTime FromMilliseconds(std::int64_t ms) {  // not before the epoch
    return {ms / 1000, static_cast<std::uint32_t>(ms % 1000) * 1'000'000};
  }
  constexpr UnixTime Plus(std::int64_t more) const { return {seconds + more, nanoseconds}; }
  friend constexpr auto operator<=>(const UnixTime&, const UnixTime&) = default;
};

// A JSON number of 0 to 2^53 seconds, with or without fraction and exponent, rounded
// up to the next nanosecond. No clock is finer, so a comparison with the rounded date
// is one with the number as written. Nothing for other numbers.
std::optional<UnixTime> ParseNumericDate(std::string_view json_number);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_UNIX_TIME_H_
