// The line of a policy that says a setting.
#ifndef WEIR_COMPILER_CLI_DIFF_PLACES_H_
#define WEIR_COMPILER_CLI_DIFF_PLACES_H_

#include <cstdint>
#include <optional>
#include <string>

#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::cli {

struct Place {
  std::string file;
  std::uint32_t line = 0;
};

// Where `node` was written. When the statement there has a block with a clause
// that begins with the first word of `setting`, the line of that clause.
std::optional<Place> PlaceOf(const syntax::Policy& policy, const dsl::SourceMap& sources,
                             syntax::NodeId node, const std::string& setting);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_DIFF_PLACES_H_
