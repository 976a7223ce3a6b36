// Text -> surface tree. The only place that knows ANTLR; it does not show here.
//
// Before ANTLR sees a file it is checked for size (16 MiB), nesting (256),
// UTF-8 and NUL. Several errors are reported in one run; a tree is given back
// even then, without the statements that could not be read.
#ifndef WEIR_DSL_PARSE_PARSE_H_
#define WEIR_DSL_PARSE_PARSE_H_

#include <vector>

#include "dsl/source/source_map.h"
#include "dsl/tree/tree.h"

namespace weir::dsl {

struct ParseResult {
  tree::File tree;
  std::vector<Diagnostic> diagnostics;
};

ParseResult Parse(const SourceMap& sources, std::uint32_t file);

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_PARSE_H_
