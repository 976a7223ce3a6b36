// UTF-8 by its table (Unicode 15, table 3-7): no overlong form, no surrogate, nothing
// above U+10FFFF.
#ifndef WEIR_RUNTIME_BASE_UTF8_H_
#define WEIR_RUNTIME_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// Takes a text byte by byte.
class Utf8Check {
 public:
  bool Take(unsigned char byte) {  // false: no well-formed text goes on so
    if (left_ > 0) {
      const bool fine = byte >= low_ && byte <= high_;
      low_ = 0x80;
      high_ = 0xbf;
      --left_;
      return fine;
    }
    if (byte < 0x80) return true;
    if (byte < 0xc2 || byte > 0xf4) return false;
    left_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    low_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;   // no overlong forms
    high_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;  // no surrogates, nothing above
    return true;
  }
  bool IsWhole() const { return left_ == 0; }  // at the end of a sequence

 private:
  int left_ = 0;
  unsigned char low_ = 0x80, high_ = 0xbf;  // of the next byte
};

// The bytes of the sequence that begins at text[at], 1 to 4, or 0 when there is no
// well-formed one.
std::size_t SequenceLength(std::string_view text, std::size_t at);

bool IsUtf8(std::string_view text);

// `code` is a code point that may be encoded: at most U+10FFFF, no surrogate.
void AppendUtf8(std::uint32_t code, std::string& out);

}  // namespace weir

#endif  // WEIR_RUNTIME_BASE_UTF8_H_
