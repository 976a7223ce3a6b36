// The address that the client is taken to have (CANON-11), and its scheme.
#ifndef WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_
#define WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_

#include <expected>
#include <optional>
#include <string>

#include "spec/model/model.h"

namespace weir::model {

// `forwarded_for`: the combined value of X-Forwarded-For; none when absent.
std::expected<syntax::Address, Refusal> ClientAddress(
    const syntax::Gateway& gateway, const syntax::Address& peer,
    const std::optional<std::string>& forwarded_for);

// The scheme that a trusted peer's X-Forwarded-Proto says (CANON-18).
std::expected<std::string, Refusal> ForwardedScheme(const std::string& said);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_CLIENT_ADDRESS_H_
