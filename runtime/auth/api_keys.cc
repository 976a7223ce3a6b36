#include "runtime/auth/api_keys.h"

#include "runtime/request/form.h"

namespace weir::runtime {
namespace {

std::string DecodeForm(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  FormDecoder bytes(text);
  for (char byte; bytes.Next(byte);) out.push_back(byte);
  return out;
}

}  // namespace

std::optional<std::string> QueryParameter(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (!pair.empty() && DecodesTo(FormDecoder(pair.substr(0, equals)), name)) {
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
