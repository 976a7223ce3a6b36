// Diagnostics as text, the way a person wants to read them:
//
//   error[unknown-name]: there is no service 'ordr'
//     --> shop.weir:12:13
//      |
//   12 |     forward ordr
//      |             ^^^^
//      = help: did you mean 'order'?
//
// Other places follow with their labels. Long lines are cut around the span.
#ifndef WEIR_DSL_SOURCE_RENDER_H_
#define WEIR_DSL_SOURCE_RENDER_H_

#include <string>
#include <vector>

#include "dsl/source/source_map.h"

namespace weir::dsl {

// Ends with a line break.
std::string Render(const Diagnostic& diagnostic, const SourceMap& sources, bool color = false);

// All of them, with an empty line between.
std::string Render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                   bool color = false);

// `text` with control octets and characters that disguise text made visible,
// as \xNN and \u{N}: a policy must not be able to drive the terminal.
std::string Visible(std::string_view text);

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_RENDER_H_
