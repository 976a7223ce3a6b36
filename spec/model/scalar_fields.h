// What a gateway reads as one value (CANON-13, CANON-16, CANON-17).
#ifndef WEIR_SPEC_MODEL_SCALAR_FIELDS_H_
#define WEIR_SPEC_MODEL_SCALAR_FIELDS_H_

#include <cstdint>
#include <set>
#include <string>

#include "spec/syntax/policy.h"

namespace weir::model {

struct ScalarNames {
  std::set<std::string> headers;  // lower case; never "cookie", whose lines combine into one value
  std::set<std::string> queries;  // decoded
  std::set<std::string> cookies;
};
ScalarNames ScalarFields(const syntax::Policy& policy, std::uint32_t gateway);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_SCALAR_FIELDS_H_
