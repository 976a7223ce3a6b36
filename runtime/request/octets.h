// Which octets may stand where (RFC 9110 5.6.2, RFC 3986 2).
#ifndef WEIR_RUNTIME_REQUEST_OCTETS_H_
#define WEIR_RUNTIME_REQUEST_OCTETS_H_

#include <array>
#include <string_view>

namespace weir::runtime {

struct OctetTable {
  std::array<bool, 256> member{};
  constexpr bool operator[](char c) const { return member[static_cast<unsigned char>(c)]; }
};

constexpr OctetTable Octets(std::string_view extra) {
  OctetTable table;
  for (int c = '0'; c <= '9'; ++c) table.member[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table.member[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table.member[static_cast<std::size_t>(c)] = true;
  for (char c : extra) table.member[static_cast<unsigned char>(c)] = true;
  return table;
}

inline constexpr OctetTable kTokenOctets = Octets("!#$%&'*+-.^_`|~");
inline constexpr OctetTable kUnreservedOctets = Octets("-._~");
inline constexpr OctetTable kHostOctets = Octets("-_");  // of one label

constexpr char LowerOctet(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

constexpr int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool IsToken(std::string_view text) {
  for (char c : text) {
    if (!kTokenOctets[c]) return false;
  }
  return !text.empty();
}

// White space at both ends (OWS: space and tab) taken off.
constexpr std::string_view TrimOws(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the next element off a comma-separated list, without white space at its
// ends; false when the list is at its end. Empty elements are given too.
constexpr bool NextElement(std::string_view& list, std::string_view& element) {
  if (list.data() == nullptr) return false;
  const std::size_t comma = list.find(',');
  element = TrimOws(list.substr(0, comma));
  list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
  return true;
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_OCTETS_H_
