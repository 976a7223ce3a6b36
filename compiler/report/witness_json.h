// A witness as the JSON object that every command prints.
#ifndef WEIR_COMPILER_REPORT_WITNESS_JSON_H_
#define WEIR_COMPILER_REPORT_WITNESS_JSON_H_

#include <string>

#include "compiler/witness/witness.h"

namespace weir::compiler {

// {"method","url","headers":[[name,value]],"context":{"client","peer","consumer","claims"},"curl"}
std::string WitnessJson(const Witness& witness);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_REPORT_WITNESS_JSON_H_
