// Finds the comments that speak to `weir lint`, and the statement of each.
#ifndef WEIR_DSL_RESOLVE_ALLOW_COMMENTS_H_
#define WEIR_DSL_RESOLVE_ALLOW_COMMENTS_H_

#include <vector>

#include "dsl/resolve/include.h"
#include "dsl/source/allow_comment.h"

namespace weir::dsl::resolve {

// Those that begin with `# weir:`, well formed or not, file by file.
std::vector<AllowComment> CollectAllowComments(const FileSet& files, const SourceMap& sources);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_ALLOW_COMMENTS_H_
