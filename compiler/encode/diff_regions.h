// Few regions out of many pairs of rows: one for each thing that a reviewer has
// to look at.
#ifndef WEIR_COMPILER_ENCODE_DIFF_REGIONS_H_
#define WEIR_COMPILER_ENCODE_DIFF_REGIONS_H_

#include <vector>

#include "compiler/encode/diff.h"

namespace weir::compiler {

// Joins what is one cause: the ways in which one route opened or closed for
// another, one setting on many routes and in many answers, a listener that came
// or went.
std::vector<Region> Gathered(std::vector<Region> regions);

// Opened first, then closed, moved and changed.
void Order(std::vector<Region>& regions);

// The settings that no region names.
std::vector<SettingChange> Uncovered(std::vector<SettingChange> settings,
                                     const std::vector<Region>& regions);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_REGIONS_H_
