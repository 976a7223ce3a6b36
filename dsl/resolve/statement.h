// What `prove` and `example` share: KEYWORD "TITLE" { one claim, over as many
// lines as it likes }.
#ifndef WEIR_DSL_RESOLVE_STATEMENT_H_
#define WEIR_DSL_RESOLVE_STATEMENT_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dsl/resolve/context.h"

namespace weir::dsl::resolve {

struct Body {
  std::string title;
  std::vector<const tree::Item*> items;  // the block's, its line breaks dropped
};

std::optional<Body> TitledBody(Context& context, const tree::Statement& statement,
                               std::string_view keyword);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_STATEMENT_H_
