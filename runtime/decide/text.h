// A value as it stands in a request, perhaps percent-encoded. Encoded text is
// compared and matched as it is decoded, octet by octet, so nothing is copied.
#ifndef WEIR_RUNTIME_DECIDE_TEXT_H_
#define WEIR_RUNTIME_DECIDE_TEXT_H_

#include <cstddef>
#include <string_view>

#include "runtime/base/ascii.h"
#include "runtime/table/table.h"

namespace weir::runtime {

struct Text {
  std::string_view raw;
  bool encoded = false;  // by the rules of a query: "+" is a space
};

// Gives the octets of a text in turn. An escape that is none stands for itself.
class TextOctets {
 public:
  explicit TextOctets(const Text& text) : rest_(text.raw), encoded_(text.encoded) {}

  bool Next(char& octet) {
    if (rest_.empty()) return false;
    octet = rest_.front();
    std::size_t used = 1;
    if (encoded_ && octet == '+') {
      octet = ' ';
    } else if (encoded_ && octet == '%' && rest_.size() >= 3) {
      const int high = HexDigit(rest_[1]);
      const int low = HexDigit(rest_[2]);
      if (high >= 0 && low >= 0) {
        octet = static_cast<char>(high * 16 + low);
        used = 3;
      }
    }
    rest_.remove_prefix(used);
    return true;
  }

 private:
  std::string_view rest_;
  bool encoded_;
};

inline Text EncodedText(std::string_view raw) {
  return {raw, raw.find('%') != std::string_view::npos || raw.find('+') != std::string_view::npos};
}

std::size_t Size(const Text& text);
bool Equals(const Text& text, std::string_view other);
bool StartsWith(const Text& text, std::string_view prefix);
bool EndsWith(const Text& text, std::string_view suffix);
bool Accepts(const TableView& table, const DfaRecord& dfa, const Text& text);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_TEXT_H_
