#include "runtime/request/address.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "runtime/base/ascii.h"
#include "runtime/request/canonical.h"

namespace weir::runtime {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool ParseIpv4(std::string_view text, std::uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      if (digits == 3) return false;
      value = value * 10 + static_cast<unsigned>(text[digits++] - '0');
    }
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    out[part] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (part == 3) return text.empty();
    if (text.empty() || text[0] != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

// Groups are written from the front; what stood after "::" is moved to the end.
bool ParseIpv6(std::string_view text, Address& out) {
  std::size_t used = 0;
  std::size_t gap = 17;  // none
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (used == 16) return false;
    std::size_t digits = 0;
    unsigned value = 0;
    while (digits < text.size() && HexDigit(text[digits]) >= 0) {
      if (digits == 4) return false;
      value = value * 16 + static_cast<unsigned>(HexDigit(text[digits++]));
    }
    if (digits < text.size() && text[digits] == '.') {  // a last dotted IPv4
      if (used > 12 || !ParseIpv4(text, &out.octets[used])) return false;
      used += 4;
      text = {};
      break;
    }
    if (digits == 0) return false;
    out.octets[used++] = static_cast<std::uint8_t>(value >> 8);
    out.octets[used++] = static_cast<std::uint8_t>(value);
    text.remove_prefix(digits);
    if (text.empty()) break;
    if (text[0] != ':') return false;
    text.remove_prefix(1);
    if (!text.empty() && text[0] == ':') {
      if (gap != 17) return false;
      gap = used;
      text.remove_prefix(1);
    } else if (text.empty()) {
      return false;  // a single colon at the end
    }
  }
  if (gap == 17) return used == 16;
  if (used == 16) return false;  // "::" stands for at least one group
  const std::size_t tail = used - gap;
  std::memmove(&out.octets[16 - tail], &out.octets[gap], tail);
  std::memset(&out.octets[gap], 0, 16 - used);
  return true;
}

}  // namespace

std::optional<Address> ParseAddress(std::string_view text) {
  Address address;
  if (text.size() > 45) return std::nullopt;
  if (text.find(':') == std::string_view::npos) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.octets.begin());
    if (!ParseIpv4(text, &address.octets[12])) return std::nullopt;
    return address;
  }
  if (!ParseIpv6(text, address)) return std::nullopt;
  return address;
}

bool IsIpv4(const Address& address) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.octets.begin());
}

bool SamePrefix(const Address& a, const Address& b, std::uint32_t prefix) {
  const std::size_t whole = prefix / 8;
  if (std::memcmp(a.octets.data(), b.octets.data(), whole) != 0) return false;
  const std::uint32_t rest = prefix % 8;
  return rest == 0 || ((a.octets[whole] ^ b.octets[whole]) >> (8 - rest)) == 0;
}

bool Network::Contains(const Address& address) const { return SamePrefix(base, address, prefix); }

AddressText::AddressText(const Address& address, Style style) {
  if (!IsIpv4(address)) {
    AppendIpv6(address);
    return;
  }
  if (style == Style::kIpv6) Append("::ffff:");
  AppendIpv4(&address.octets[12]);
}

void AddressText::Append(std::string_view text) {
  std::copy(text.begin(), text.end(), text_.data() + size_);
  size_ += text.size();
}

void AddressText::AppendIpv4(const std::uint8_t* octets) {
  for (int i = 0; i < 4; ++i) {
    if (i > 0) text_[size_++] = '.';
    const auto end = std::to_chars(&text_[size_], text_.data() + text_.size(), unsigned{octets[i]});
    size_ = static_cast<std::size_t>(end.ptr - text_.data());
  }
}

// RFC 5952: lower case, no leading zeros, "::" for the first longest run of at
// least two zero groups.
void AddressText::AppendIpv6(const Address& address) {
  std::array<unsigned, 8> groups;
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = address.octets[2 * i] * 256u + address.octets[2 * i + 1];
  }
  std::size_t best = 8;
  std::size_t best_length = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i > best_length) {
      best = i;
      best_length = end - i;
    }
    i = end == i ? i + 1 : end;
  }
  for (std::size_t i = 0; i < 8; ++i) {
    if (i == best) {
      Append("::");
      i += best_length - 1;
      continue;
    }
    if (i > 0 && text_[size_ - 1] != ':') text_[size_++] = ':';
    const auto end = std::to_chars(&text_[size_], text_.data() + text_.size(), groups[i], 16);
    size_ = static_cast<std::size_t>(end.ptr - text_.data());
  }
}

std::optional<std::uint16_t> ParsePort(std::string_view digits) {
  if (digits.empty() || digits.size() > 5) return std::nullopt;
  std::uint32_t port = 0;
  for (char c : digits) {
    if (!IsDigit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(port);
}

std::optional<Address> ParseForwardedAddress(std::string_view element) {
  if (element.size() >= 2 && element.front() == '"' && element.back() == '"') {
    element = element.substr(1, element.size() - 2);
  }
  const std::size_t colon = element.rfind(':');
  if (element.starts_with('[')) {
    const std::size_t end = element.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view behind = element.substr(end + 1);
    if (!behind.empty() && (behind[0] != ':' || !ParsePort(behind.substr(1)))) return std::nullopt;
    element = element.substr(1, end - 1);
    if (element.find(':') == std::string_view::npos) return std::nullopt;
  } else if (colon != std::string_view::npos && element.find(':') == colon) {
    if (!ParsePort(element.substr(colon + 1))) return std::nullopt;
    element = element.substr(0, colon);
  }
  return ParseAddress(element);
}

}  // namespace weir::runtime
