#include "runtime/auth/api_keys.h"

#include "runtime/base/ascii.h"

namespace weir::runtime {
namespace {

std::string DecodeForm(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = HexDigit(text[i + 1]);
      const int low = HexDigit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out.push_back(static_cast<char>(high << 4 | low));
        i += 2;
        continue;
      }
    }
    out.push_back(text[i] == '+' ? ' ' : text[i]);
  }
  return out;
}

}  // namespace

std::optional<std::string> QueryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (DecodeForm(pair.substr(0, equals)) == name && !pair.empty()) {
      return equals == std::string_view::npos ? "" : DecodeForm(pair.substr(equals + 1));
    }
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
  }
  return std::nullopt;
}

Index FindApiKey(std::span<const ApiKeyRecord> keys, const Digest& digest) {
  const std::string_view wanted(reinterpret_cast<const char*>(digest.data()), digest.size());
  Index found = kNoIndex;
  for (Index i = 0; i < keys.size(); ++i) {
    const std::string_view stored(reinterpret_cast<const char*>(keys[i].sha256), 32);
    const Index mask = EqualInConstantTime(stored, wanted) ? kNoIndex : 0;  // all ones, or none
    found = (found & ~mask) | (i & mask);
  }
  return found;
}

}  // namespace weir::runtime
