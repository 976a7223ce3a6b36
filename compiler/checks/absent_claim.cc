// A declared claim that no token of a usual issuer has in this form, and which is
// then always absent (AUTH-3): a name with dots, which is no path into an object, or
// a registered claim declared with another type than it has.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::Claim;
using syntax::Type;

bool IsNameByte(char c) { return IsAlphanumeric(c) || c == '_' || c == '-'; }

// "realm_access.roles", "$.a", "/a/b", "a[0]", "a['b']"; not "https://a.b/c" nor "urn:a:b".
bool LooksNested(std::string_view source) {
  if (source.find("://") != source.npos) return false;
  if (source.starts_with('$') || source.starts_with('/')) return true;
  if (source.find('[') != source.npos) return true;
  if (source.find('.') == source.npos || source.find(':') != source.npos) return false;
  return std::ranges::all_of(source, [](char c) { return IsNameByte(c) || c == '.'; }) &&
         !source.starts_with('.') && !source.ends_with('.');
}

// The type that a registered claim has (RFC 7519 4.1, RFC 8693 4.2, OpenID Connect
// Core 2 and 5.1); null: not known.
const char* TypeOf(std::string_view source) {
  for (const char* time : {"exp", "nbf", "iat", "auth_time", "updated_at"}) {
    if (source == time) return "integer";
  }
  for (const char* flag : {"email_verified", "phone_number_verified"}) {
    if (source == flag) return "boolean";
  }
  for (const char* text : {"sub", "iss", "jti", "azp", "nonce", "acr", "email", "client_id"}) {
    if (source == text) return "string";
  }
  if (source == "scope") return "words";
  if (source == "amr") return "list";
  return nullptr;
}

std::string_view Declared(const Claim& claim) {
  switch (claim.type) {
    case Type::kInteger:
      return "integer";
    case Type::kBoolean:
      return "boolean";
    case Type::kStringList:
      return claim.words ? "words" : "list";
    case Type::kString:
    case Type::kDuration:
    case Type::kSize:
    case Type::kAddress:
    case Type::kNetwork:
    case Type::kClaims:
    case Type::kAbsent:
      return "string";
  }
  return "string";
}

// A scope is read as a string too, whole.
bool Fits(std::string_view declared, std::string_view type) {
  return declared == type || (declared == "string" && type == "words") ||
         (declared == "words" && type == "string");
}

}  // namespace

CheckResult CheckAbsentClaims(const syntax::Policy& policy) {
  CheckResult result;
  for (const auto& jwt : policy.jwts) {
    for (const Claim& claim : jwt.claims) {
      const dsl::Span span = SpanOf(policy, claim.node);
      if (LooksNested(claim.source)) {
        result.findings.push_back(
            Found("absent-claim", dsl::Severity::kWarning, span,
                  "the claim '" + claim.name + "' of jwt '" + jwt.name +
                      "' is the member that is called \"" + claim.source +
                      "\" as a whole: it is no path, so that a member of an object within the "
                      "token is never read, and jwt." +
                      claim.name + " is absent",
                  "Have the issuer put it at the top of the token, and write that name."));
        continue;
      }
      const char* type = TypeOf(claim.source);
      if (type == nullptr || Fits(Declared(claim), type)) continue;
      result.findings.push_back(
          Found("absent-claim", dsl::Severity::kWarning, span,
                "the claim '" + claim.name + "' of jwt '" + jwt.name + "' is declared as " +
                    std::string(Declared(claim)) + ", but \"" + claim.source +
                    "\" is a registered claim of another type (" + type + "): jwt." + claim.name +
                    " is absent in every token that keeps to it",
                "Declare it as " + std::string(type) + "."));
    }
  }
  return result;
}

}  // namespace weir::compiler
