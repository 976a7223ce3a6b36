// Cross-origin requests (spec/rules/cors.md).
#ifndef WEIR_SPEC_MODEL_CORS_H_
#define WEIR_SPEC_MODEL_CORS_H_

#include <optional>
#include <string>

#include "spec/model/fields.h"
#include "spec/model/model.h"

namespace weir::model {

bool AdmitsOrigin(const syntax::Cors& cors, const std::string& origin);

// The method that a preflight asks for; none: the request is no preflight.
std::optional<std::string> PreflightMethod(const CanonicalRequest& request);

// For the answer to a preflight, and for every other response of the route.
Fields PreflightFields(const syntax::Cors& cors, const std::string& origin);
Fields CorsFields(const syntax::Cors& cors, const std::optional<std::string>& origin);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_CORS_H_
