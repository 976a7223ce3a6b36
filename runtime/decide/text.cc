#include "runtime/decide/text.h"

namespace weir::runtime {

std::size_t Size(const Text& text) {
  if (!text.encoded) return text.raw.size();
  std::size_t size = 0;
  FormDecoder octets = Octets(text);
  for (char octet; octets.Next(octet);) ++size;
  return size;
}

bool StartsWith(const Text& text, std::string_view prefix) {
  if (!text.encoded) return text.raw.starts_with(prefix);
  FormDecoder octets = Octets(text);
  for (char wanted : prefix) {
    char octet;
    if (!octets.Next(octet) || octet != wanted) return false;
  }
  return true;
}

bool Equals(const Text& text, std::string_view other) {
  return text.encoded ? DecodesTo(Octets(text), other) : text.raw == other;
}

bool EndsWith(const Text& text, std::string_view suffix) {
  if (!text.encoded) return text.raw.ends_with(suffix);
  const std::size_t size = Size(text);
  if (size < suffix.size()) return false;
  FormDecoder octets = Octets(text);
  char octet;
  for (std::size_t skip = size - suffix.size(); skip > 0; --skip) octets.Next(octet);
  for (char wanted : suffix) {
    if (!octets.Next(octet) || octet != wanted) return false;
  }
  return true;
}

bool Accepts(const TableView& table, const DfaRecord& dfa, const Text& text) {
  const std::uint8_t* classes = table.dfa_octets().data() + dfa.classes.first;
  const std::uint32_t* next = table.dfa_words().data() + dfa.transitions.first;
  std::size_t state = 0;
  FormDecoder octets = Octets(text);
  for (char octet; octets.Next(octet);) {
    state = next[state * dfa.class_count + classes[static_cast<unsigned char>(octet)]];
  }
  return table.dfa_octets()[dfa.accepting.first + state] != 0;
}

}  // namespace weir::runtime
