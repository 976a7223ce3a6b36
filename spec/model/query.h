// Query parameters (MATCH-6, TRANSFORM-6).
#ifndef WEIR_SPEC_MODEL_QUERY_H_
#define WEIR_SPEC_MODEL_QUERY_H_

#include <optional>
#include <string>

namespace weir::model {

// The first parameter of that name, decoded; "" when it is written without "=".
std::optional<std::string> QueryParameter(const std::string& query, const std::string& name);

// "+" is a space; an escape that is none stands for itself.
std::string DecodeParameter(const std::string& text);

// Without any parameter of that name.
std::string WithoutParameter(const std::string& query, const std::string& name);

// `name=value` with every octet escaped that is not unreserved.
std::string EncodedParameter(const std::string& name, const std::string& value);

// The first pair of that name in a Cookie header.
std::optional<std::string> Cookie(const std::string& header, const std::string& name);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_QUERY_H_
