// Bytes and short texts as the protocols read them: classes of ASCII bytes (RFC 9110
// 5.6.2, RFC 3986 2), comparison without case, hexadecimal digits, tokens, lists. No
// function looks at the locale, and a byte above 0x7f is in no class.
//
//   if (EqualsLower(field.name, "connection")) ...
//   for (std::string_view element; NextElement(list, element);) ...
#ifndef WEIR_RUNTIME_BASE_ASCII_H_
#define WEIR_RUNTIME_BASE_ASCII_H_

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace weir {

struct ByteSet {
  std::array<bool, 256> member{};
  constexpr bool operator[](char c) const { return member[static_cast<unsigned char>(c)]; }
};

// Letters, digits and `extra`.
constexpr ByteSet AlphanumericAnd(std::string_view extra) {
  ByteSet set;
  for (int c = '0'; c <= '9'; ++c) set.member[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) set.member[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) set.member[static_cast<std::size_t>(c)] = true;
  for (char c : extra) set.member[static_cast<unsigned char>(c)] = true;
  return set;
}

inline constexpr ByteSet kTokenBytes = AlphanumericAnd("!#$%&'*+-.^_`|~");  // RFC 9110 5.6.2
inline constexpr ByteSet kUnreservedBytes = AlphanumericAnd("-._~");        // RFC 3986 2.3

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool IsAlphanumeric(char c) { return IsDigit(c) || IsLetter(c); }

constexpr char ToLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
constexpr char ToUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}
std::string Lowered(std::string_view text);
std::string Uppered(std::string_view text);

// Whether both are the same but for the case of letters.
constexpr bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (ToLower(a[i]) != ToLower(b[i])) return false;
  }
  return true;
}
// The same, where `lower` is known to be in lower case.
constexpr bool EqualsLower(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (ToLower(text[i]) != lower[i]) return false;
  }
  return true;
}
constexpr bool StartsWithLower(std::string_view text, std::string_view lower) {
  return EqualsLower(text.substr(0, lower.size()), lower);
}
// As EqualsLower, with an underscore in `text` standing for a hyphen too: CGI-like
// upstreams read a field's name so.
constexpr bool EqualsLowerLoosely(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '_' ? '-' : ToLower(text[i])) != lower[i]) return false;
  }
  return true;
}

// The value of a hexadecimal digit in either case, or -1.
constexpr int HexDigit(char c) {
  if (IsDigit(c)) return c - '0';
  const char lower = ToLower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}
inline constexpr std::string_view kUpperHex = "0123456789ABCDEF";
// The two digits of a byte, in upper case as RFC 3986 2.1 wants escapes.
inline void AppendHex(char byte, std::string& out) {
  out += kUpperHex[static_cast<unsigned char>(byte) >> 4];
  out += kUpperHex[static_cast<unsigned char>(byte) & 15];
}

// The length of the longest prefix of token bytes.
constexpr std::size_t TokenLength(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && kTokenBytes[text[i]]) ++i;
  return i;
}
constexpr bool IsToken(std::string_view text) {
  return !text.empty() && TokenLength(text) == text.size();
}

// Without white space (OWS: space and tab) at both ends.
constexpr std::string_view TrimOws(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the next element off a comma-separated list, without white space at its
// ends; false when the list is at its end. Empty elements are given too, and a list
// without any byte is one empty element, unless it is a null view.
constexpr bool NextElement(std::string_view& list, std::string_view& element) {
  if (list.data() == nullptr) return false;
  const std::size_t comma = list.find(',');
  element = TrimOws(list.substr(0, comma));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  return true;
}

// No control byte but HTAB: what a field value or a reason phrase may hold. Eight
// bytes a step.
bool IsFieldText(std::string_view text);
// Printable ASCII without space, at least one byte: what a request target may hold.
bool IsTargetText(std::string_view text);

}  // namespace weir

#endif  // WEIR_RUNTIME_BASE_ASCII_H_
