// A value as it stands in a request, perhaps percent-encoded. Encoded text is
// compared and matched as it is decoded, octet by octet, so nothing is copied.
#ifndef WEIR_RUNTIME_DECIDE_TEXT_H_
#define WEIR_RUNTIME_DECIDE_TEXT_H_

#include <cstddef>
#include <string_view>

#include "runtime/request/form.h"
#include "runtime/table/table.h"

namespace weir::runtime {

struct Text {
  std::string_view raw;
  bool encoded = false;  // by the rules of a query: "+" is a space
};

inline FormDecoder Octets(const Text& text) { return FormDecoder(text.raw, text.encoded); }

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
