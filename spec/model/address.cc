#include "spec/model/address.h"

#include "spec/model/text.h"

namespace weir::model {
namespace {

using Octets = std::vector<std::uint8_t>;

std::optional<Octets> ParseIpv4(const std::string& text) {
  Octets octets;
  for (const std::string& part : Split(text, '.')) {
    if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return {};
    int value = 0;
    for (char c : part) {
      if (c < '0' || c > '9') return {};
      value = value * 10 + (c - '0');
    }
    if (value > 255) return {};
    octets.push_back(static_cast<std::uint8_t>(value));
  }
  if (octets.size() != 4) return {};
  return octets;
}

// Groups of IPv6 joined by ":", where the last may be a dotted IPv4 address if
// `ipv4_may_end`. The empty text has no groups.
std::optional<Octets> ParseGroups(const std::string& text, bool ipv4_may_end) {
  Octets octets;
  if (text.empty()) return octets;
  const std::vector<std::string> groups = Split(text, ':');
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string& group = groups[i];
    if (ipv4_may_end && i + 1 == groups.size() && group.find('.') != std::string::npos) {
      const auto ipv4 = ParseIpv4(group);
      if (!ipv4) return {};
      octets.insert(octets.end(), ipv4->begin(), ipv4->end());
      continue;
    }
    if (group.empty() || group.size() > 4) return {};
    int value = 0;
    for (char c : group) {
      if (!HexValue(c)) return {};
      value = value * 16 + *HexValue(c);
    }
    octets.push_back(static_cast<std::uint8_t>(value / 256));
    octets.push_back(static_cast<std::uint8_t>(value % 256));
  }
  return octets;
}

std::optional<Octets> ParseIpv6(const std::string& text) {
  const std::size_t gap = text.find("::");
  if (gap == std::string::npos) return ParseGroups(text, true);
  const auto head = ParseGroups(text.substr(0, gap), false);
  const auto tail = ParseGroups(text.substr(gap + 2), true);
  if (!head || !tail || head->size() + tail->size() > 14) return {};
  Octets octets = *head;
  octets.resize(16 - tail->size(), 0);
  octets.insert(octets.end(), tail->begin(), tail->end());
  return octets;
}

bool IsMapped(const syntax::Address& address) {
  for (std::size_t i = 0; i < 12; ++i) {
    if (address.octets[i] != (i < 10 ? 0x00 : 0xff)) return false;
  }
  return true;
}

std::string Dotted(const syntax::Address& address) {
  std::vector<std::string> parts;
  for (std::size_t i = 12; i < 16; ++i) parts.push_back(std::to_string(address.octets[i]));
  return Join(parts, ".");
}

std::string Hex(int value) {
  const std::string digits = "0123456789abcdef";
  std::string text;
  do {
    text = digits[static_cast<std::size_t>(value % 16)] + text;
    value /= 16;
  } while (value > 0);
  return text;
}

}  // namespace

std::optional<syntax::Address> ParseAddress(const std::string& text) {
  std::optional<Octets> octets;
  if (text.find(':') == std::string::npos) {
    octets = ParseIpv4(text);
    if (octets) octets->insert(octets->begin(), {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff});
  } else {
    octets = ParseIpv6(text);
  }
  if (!octets || octets->size() != 16) return std::nullopt;
  syntax::Address address;
  for (std::size_t i = 0; i < 16; ++i) address.octets[i] = (*octets)[i];
  return address;
}

std::string AddressText(const syntax::Address& address) {
  return IsMapped(address) ? Dotted(address) : Ipv6Text(address);
}

std::string Ipv6Text(const syntax::Address& address) {
  if (IsMapped(address)) return "::ffff:" + Dotted(address);
  std::vector<int> groups;
  for (std::size_t i = 0; i < 16; i += 2) {
    groups.push_back(address.octets[i] * 256 + address.octets[i + 1]);
  }
  // RFC 5952: "::" stands for the first longest run of at least two zero groups.
  std::size_t run_start = 0;
  std::size_t run_length = 0;
  for (std::size_t start = 0; start < 8; ++start) {
    std::size_t length = 0;
    while (start + length < 8 && groups[start + length] == 0) ++length;
    if (length >= 2 && length > run_length) {
      run_start = start;
      run_length = length;
    }
  }
  auto joined = [&groups](std::size_t from, std::size_t to) {
    std::vector<std::string> parts;
    for (std::size_t i = from; i < to; ++i) parts.push_back(Hex(groups[i]));
    return Join(parts, ":");
  };
  if (run_length == 0) return joined(0, 8);
  return joined(0, run_start) + "::" + joined(run_start + run_length, 8);
}

bool Contains(const syntax::Network& network, const syntax::Address& address) {
  for (std::size_t bit = 0; bit < network.prefix; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    if ((network.base.octets[bit / 8] & mask) != (address.octets[bit / 8] & mask)) return false;
  }
  return true;
}

bool ContainsAny(const std::vector<syntax::Network>& networks, const syntax::Address& address) {
  for (const syntax::Network& network : networks) {
    if (Contains(network, address)) return true;
  }
  return false;
}

}  // namespace weir::model
