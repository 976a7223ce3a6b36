// Response fields as the rules build them up.
#ifndef WEIR_SPEC_MODEL_FIELDS_H_
#define WEIR_SPEC_MODEL_FIELDS_H_

#include <string>
#include <utility>
#include <vector>

namespace weir::model {

using Fields = std::vector<std::pair<std::string, std::string>>;

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_FIELDS_H_
