// The number is read digit by digit as it is written: a double holds no tenth of a
// second exactly, and a date that is read a little late admits a token too long.
#include "runtime/auth/unix_time.h"

#include <charconv>

namespace weir::runtime {
namespace {

constexpr std::int64_t kLatest = std::int64_t{1} << 53;  // what every JSON reader holds exactly
constexpr std::int64_t kLongestExponent = 1'000'000;     // above the length of any token

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A number as its digits and the place of the point among them: 0.DIGITS x 10^point.
struct Decimal {
  std::string_view whole, fraction;
  std::int64_t exponent = 0;
  bool negative = false;

  std::int64_t point() const { return static_cast<std::int64_t>(whole.size()) + exponent; }
  std::int64_t size() const { return static_cast<std::int64_t>(whole.size() + fraction.size()); }
  // The digit at a place behind the first; 0 outside of what is written.
  int Digit(std::int64_t place) const {
    if (place < 0 || place >= size()) return 0;
    const auto at = static_cast<std::size_t>(place);
    return (at < whole.size() ? whole[at] : fraction[at - whole.size()]) - '0';
  }
  bool AnyFrom(std::int64_t place) const {
    for (std::int64_t i = place < 0 ? 0 : place; i < size(); ++i) {
      if (Digit(i) != 0) return true;
    }
    return false;
  }
};

std::string_view TakeDigits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && IsDigit(text[count])) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

std::optional<Decimal> ReadDecimal(std::string_view text) {
  Decimal number;
  number.negative = text.starts_with('-');
  if (number.negative) text.remove_prefix(1);
  number.whole = TakeDigits(text);
  if (number.whole.empty()) return std::nullopt;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    number.fraction = TakeDigits(text);
    if (number.fraction.empty()) return std::nullopt;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+')) {
      text.remove_prefix(1);
      if (text.starts_with('-')) return std::nullopt;
    }
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number.exponent);
    if (error == std::errc::result_out_of_range) {
      number.exponent = text.starts_with('-') ? -kLongestExponent : kLongestExponent;
    } else if (error != std::errc()) {
      return std::nullopt;
    }
    if (number.exponent > kLongestExponent) number.exponent = kLongestExponent;
    if (number.exponent < -kLongestExponent) number.exponent = -kLongestExponent;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  if (!text.empty()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<UnixTime> ParseNumericDate(std::string_view json_number) {
  const auto number = ReadDecimal(json_number);
  if (!number) return std::nullopt;
  if (!number->AnyFrom(0)) return UnixTime();
  if (number->negative) return std::nullopt;
  const std::int64_t point = number->point();
  std::int64_t seconds = 0;
  for (std::int64_t i = 0; i < point; ++i) {
    seconds = seconds * 10 + number->Digit(i);
    if (seconds > kLatest) return std::nullopt;
  }
  std::int64_t nanoseconds = 0;
  for (std::int64_t i = point; i < point + 9; ++i)
    nanoseconds = nanoseconds * 10 + number->Digit(i);
  if (number->AnyFrom(point + 9)) ++nanoseconds;
  if (nanoseconds == 1'000'000'000) {
    ++seconds;
    nanoseconds = 0;
  }
  const UnixTime date(seconds, static_cast<std::uint32_t>(nanoseconds));
  if (date > UnixTime(kLatest)) return std::nullopt;
  return date;
}

}  // namespace weir::runtime
