// Conditions over one request: what follows `when`, `where`, `satisfies`.
//
// Resolved and typed. Every leaf compares one attribute of the request with
// constants. A comparison with an absent attribute is false, kNotEqual too;
// kNot negates the whole comparison; kPresent asks. `any` and `all` range over
// the lines of a header or the items of a list and are false when it is absent
// (spec/rules/expression.md has the table of every operator on absent).
#ifndef WEIR_SPEC_SYNTAX_EXPRESSION_H_
#define WEIR_SPEC_SYNTAX_EXPRESSION_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "spec/syntax/node.h"
#include "spec/syntax/pattern.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

enum class Type : std::uint8_t {
  kString,
  kInteger,
  kBoolean,
  kDuration,
  kSize,
  kAddress,
  kNetwork,
  kStringList,
  kClaims,
  kAbsent,
};

enum class Subject : std::uint8_t {
  kClientAddress,  // client.address       address
  kListenerPort,   // listener.port        integer
  kScheme,         // scheme               string: "http" or "https"
  kMethod,         // method               string
  kHost,           // host                 string, canonical
  kPath,           // path                 string, canonical, before any rewrite
  kHeader,         // header.NAME          string, may be absent
  kQuery,          // query.NAME           string, may be absent (first value, decoded)
  kCookie,         // cookie.NAME          string, may be absent
  kJwtVerified,    // jwt.verified         boolean
  kJwtClaim,       // jwt.NAME             as declared, may be absent
  kPeer,           // peer                 string, SPIFFE id of the mTLS peer, may be absent
  kConsumer,       // consumer             string, of the API key, may be absent
  kCapture,        // capture.NAME         string, segment matched by {NAME}
  kRoute,          // route                string: its name; as a limit's key only
  kUpstreamPath,   // upstream.path        string: the path as it is sent; in claims only
};

struct Attribute {
  Subject subject = Subject::kMethod;
  std::string name;  // header (lower case), query, cookie, claim or capture; else empty
  Type type = Type::kString;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

enum class Quantifier : std::uint8_t { kScalar, kAny, kAll };

enum class Operator : std::uint8_t {
  kPresent,   // present(x)
  kEqual,     // == one constant
  kNotEqual,  // != one constant; false on absent
  kLess,      // integers
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,        // x in [constants]: strings, integers, or networks for an address
  kContains,  // "c" in x: the list attribute x holds the one constant
  kMatches,   // a path pattern (on path) or a regular expression
  kStartsWith,
  kEndsWith,
};

using Constant = std::variant<std::string, std::int64_t, bool, Network, PathPattern, Regex>;

struct Predicate {
  Quantifier quantifier = Quantifier::kScalar;
  Attribute attribute;
  Operator op = Operator::kPresent;
  std::vector<Constant> constants;  // none for kPresent, one or more for kIn, else one
};

struct Expression {
  enum class Kind : std::uint8_t { kTrue, kFalse, kNot, kAnd, kOr, kPredicate };
  Kind kind = Kind::kTrue;
  std::vector<Expression> children;  // one for kNot, two or more for kAnd and kOr
  Predicate predicate;               // for kPredicate
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_EXPRESSION_H_
