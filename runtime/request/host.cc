#include "runtime/request/host.h"

#include <algorithm>

#include "runtime/base/ascii.h"
#include "runtime/request/address.h"

namespace weir::runtime {
namespace {

constexpr ByteSet kHostBytes = AlphanumericAnd("-_");  // of one label

const char* AppendName(std::string_view name, std::string& out) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty()) return "the host is empty";
  if (name.size() > 253) return "the host is longer than 253 octets";
  bool label_empty = true;
  for (char c : name) {
    if (c == '.') {
      if (label_empty) return "the host has an empty label";
      label_empty = true;
    } else {
      if (!kHostBytes[c]) return "the host holds an octet that no name has";
      label_empty = false;
    }
    out.push_back(ToLower(c));
  }
  return label_empty ? "the host has an empty label" : nullptr;
}

const char* AppendLiteral(std::string_view literal, std::string& out) {
  if (literal.find(':') == std::string_view::npos) return "the host is no IPv6 literal";
  const auto address = ParseAddress(literal);
  if (!address) return "the host is no IPv6 literal";
  out.push_back('[');
  out.append(AddressText(*address, AddressText::Style::kIpv6).view());
  out.push_back(']');
  return nullptr;
}

}  // namespace

const char* CanonicaliseAuthority(std::string_view authority, std::string& out,
                                  std::size_t& host_length) {
  const std::size_t base = out.size();
  std::size_t end;  // of the host
  const char* wrong;
  if (authority.starts_with('[')) {
    end = authority.find(']');
    if (end == std::string_view::npos) return "the host is no IPv6 literal";
    wrong = AppendLiteral(authority.substr(1, end - 1), out);
    ++end;
  } else {
    end = std::min(authority.find(':'), authority.size());
    wrong = AppendName(authority.substr(0, end), out);
  }
  if (wrong) return wrong;
  host_length = out.size() - base;
  if (authority.substr(end) == ":") return nullptr;  // an empty port is the default one
  if (end == authority.size()) return nullptr;
  if (authority[end] != ':' || ParsePort(authority.substr(end + 1)).value_or(0) == 0) {
    return "the port is none";
  }
  out.append(authority.substr(end));
  return nullptr;
}

}  // namespace weir::runtime
