// What settings of canonicalisation and connections do to requests: tried out.
// Requests that the rows of either side are about are changed where a setting
// differs (an X-Forwarded-For behind a peer that only one side trusts, a header
// on two lines, a doubled slash) and played on both sides.
#ifndef WEIR_COMPILER_ENCODE_DIFF_PROBE_H_
#define WEIR_COMPILER_ENCODE_DIFF_PROBE_H_

#include <vector>

#include "compiler/encode/diff_settings.h"

namespace weir::compiler {

// Regions that such settings cause; each names the settings.
std::vector<Region> ProbeSettings(const Side& before, const Side& after,
                                  const DiffOptions& options);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_PROBE_H_
