#include "compiler/explain/url.h"

#include <algorithm>
#include <charconv>

#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

std::uint32_t PortOf(std::string_view scheme, std::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  std::uint32_t port = scheme == "https" ? 443 : 80;
  if (colon == std::string_view::npos || authority.ends_with(']')) return port;
  const std::string_view digits = authority.substr(colon + 1);
  std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return port;
}

}  // namespace

std::optional<Url> ParseUrl(std::string_view text) {
  Url url;
  if (text.starts_with('/')) {
    url.target = text;
    return url;
  }
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return std::nullopt;
  url.scheme = Lowered(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  url.authority = text.substr(0, end);
  url.target = text.substr(end);
  // A fragment is never sent.
  url.target = url.target.substr(0, url.target.find('#'));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  url.port = PortOf(url.scheme, url.authority);
  return url;
}

}  // namespace weir::compiler
