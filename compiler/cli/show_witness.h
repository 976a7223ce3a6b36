// A witness as people and programs read it.
#ifndef WEIR_COMPILER_CLI_SHOW_WITNESS_H_
#define WEIR_COMPILER_CLI_SHOW_WITNESS_H_

#include <nlohmann/json_fwd.hpp>

#include <string>

#include "compiler/witness/witness.h"

namespace weir::cli {

// {"method","url","headers":[[name,value]],"context":{"client","peer","consumer","claims"},"curl"}
nlohmann::json WitnessJson(const compiler::Witness& witness);

// Some lines, each with `indent` before it: the request line, its headers, and
// what the connection and the token say.
std::string WitnessText(const compiler::Witness& witness, const std::string& indent);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_SHOW_WITNESS_H_
