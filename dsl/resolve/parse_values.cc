// The pure half of values.h: texts to values, with no cursor and no context.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <span>

#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// WHOLE[.FRACTION]UNIT in the least unit, exactly; nothing is rounded.
std::expected<std::uint64_t, std::string> ParseWithUnit(std::string_view text,
                                                        std::span<const Unit> units,
                                                        std::string_view what,
                                                        std::string_view unit_names,
                                                        std::uint64_t most) {
  const std::string quoted = "'" + std::string(text) + "'";
  std::size_t end = 0;
  while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
  std::string_view figure = text.substr(0, end);
  std::string_view unit_name = text.substr(end);
  std::string_view whole = figure.substr(0, figure.find('.'));
  std::string_view fraction =
      whole.size() == figure.size() ? std::string_view() : figure.substr(whole.size() + 1);
  if (whole.empty() || fraction.find('.') != std::string_view::npos ||
      (fraction.empty() && whole.size() != figure.size())) {
    return std::unexpected(quoted + " is not " + std::string(what));
  }
  if (unit_name.empty()) {
    return std::unexpected(quoted + " has no unit: write " + std::string(unit_names));
  }
  auto unit = std::ranges::find(units, unit_name, &Unit::name);
  if (unit == units.end()) {
    return std::unexpected("'" + std::string(unit_name) + "' is not a unit of " +
                           std::string(what) + ": write " + std::string(unit_names));
  }
  unsigned __int128 value = 0;
  for (char c : whole) {
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > most) return std::unexpected(quoted + " is too large");
  }
  value *= unit->factor;
  unsigned __int128 above = 0;  // the fraction times its scale
  unsigned __int128 scale = 1;
  if (fraction.size() > 12) return std::unexpected(quoted + " is finer than the least unit");
  for (char c : fraction) {
    above = above * 10 + static_cast<unsigned>(c - '0');
    scale *= 10;
  }
  if (above * unit->factor % scale != 0) {
    return std::unexpected(quoted + " is finer than the least unit");
  }
  value += above * unit->factor / scale;
  if (value > most) return std::unexpected(quoted + " is too large");
  return static_cast<std::uint64_t>(value);
}

}  // namespace

std::expected<syntax::Duration, std::string> ParseDuration(std::string_view text) {
  static constexpr std::array<Unit, 7> kUnits = {{{"ns", 1},
                                                  {"us", 1'000},
                                                  {"ms", 1'000'000},
                                                  {"s", 1'000'000'000},
                                                  {"m", 60'000'000'000},
                                                  {"h", 3'600'000'000'000},
                                                  {"d", 86'400'000'000'000}}};
  // A year bounds every duration, so that sums of them fit 64 bits.
  auto value = ParseWithUnit(text, kUnits, "a duration", "ms, s, m, h or d, such as 2s",
                             31'536'000'000'000'000);
  if (!value) return std::unexpected(value.error());
  return syntax::Duration{static_cast<std::int64_t>(*value)};
}

std::expected<std::uint64_t, std::string> ParseSize(std::string_view text) {
  static constexpr std::array<Unit, 5> kUnits = {{{"B", 1},
                                                  {"KiB", 1024},
                                                  {"MiB", 1024 * 1024},
                                                  {"GiB", 1024 * 1024 * 1024},
                                                  {"TiB", 1024ULL * 1024 * 1024 * 1024}}};
  return ParseWithUnit(text, kUnits, "a size", "B, KiB, MiB or GiB, such as 64KiB", 1ULL << 50);
}

std::expected<std::uint64_t, std::string> ParseNumber(std::string_view text, std::uint64_t least,
                                                      std::uint64_t most) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size()) {
    return std::unexpected("'" + std::string(text) + "' is not a whole number");
  }
  if (error != std::errc() || value < least || value > most) {
    return std::unexpected("'" + std::string(text) + "' is not between " + std::to_string(least) +
                           " and " + std::to_string(most));
  }
  return value;
}

std::expected<std::uint64_t, std::string> ParseThousandths(std::string_view text) {
  static constexpr std::array<Unit, 1> kUnits = {{{"x", 1000}}};
  auto value = ParseWithUnit(std::string(text) + "x", kUnits, "a figure", "", 1ULL << 50);
  if (!value) {
    return std::unexpected("'" + std::string(text) +
                           "' is not a figure with at most three decimals");
  }
  return *value;
}

std::expected<syntax::Address, std::string> ParseAddress(std::string_view text) {
  syntax::Address address;
  const std::string copy(text);
  in_addr v4{};
  if (copy.find('\0') == std::string::npos) {
    if (inet_pton(AF_INET, copy.c_str(), &v4) == 1) {
      address.octets[10] = address.octets[11] = 0xff;
      std::memcpy(address.octets.data() + 12, &v4, 4);
      return address;
    }
    if (inet_pton(AF_INET6, copy.c_str(), address.octets.data()) == 1) return address;
  }
  return std::unexpected("'" + copy + "' is not an IP address");
}

namespace {

std::string Print(const syntax::Address& address, bool v4) {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (v4) {
    inet_ntop(AF_INET, address.octets.data() + 12, buffer.data(), buffer.size());
  } else {
    inet_ntop(AF_INET6, address.octets.data(), buffer.data(), buffer.size());
  }
  return buffer.data();
}

}  // namespace

std::expected<syntax::Network, std::string> ParseNetwork(std::string_view text) {
  const std::size_t slash = text.find('/');
  auto address = ParseAddress(text.substr(0, slash));
  if (!address) return std::unexpected("'" + std::string(text) + "' is not an address or network");
  const bool v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const std::uint64_t width = v4 ? 32 : 128;
  std::uint64_t bits = width;
  if (slash != std::string_view::npos) {
    auto prefix = ParseNumber(text.substr(slash + 1), 0, width);
    if (!prefix) {
      return std::unexpected("the prefix of '" + std::string(text) + "' is not between 0 and " +
                             std::to_string(width));
    }
    bits = *prefix;
  }
  syntax::Network network{*address, static_cast<std::uint8_t>(bits + 128 - width),
                          std::string(text)};
  for (std::size_t i = 0; i < 128; ++i) {
    if (i < network.prefix) continue;
    network.base.octets[i / 8] &= static_cast<std::uint8_t>(~(0x80u >> (i % 8)));
  }
  if (network.base != *address) {
    return std::unexpected("'" + std::string(text) + "' has bits set below its prefix: write " +
                           Print(network.base, v4) + "/" + std::to_string(bits));
  }
  return network;
}

std::expected<syntax::SocketAddress, std::string> ParseSocketAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string fault = "'" + std::string(text) + "' is not ADDRESS:PORT";
  if (colon == std::string_view::npos) return std::unexpected(fault);
  std::string_view host = text.substr(0, colon);
  const bool brackets = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  auto address = ParseAddress(host);
  if (!address || brackets != (host.find(':') != std::string_view::npos)) {
    return std::unexpected(fault + ", such as 127.0.0.1:8080 or \"[::1]:8080\"");
  }
  auto port = ParseNumber(text.substr(colon + 1), 1, 65535);
  if (!port) return std::unexpected("the port " + port.error());
  return syntax::SocketAddress{*address, static_cast<std::uint16_t>(*port)};
}

bool IsFieldValue(std::string_view text) {
  return IsFieldText(text) && TrimOws(text).size() == text.size();
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= 128 && (IsLetter(text[0]) || text[0] == '_') &&
         std::ranges::all_of(text,
                             [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_'; });
}

const char* SpiffeFault(std::string_view text) {
  constexpr std::string_view kScheme = "spiffe://";
  if (!text.starts_with(kScheme)) return "it does not begin with spiffe://";
  if (text.size() > 2048) return "it is longer than 2048 octets";
  text.remove_prefix(kScheme.size());
  const std::size_t slash = text.find('/');
  std::string_view domain = text.substr(0, slash);
  if (domain.empty()) return "it has no trust domain";
  if (domain.size() > 255) return "its trust domain is longer than 255 octets";
  for (char c : domain) {
    if (!IsDigit(c) && !(c >= 'a' && c <= 'z') &&
        std::string_view(".-_").find(c) == std::string_view::npos) {
      return "its trust domain holds other than a-z, 0-9, '.', '-' and '_'";
    }
  }
  if (slash == std::string_view::npos) return nullptr;
  std::string_view path = text.substr(slash);
  while (!path.empty()) {
    path.remove_prefix(1);
    std::string_view segment = path.substr(0, path.find('/'));
    if (segment.empty()) return "its path has an empty segment";
    if (segment == "." || segment == "..") return "its path has a dot segment";
    for (char c : segment) {
      if (!IsAlphanumeric(c) && std::string_view(".-_").find(c) == std::string_view::npos) {
        return "its path holds other than letters, digits, '.', '-' and '_'";
      }
    }
    path.remove_prefix(segment.size());
  }
  return nullptr;
}

const char* HostFault(std::string_view text) {
  if (text.empty()) return "it is empty";
  if (text.size() > 253) return "it is longer than 253 octets";
  if (text.front() == '[') {
    if (text.back() != ']' || !ParseAddress(text.substr(1, text.size() - 2))) {
      return "it is not an address in brackets";
    }
    return nullptr;
  }
  if (text.find(':') != std::string_view::npos) return "matching ignores the port: leave it out";
  if (text.back() == '.') return "the trailing dot is dropped: leave it out";
  std::size_t label = 0;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') return "hosts are compared in lower case";
    if (c == '.') {
      if (label == 0) return "it has an empty label";
      label = 0;
      continue;
    }
    if (!IsAlphanumeric(c) && c != '-' && c != '_') return "it holds a character no host has";
    if (++label > 63) return "it has a label longer than 63 octets";
  }
  return nullptr;
}

}  // namespace weir::dsl::resolve
