#include "proxy/http1/fields.h"

#include <cstddef>

#include "runtime/base/ascii.h"

namespace weir::proxy::http1 {
void FramingFields::Note(const runtime::Field& field) {
  switch (field.name.size()) {
    case 6:
      if (EqualsLower(field.name, "expect")) {
        ++expectations_;
        if (!EqualsLower(field.value, "100-continue")) expects_other_ = true;
      }
      break;
    case 10:
      if (EqualsLower(field.name, "connection")) NoteConnection(field.value);
      break;
    case 14:
      if (EqualsLower(field.name, "content-length")) {
        NoteLengths(field.value);
      } else if (EqualsLowerLoosely(field.name, "content-length")) {
        malformed_ = "a field that some would take for Content-Length";
      }
      break;
    case 17:
      if (EqualsLower(field.name, "transfer-encoding")) {
        NoteCodings(field.value);
      } else if (EqualsLowerLoosely(field.name, "transfer-encoding")) {
        malformed_ = "a field that some would take for Transfer-Encoding";
      }
      break;
    default:
      break;
  }
}

void FramingFields::NoteLengths(std::string_view value) {
  if (value.find(',') == std::string_view::npos) return NoteLength(value);
  for (std::string_view element; NextElement(value, element);) NoteLength(element);
}

void FramingFields::NoteLength(std::string_view value) {
  const std::uint64_t before = length_;
  // Lengths past 2^63 - 1 cannot be sent, and are negative to many a reader.
  constexpr std::uint64_t kMost = ~std::uint64_t{0} >> 1;
  std::uint64_t length = 0;
  bool good = !value.empty();
  for (char c : value) {
    if (!IsDigit(c)) {
      good = false;
      break;
    }
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) {
      good = false;
      break;
    }
    length = length * 10 + digit;
  }
  if (!good) malformed_ = "Content-Length is not one number";
  lengths_differ_ |= lengths_ > 0 && length != before;
  ++lengths_;
  length_ = length;
}

void FramingFields::NoteCodings(std::string_view value) {
  ++codings_;
  if (value.empty()) malformed_ = "Transfer-Encoding is empty";
  for (std::string_view element; NextElement(value, element);) {
    if (EqualsLower(element, "chunked")) {
      ++chunked_;
      continue;
    }
    const std::string_view coding = element.substr(0, TokenLength(element));
    const std::string_view rest = TrimOws(element.substr(coding.size()));
    if (coding.empty() || (!rest.empty() && rest.front() != ';') ||
        EqualsLower(coding, "chunked")) {
      malformed_ = "Transfer-Encoding is malformed";
    }
    ++others_;
  }
}

void FramingFields::NoteConnection(std::string_view value) {
  for (std::string_view element; NextElement(value, element);) {
    if (element.empty()) continue;
    if (!IsToken(element)) malformed_ = "Connection is not a list of tokens";
    if (EqualsLower(element, "close")) close_ = true;
    if (EqualsLower(element, "keep-alive")) keep_alive_ = true;
  }
}

const char* FramingFields::Conflict(int minor_version, Repeats lengths) const {
  if (malformed_ != nullptr) return malformed_;
  if (lengths_ > 1 && (lengths == Repeats::kNever || lengths_differ_))
    return "more than one Content-Length";
  if (!has_coding()) return nullptr;
  if (has_length()) return "both Content-Length and Transfer-Encoding";
  if (minor_version == 0) return "Transfer-Encoding in HTTP/1.0";
  if (chunked_ > 1 || (chunked_ == 1 && others_ > 0)) return "the chunked coding is not alone";
  return nullptr;
}

}  // namespace weir::proxy::http1
