#include "spec/model/readings.h"

#include "spec/model/query.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

// Whether every '%' begins an escape.
bool EscapesAreWhole(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !HexValue(text[i + 1]) || !HexValue(text[i + 2])) return false;
  }
  return true;
}

// RFC 3629: shortest forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(const std::string& text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = lead < 0x80 ? 1 : lead < 0xc0 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 0 || lead > 0xf7 || i + static_cast<std::size_t>(length) > text.size()) {
      return false;
    }
    unsigned long point = length == 1 ? lead : lead & (0xffu >> (length + 1));
    for (int k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      if (next < 0x80 || next > 0xbf) return false;
      point = point * 64 + (next & 0x3f);
    }
    const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < least[length] || point > 0x10ffff) return false;
    if (point >= 0xd800 && point <= 0xdfff) return false;
    i += static_cast<std::size_t>(length);
  }
  return true;
}

bool IsPlainValue(const std::string& written) {
  if (!EscapesAreWhole(written)) return false;
  const std::string value = DecodeParameter(written);
  return value.find('\0') == std::string::npos && IsUtf8(value);
}

// No escape that an encoder has no reason to write: a program that decodes cookies would
// read another value than one that does not.
bool IsPlainCookie(const std::string& value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '"' || value[i] == ',') return false;
    if (value[i] != '%' || i + 2 >= value.size()) continue;
    const auto high = HexValue(value[i + 1]), low = HexValue(value[i + 2]);
    if (!high || !low) continue;
    const auto octet = static_cast<char>(*high * 16 + *low);
    if (octet == '\0' || IsUnreserved(octet)) return false;
  }
  return true;
}

// A name as PHP and case-blind programs take it: without blanks before it, up to a NUL,
// '_' for what a variable's name cannot hold, in lower case.
std::string Folded(const std::string& name) {
  const std::string whole = name.substr(0, name.find('\0'));
  const std::size_t start = whole.find_first_not_of(' ');
  std::string folded = start == std::string::npos ? "" : Lower(whole.substr(start));
  for (char& c : folded) {
    if (c == ' ' || c == '.' || c == '[') c = '_';
  }
  return folded;
}

bool AlikeToSome(const std::string& received, const std::set<std::string>& names) {
  for (const std::string& name : names) {
    if (ReadsAlike(received, name)) return true;
  }
  return false;
}

}  // namespace

bool ReadsAlike(const std::string& received, const std::string& name) {
  const std::string element = received.substr(0, received.find('['));  // a[], a[x]
  return Folded(received) == Folded(name) || Folded(element) == Folded(name);
}

bool QueryIsPlain(const std::string& query, const std::set<std::string>& names) {
  if (names.empty()) return true;
  std::set<std::string> seen;
  for (const std::string& parameter : Split(query, '&')) {
    for (const std::string& piece : Split(parameter, ';')) {  // which some take for '&'
      if (piece.empty()) continue;
      const std::size_t equals = piece.find('=');
      if (!EscapesAreWhole(piece.substr(0, equals))) return false;
      const std::string name = DecodeParameter(piece.substr(0, equals));
      if (!names.contains(name)) {
        if (AlikeToSome(name, names)) return false;
        continue;
      }
      if (piece != parameter || !seen.insert(name).second) return false;
      if (equals != std::string::npos && !IsPlainValue(piece.substr(equals + 1))) return false;
    }
  }
  return true;
}

bool CookiesArePlain(const std::string& field, const std::set<std::string>& names) {
  std::set<std::string> seen;
  for (const std::string& pair : Split(field, ';')) {
    bool hidden = false;  // behind a ',', which separated cookies once (RFC 2109)
    for (const std::string& piece : Split(pair, ',')) {
      const std::size_t equals = piece.find('=');
      if (equals != std::string::npos) {
        const std::string name = Trim(piece.substr(0, equals));
        const bool read = names.contains(name);
        if (read && (hidden || !seen.insert(name).second)) return false;
        if (read && !IsPlainCookie(Trim(pair.substr(pair.find('=') + 1)))) return false;
        if (!read && AlikeToSome(DecodeParameter(name), names)) return false;
      }
      hidden = true;
    }
  }
  return true;
}

}  // namespace weir::model
