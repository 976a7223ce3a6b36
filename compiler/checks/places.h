// Small things that checks share: where a node was written, and lists in words.
#ifndef WEIR_COMPILER_CHECKS_PLACES_H_
#define WEIR_COMPILER_CHECKS_PLACES_H_

#include <string>
#include <vector>

#include "dsl/source/diagnostic.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

inline dsl::Span SpanOf(const syntax::Policy& policy, syntax::NodeId node) {
  return node < policy.origins.size() ? policy.origins[node] : dsl::Span{};
}

// "'a', 'b' and 'c'".
inline std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_PLACES_H_
