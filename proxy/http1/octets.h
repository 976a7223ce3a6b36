// Classes of octets in HTTP/1 messages (RFC 9110 5.6, RFC 9112 2.2), as tables
// and as scans of eight octets a step.
#ifndef WEIR_PROXY_HTTP1_OCTETS_H_
#define WEIR_PROXY_HTTP1_OCTETS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::proxy::http1 {

inline constexpr std::array<bool, 256> kTokenOctets = [] {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (unsigned char c : std::string_view("!#$%&'*+-.^_`|~")) table[c] = true;
  return table;
}();

inline bool IsTokenOctet(char c) { return kTokenOctets[static_cast<unsigned char>(c)]; }
inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The length of the longest prefix of token octets.
inline std::size_t TokenLength(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && IsTokenOctet(text[i])) ++i;
  return i;
}
inline bool IsToken(std::string_view text) {
  return !text.empty() && TokenLength(text) == text.size();
}

// No control octet but HTAB: what a field value or a reason phrase may hold.
bool IsFieldText(std::string_view text);
// Printable ASCII without space, at least one octet: what a request target may hold.
bool IsTargetText(std::string_view text);

// Whether `text` is `lower` (which is in lower case) but for the case of letters.
bool EqualsLower(std::string_view text, std::string_view lower);
// As above, with an underscore in `text` standing for a hyphen too: how CGI-like
// upstreams read a field name.
bool EqualsLowerLoosely(std::string_view text, std::string_view lower);

// Without SP and HTAB at both ends.
inline std::string_view TrimSpace(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_OCTETS_H_
