// Which requests a route matches (spec/rules/match.md).
#ifndef WEIR_SPEC_MODEL_MATCH_H_
#define WEIR_SPEC_MODEL_MATCH_H_

#include <map>
#include <optional>
#include <string>

#include "spec/model/model.h"

namespace weir::model {

using Captures = std::map<std::string, std::string>;

bool MatchesHost(const syntax::HostPattern& pattern, const std::string& host);
// The segments captured by name; none: no match.
std::optional<Captures> MatchesPath(const syntax::PathPattern& pattern, const std::string& path);
bool MatchesField(const syntax::FieldMatch& field, const CanonicalRequest& request);
bool MatchesMethod(const syntax::Match& match, const std::string& method);

// Everything but the method.
bool MatchesButMethod(const syntax::Match& match, const CanonicalRequest& request);
bool Matches(const syntax::Match& match, const CanonicalRequest& request);

// The captures of the first of the route's path patterns that matches.
Captures CapturesOf(const syntax::Match& match, const std::string& path);

// The first route that matches, in written order.
std::optional<std::uint32_t> FindRoute(const syntax::Gateway& gateway,
                                       const CanonicalRequest& request);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_MATCH_H_
