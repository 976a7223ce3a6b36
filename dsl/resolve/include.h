// Reads a policy's files: the first one and all that it includes, each once.
#ifndef WEIR_DSL_RESOLVE_INCLUDE_H_
#define WEIR_DSL_RESOLVE_INCLUDE_H_

#include <memory>
#include <string>
#include <vector>

#include "dsl/source/source_map.h"
#include "dsl/tree/tree.h"

namespace weir::dsl::resolve {

struct FileSet {
  // In the order in which their statements count: an included file stands
  // before the one that includes it.
  std::vector<std::unique_ptr<tree::File>> trees;
};

// `path` is read; its includes are looked up beside the file that names them,
// 32 deep and 64 MiB together at most. A file that several include counts once;
// one that includes itself, by whatever way, is an error.
FileSet ReadFiles(const std::string& path, SourceMap& sources,
                  std::vector<Diagnostic>& diagnostics);

// One text from memory, whose includes are errors.
FileSet ReadText(std::string name, std::string text, SourceMap& sources,
                 std::vector<Diagnostic>& diagnostics);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_INCLUDE_H_
