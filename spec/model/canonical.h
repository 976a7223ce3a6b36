// The canonical request (spec/rules/canonical.md).
#ifndef WEIR_SPEC_MODEL_CANONICAL_H_
#define WEIR_SPEC_MODEL_CANONICAL_H_

#include <expected>
#include <optional>
#include <string>

#include "spec/model/model.h"

namespace weir::model {

std::expected<CanonicalRequest, Refusal> Canonicalise(const syntax::Policy& policy,
                                                      std::uint32_t gateway,
                                                      const RawRequest& request,
                                                      const Connection& connection);

// The (lower-case) header's combined value; none when absent.
std::optional<std::string> HeaderValue(const CanonicalRequest& request, const std::string& name);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_CANONICAL_H_
