// Queries and cookies that two programs could read in two ways (CANON-16, CANON-17).
#ifndef WEIR_RUNTIME_REQUEST_READINGS_H_
#define WEIR_RUNTIME_REQUEST_READINGS_H_

#include <span>
#include <string_view>

namespace weir::runtime {

// Null when each of these parameters (decoded names) has the same one value to every
// reader of the query; else what is wrong. Allocates nothing; names times octets.
const char* CheckQuery(std::string_view query, std::span<const std::string_view> names);

// The same of cookies and the combined Cookie field.
const char* CheckCookies(std::string_view field, std::span<const std::string_view> names);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_READINGS_H_
