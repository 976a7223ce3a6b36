// From header lines to canonical headers (CANON-2, CANON-3, CANON-10, CANON-12, CANON-13).
#ifndef WEIR_SPEC_MODEL_HEADERS_H_
#define WEIR_SPEC_MODEL_HEADERS_H_

#include <expected>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "spec/model/model.h"

namespace weir::model {

using Lines = std::vector<std::pair<std::string, std::string>>;

// Names in lower case, values trimmed; refused when an octet may not stand there.
std::expected<Lines, Refusal> CheckedLines(const Lines& fields);

// The values of all lines of this (lower-case) name.
std::vector<std::string> Values(const Lines& lines, const std::string& name);

// Without Host, hop-by-hop fields, and what Connection names (which never is a
// forwarding field: a client must not be able to take those away).
Lines EndToEnd(const Lines& lines);

// Whether Connection would take away a field that the gateway reads (CANON-10).
bool ConnectionTakesReadField(const Lines& lines, const std::set<std::string>& scalars);

// Names with an underscore dropped, kept or refused.
std::expected<Lines, Refusal> WithoutUnderscores(const Lines& lines,
                                                 syntax::Listener::Underscores choice);

// Without forwarding fields, unless a trusted peer sent them, and without an X-Request-Id
// that is none (CANON-18).
Lines BelievedLines(const Lines& lines, bool trusted);

// One header a name, in the order of first lines; refused when a scalar has two lines.
std::expected<std::vector<CanonicalRequest::Header>, Refusal> Combine(
    const Lines& lines, const std::set<std::string>& scalars);

// One value out of several lines of one field.
std::string CombinedValue(const std::string& name, const std::vector<std::string>& values);

// The name with '-' for every '_': applications behind CGI's naming take names that
// agree in this for one field.
std::string Hyphenated(std::string name);

// The fields by which a proxy says who the caller is, spelled with '-' or '_'.
bool IsForwardingField(const std::string& name);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_HEADERS_H_
