// A policy file, with all it includes, from disk to the resolved core.
//
//   LoadResult loaded = Load("shop.weir");
//   if (!loaded.policy) Print(loaded.diagnostics, loaded.sources);
#ifndef WEIR_DSL_RESOLVE_LOAD_H_
#define WEIR_DSL_RESOLVE_LOAD_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/allow_comment.h"
#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::dsl {

struct LoadResult {
  SourceMap sources;
  std::vector<Diagnostic> diagnostics;
  std::optional<syntax::Policy> policy;      // set when no diagnostic is an error
  std::vector<AllowComment> allow_comments;  // what the text says to `weir lint`
};

// Includes are looked up beside the file that names them.
LoadResult Load(const std::string& path);

// The same from memory, for tests and fuzzing: no include can be followed.
LoadResult LoadText(std::string name, std::string text);

}  // namespace weir::dsl

#endif  // WEIR_DSL_RESOLVE_LOAD_H_
