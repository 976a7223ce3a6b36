// Core -> decision table: the octets of one gateway's or sidecar's table file.
//
//   auto octets = Lower(policy, &sources, gateway_index);
//   if (octets) WriteWhole("edge.weirt", *octets);
#ifndef WEIR_COMPILER_LOWER_LOWER_H_
#define WEIR_COMPILER_LOWER_LOWER_H_

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// `sources` gives rows their lines and may be null. The errors name the
// construct that a table cannot hold (an automaton over its budget).
std::expected<std::string, std::vector<dsl::Diagnostic>> Lower(const syntax::Policy& policy,
                                                               const dsl::SourceMap* sources,
                                                               std::uint32_t gateway);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LOWER_LOWER_H_
