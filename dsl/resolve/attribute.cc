// The attributes of a request: their names, their types, and where they may stand.
#include <array>
#include <utility>

#include "dsl/resolve/expression.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Subject;
using syntax::Type;

struct Plain {
  std::string_view name;
  Subject subject;
  Type type;
};

constexpr std::array<Plain, 11> kPlain = {{
    {"client.address", Subject::kClientAddress, Type::kAddress},
    {"listener.port", Subject::kListenerPort, Type::kInteger},
    {"scheme", Subject::kScheme, Type::kString},
    {"method", Subject::kMethod, Type::kString},
    {"host", Subject::kHost, Type::kString},
    {"path", Subject::kPath, Type::kString},
    {"jwt.verified", Subject::kJwtVerified, Type::kBoolean},
    {"peer", Subject::kPeer, Type::kString},
    {"consumer", Subject::kConsumer, Type::kString},
    {"route", Subject::kRoute, Type::kString},
    {"upstream.path", Subject::kUpstreamPath, Type::kString},
}};

constexpr std::array<std::pair<std::string_view, Subject>, 5> kNamed = {{
    {"header.", Subject::kHeader},
    {"query.", Subject::kQuery},
    {"cookie.", Subject::kCookie},
    {"jwt.", Subject::kJwtClaim},
    {"capture.", Subject::kCapture},
}};

std::optional<Type> RegisteredClaim(std::string_view name) {
  if (name == "sub" || name == "iss" || name == "jti") return Type::kString;
  if (name == "aud") return Type::kStringList;
  return std::nullopt;
}

void UnknownAttribute(Context& context, std::string_view word, Span span) {
  Diagnostic& error = context.Error(
      "unknown-attribute", "'" + std::string(word) + "' is not an attribute of a request", span);
  std::vector<std::string> candidates;
  for (const Plain& plain : kPlain) candidates.emplace_back(plain.name);
  for (const auto& [prefix, subject] : kNamed) candidates.push_back(std::string(prefix) + "NAME");
  for (const auto& [let, definition] : context.names(NameKind::kLet)) candidates.push_back(let);
  error.help = Suggest(word, candidates);
}

}  // namespace

std::string_view TypeName(Type type) {
  switch (type) {
    case Type::kString:
      return "a string";
    case Type::kInteger:
      return "an integer";
    case Type::kBoolean:
      return "a boolean";
    case Type::kDuration:
      return "a duration";
    case Type::kSize:
      return "a size";
    case Type::kAddress:
      return "an address";
    case Type::kNetwork:
      return "a network";
    case Type::kStringList:
      return "a list of strings";
    case Type::kClaims:
      return "a set of claims";
    case Type::kAbsent:
      return "absent";
  }
  return "a value";
}

bool LooksLikeAttribute(std::string_view word) {
  for (const Plain& plain : kPlain) {
    if (plain.name == word) return true;
  }
  for (const auto& [prefix, subject] : kNamed) {
    if (word.starts_with(prefix)) return true;
  }
  return word.starts_with("client.") || word.starts_with("listener.") ||
         word.starts_with("upstream.");
}

bool MayBeAbsent(const syntax::Attribute& attribute) {
  switch (attribute.subject) {
    case Subject::kHeader:
    case Subject::kQuery:
    case Subject::kCookie:
    case Subject::kJwtClaim:
    case Subject::kPeer:
    case Subject::kConsumer:
      return true;
    case Subject::kClientAddress:
    case Subject::kListenerPort:
    case Subject::kScheme:
    case Subject::kMethod:
    case Subject::kHost:
    case Subject::kPath:
    case Subject::kJwtVerified:
    case Subject::kCapture:
    case Subject::kRoute:
    case Subject::kUpstreamPath:
      return false;
  }
  return false;
}

std::optional<Type> ClaimType(Context& context, std::string_view name, Span span,
                              std::optional<std::uint32_t> jwt) {
  std::vector<std::string> candidates = {"verified", "sub", "iss", "jti", "aud"};
  std::optional<Type> type;
  const syntax::Claim* first = nullptr;
  for (std::uint32_t i = 0; i < context.policy.jwts.size(); ++i) {
    if (jwt && i != *jwt) continue;
    for (const syntax::Claim& claim : context.policy.jwts[i].claims) {
      candidates.push_back(claim.name);
      if (claim.name != name) continue;
      if (first != nullptr && first->type != claim.type) {
        Diagnostic& error = context.Error(
            "conflicting-claim",
            "'jwt." + std::string(name) + "' is " + std::string(TypeName(first->type)) +
                " to one jwt and " + std::string(TypeName(claim.type)) + " to another",
            span);
        error.labels.push_back({context.policy.origins[first->node], "declared here"});
        error.labels.push_back({context.policy.origins[claim.node], "and here"});
        return std::nullopt;
      }
      if (first == nullptr) first = &claim;
      type = claim.type;
    }
  }
  if (!type) type = RegisteredClaim(name);
  if (type) return type;
  Diagnostic& error = context.Error("unknown-claim",
                                    jwt ? "jwt '" + context.policy.jwts[*jwt].name +
                                              "' declares no claim '" + std::string(name) + "'"
                                        : "no jwt declares a claim '" + std::string(name) + "'",
                                    span);
  error.help = Suggest(name, candidates);
  return std::nullopt;
}

std::optional<syntax::Attribute> ResolveAttribute(Context& context, std::string_view word,
                                                  Span span, const Scope& scope) {
  for (const Plain& plain : kPlain) {
    if (plain.name != word) continue;
    if (plain.subject == Subject::kRoute && !scope.limit_key) {
      context.Error("unknown-attribute", "'route' can be the key of a limit only", span);
      return std::nullopt;
    }
    if (plain.subject == Subject::kUpstreamPath && !scope.claim) {
      Diagnostic& error =
          context.Error("unknown-attribute", "'upstream.path' can be read in a prove only", span);
      error.help = "a route decides before it writes the path; 'path' is the path as it came in";
      return std::nullopt;
    }
    return syntax::Attribute{plain.subject, {}, plain.type};
  }
  for (const auto& [prefix, subject] : kNamed) {
    if (!word.starts_with(prefix)) continue;
    syntax::Attribute attribute{subject, std::string(word.substr(prefix.size())), Type::kString};
    if (attribute.name.empty()) break;
    if (subject == Subject::kHeader) {
      attribute.name = Lowered(attribute.name);
      if (!IsToken(attribute.name)) break;
      if (attribute.name == "host") {
        Diagnostic& error = context.Error(
            "unknown-attribute", "the Host field is no header of the canonical request", span);
        error.help = "write 'host'";
        return std::nullopt;
      }
    }
    if (subject == Subject::kJwtClaim) {
      auto type = ClaimType(context, attribute.name, span, scope.jwt);
      if (!type) return std::nullopt;
      attribute.type = *type;
    }
    if (subject == Subject::kCapture && !scope.any_capture &&
        (scope.captures == nullptr || !scope.captures->contains(attribute.name))) {
      Diagnostic& error =
          context.Error("unknown-capture", "no {" + attribute.name + "} is captured here", span);
      error.help = scope.captures == nullptr
                       ? "captures can be read in the route whose path has them"
                       : "every path of the route's match needs a segment {" + attribute.name + "}";
      return std::nullopt;
    }
    return attribute;
  }
  UnknownAttribute(context, word, span);
  return std::nullopt;
}

}  // namespace weir::dsl::resolve
