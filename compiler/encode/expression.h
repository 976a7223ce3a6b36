// Conditions as formulas. Mirrors spec/model/expression.
#ifndef WEIR_COMPILER_ENCODE_EXPRESSION_H_
#define WEIR_COMPILER_ENCODE_EXPRESSION_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/encode/universe.h"
#include "spec/syntax/expression.h"
#include "spec/syntax/match.h"
#include "spec/syntax/route.h"

namespace weir::compiler {

// Where in the payload a claim comes from. Two claims of one member and one part
// are one dimension; those of different parts are related by derived.h.
struct ClaimSource {
  Part part = Part::kTextClaim;  // kWordsClaim: a list that may be a string split at spaces
  std::string member;
};

// Where a condition stands: whose token and key it can read, and whose
// captures. A rule of a gateway's scope is encoded anew for every route.
struct RulePlace {
  std::optional<std::string> jwt;  // the definition's text, as DimensionKey::scope
  std::optional<std::string> keys;
  const syntax::Match* match = nullptr;  // for captures
  // What the route writes into the request, for `upstream.path`.
  const std::vector<syntax::Transform>* request = nullptr;
  // The claims that the token can have, by name and the part their type makes
  // them; any other, and any read as another type, is absent.
  std::map<std::pair<std::string, Part>, ClaimSource> claims;
};

// The part of the request that a claim of this type is.
Part ClaimPart(syntax::Type type);
// The registered claims, which every token can have.
std::map<std::pair<std::string, Part>, ClaimSource> RegisteredClaims();

Formula Encode(Universe& universe, const syntax::Expression& expression, const RulePlace& place);

// Formulas of what authentication found at this place: a token's claims and a
// key's consumer count only when that credential was verified.
Formula JwtVerified(Universe& universe, const RulePlace& place);

// Names a pattern's language: "path /=a/*/**". Two patterns of one name have one
// language, and the table's encoding names its own patterns alike.
std::string PatternName(const syntax::PathPattern& pattern);

// Path and regular expression tests, for match.cc too.
Formula MatchesPattern(Universe& universe, std::uint32_t path, const syntax::PathPattern& pattern);
Formula MatchesRegex(Universe& universe, std::uint32_t dimension, const syntax::Regex& regex);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_EXPRESSION_H_
