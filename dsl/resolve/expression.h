// Conditions: attributes are found, constants are read as the type they are
// compared with, and what does not fit is an error that names both types.
#ifndef WEIR_DSL_RESOLVE_EXPRESSION_H_
#define WEIR_DSL_RESOLVE_EXPRESSION_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/expression.h"

namespace weir::dsl::resolve {

// What a condition may speak of, by where it stands.
struct Scope {
  // The jwt that types the claims; none: any jwt that declares the claim.
  std::optional<std::uint32_t> jwt;
  // The segments that the route captures; null where nothing is captured.
  const std::set<std::string>* captures = nullptr;
  bool any_capture = false;  // a profile that no route uses: captures are not known
  bool limit_key = false;    // `route` may stand, and lists may not
  bool claim = false;        // `upstream.path` may stand
};

std::string_view TypeName(syntax::Type type);  // "a string", "an address"

// Whether a word is the name of an attribute (known or not): "jwt.x", "method".
bool LooksLikeAttribute(std::string_view word);
// Whether a request can lack it.
bool MayBeAbsent(const syntax::Attribute& attribute);

std::optional<syntax::Attribute> ResolveAttribute(Context& context, std::string_view word,
                                                  Span span, const Scope& scope);
// The type of a claim that some jwt declares; an error when none does or two disagree.
std::optional<syntax::Type> ClaimType(Context& context, std::string_view name, Span span,
                                      std::optional<std::uint32_t> jwt);

// Null after an error.
std::optional<syntax::Expression> ResolveCondition(Context& context,
                                                   const tree::Condition& condition,
                                                   const Scope& scope);
// `when CONDITION`, or nothing, which is true.
std::optional<syntax::Expression> ReadWhen(Cursor& cursor, const Scope& scope, Span keyword);

syntax::Expression Truth(bool value, syntax::NodeId node);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_EXPRESSION_H_
