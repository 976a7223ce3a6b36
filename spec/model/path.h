// Canonical paths (CANON-4 to CANON-7).
#ifndef WEIR_SPEC_MODEL_PATH_H_
#define WEIR_SPEC_MODEL_PATH_H_

#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/gateway.h"

namespace weir::model {

// The canonical form of an origin-form path (no query); none: refused.
std::optional<std::string> CanonicalPath(const std::string& path, const syntax::Listener& listener);

// "/a/" has the segments "a" and ""; "/" the one segment "".
std::vector<std::string> Segments(const std::string& path);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_PATH_H_
