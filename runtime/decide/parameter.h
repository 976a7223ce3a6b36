// One parameter out of a query, one cookie out of the Cookie field.
#ifndef WEIR_RUNTIME_DECIDE_PARAMETER_H_
#define WEIR_RUNTIME_DECIDE_PARAMETER_H_

#include <optional>
#include <string_view>

#include "runtime/decide/text.h"

namespace weir::runtime {

// Takes the next parameter off a query; false at its end. Empty ones are given too.
bool NextParameter(std::string_view& query, std::string_view& parameter);
// The name of a parameter, still encoded.
Text ParameterName(std::string_view parameter);

// The first parameter of that decoded name. Without "=" its value is "".
std::optional<Text> FindParameter(std::string_view query, std::string_view name);

// The first cookie of that name in the combined field.
std::optional<std::string_view> FindCookie(std::string_view field, std::string_view name);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_PARAMETER_H_
