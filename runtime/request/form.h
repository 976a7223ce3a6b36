// Percent-encoding, and the names and values of a query as they are decoded (MATCH-6):
// byte by byte, so that nothing is copied.
//
//   FormDecoder bytes(parameter);
//   for (char byte; bytes.Next(byte);) ...
#ifndef WEIR_RUNTIME_REQUEST_FORM_H_
#define WEIR_RUNTIME_REQUEST_FORM_H_

#include <string_view>

#include "runtime/base/ascii.h"

namespace weir::runtime {

// Whether `text` begins with an escape.
constexpr bool BeginsWithEscape(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && HexDigit(text[1]) >= 0 && HexDigit(text[2]) >= 0;
}
// The byte of the escape that `text` begins with.
constexpr char EscapedByte(std::string_view text) {
  return static_cast<char>(HexDigit(text[1]) * 16 + HexDigit(text[2]));
}

// "+" is a space, and a '%' that begins no escape stands for itself. A text that is not
// encoded is given as it is.
class FormDecoder {
 public:
  explicit constexpr FormDecoder(std::string_view text, bool encoded = true)
      : rest_(text), encoded_(encoded) {}

  constexpr bool Next(char& byte) {
    if (rest_.empty()) return false;
    byte = rest_[0];
    std::size_t used = 1;
    if (encoded_ && byte == '+') {
      byte = ' ';
    } else if (encoded_ && BeginsWithEscape(rest_)) {
      byte = EscapedByte(rest_);
      used = 3;
    }
    rest_.remove_prefix(used);
    return true;
  }

 private:
  std::string_view rest_;
  bool encoded_;
};

constexpr bool DecodesTo(FormDecoder text, std::string_view decoded) {
  char byte{};
  for (char wanted : decoded) {
    if (!text.Next(byte) || byte != wanted) return false;
  }
  return !text.Next(byte);
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_FORM_H_
