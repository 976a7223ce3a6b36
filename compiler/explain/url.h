// A URL as a person types it, taken apart no further than needed: what is in
// it is judged by the canonicaliser, like anything from a client.
#ifndef WEIR_COMPILER_EXPLAIN_URL_H_
#define WEIR_COMPILER_EXPLAIN_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::compiler {

struct Url {
  std::string scheme;      // "http", "https" or empty
  std::string authority;   // empty for a path alone
  std::string target;      // path and query as written; "/" when there is none
  std::uint32_t port = 0;  // written, or the scheme's; 0: not known
};

std::optional<Url> ParseUrl(std::string_view text);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXPLAIN_URL_H_
