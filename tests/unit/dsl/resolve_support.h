// What the tests of the resolver share.
#ifndef WEIR_TESTS_UNIT_DSL_RESOLVE_SUPPORT_H_
#define WEIR_TESTS_UNIT_DSL_RESOLVE_SUPPORT_H_

#include <string>

#include "dsl/resolve/load.h"

namespace weir::dsl {

// Each diagnostic as "LINE [rule] message (help)", one a line.
inline std::string Said(const LoadResult& result) {
  std::string out;
  for (const Diagnostic& diagnostic : result.diagnostics) {
    out += std::to_string(result.sources.Begin(diagnostic.span).line) + " [" + diagnostic.rule +
           "] " + diagnostic.message;
    if (!diagnostic.help.empty()) out += " (" + diagnostic.help + ")";
    out += "\n";
  }
  return out;
}

inline std::string Said(const std::string& text) { return Said(LoadText("test.weir", text)); }

}  // namespace weir::dsl

#endif  // WEIR_TESTS_UNIT_DSL_RESOLVE_SUPPORT_H_
