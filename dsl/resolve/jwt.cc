#include <array>
#include <string>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::JwtAlgorithm;

constexpr std::array<std::pair<std::string_view, JwtAlgorithm>, 8> kAlgorithms = {{
    {"RS256", JwtAlgorithm::kRS256},
    {"RS384", JwtAlgorithm::kRS384},
    {"RS512", JwtAlgorithm::kRS512},
    {"PS256", JwtAlgorithm::kPS256},
    {"ES256", JwtAlgorithm::kES256},
    {"ES384", JwtAlgorithm::kES384},
    {"EdDSA", JwtAlgorithm::kEdDSA},
    {"HS256", JwtAlgorithm::kHS256},
}};

bool ReadAlgorithms(Cursor& cursor, syntax::Jwt& jwt) {
  return ReadList(cursor, "an algorithm such as RS256", [&](const Value& value) {
    std::vector<std::string> names;
    for (const auto& [name, algorithm] : kAlgorithms) {
      names.emplace_back(name);
      if (value.item->text != name) continue;
      for (JwtAlgorithm other : jwt.algorithms) {
        if (other != algorithm) continue;
        cursor.context().Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
        return false;
      }
      jwt.algorithms.push_back(algorithm);
      return true;
    }
    Diagnostic& error = cursor.context().Error(
        "wrong-value", Quote(*value.item) + " is not a signature algorithm", value);
    error.help = value.item->text == "none" ? "a token without a signature is never verified"
                                            : Suggest(value.item->text, names);
    return false;
  });
}

bool ReadKeys(Cursor& cursor, syntax::Jwt& jwt) {
  Context& context = cursor.context();
  using SourceKind = syntax::SecretSource::Kind;
  if (const tree::Item* next = cursor.Peek();
      next != nullptr && next->kind == tree::Item::Kind::kString) {
    Diagnostic& error =
        context.Error("secret-in-policy", "keys are never written in a policy", next->span);
    error.help = "write keys file \"...\" or keys env NAME";
    return false;
  }
  auto choice = ReadChoice(cursor, "a place for keys", {"file", "env", "url"});
  if (!choice) return false;
  jwt.keys.kind = *choice == 0   ? SourceKind::kFile
                  : *choice == 1 ? SourceKind::kEnvironment
                                 : SourceKind::kUrl;
  if (*choice == 1) {
    const tree::Item* name = cursor.TakeName("the name of a variable");
    if (name == nullptr) return false;
    if (!IsName(name->text) || name->text.find('-') != std::string::npos) {
      context.Error("wrong-value", Quote(*name) + " is not the name of a variable", name->span);
      return false;
    }
    jwt.keys.location = name->text;
    return true;
  }
  const Span at = cursor.Here();
  auto location = ReadLocation(cursor, *choice == 0 ? "a file name" : "a URL");
  if (!location) return false;
  if (*choice == 2 && !location->starts_with("https://")) {
    context.Error("wrong-value", "keys are fetched by https only", at);
    return false;
  }
  jwt.keys.location = *std::move(location);
  return true;
}

// NAME TYPE [from MEMBER]
bool ReadClaim(Cursor& cursor, syntax::Jwt& jwt) {
  Context& context = cursor.context();
  const tree::Item* name = cursor.TakeName("a claim's name");
  if (name == nullptr) return false;
  syntax::Claim claim{name->text, name->text, syntax::Type::kString, false,
                      context.Node(name->span)};
  if (!IsName(claim.name) || claim.name == "verified") {
    Diagnostic& error =
        context.Error("wrong-value", Quote(*name) + " cannot be the name of a claim", name->span);
    error.help = claim.name == "verified"
                     ? "jwt.verified says whether the token was verified"
                     : "give it a plain name and write: NAME TYPE from \"...\"";
    return false;
  }
  for (const syntax::Claim& other : jwt.claims) {
    if (other.name != claim.name) continue;
    Diagnostic& error = context.Error(
        "duplicate-name", "the claim '" + claim.name + "' is declared twice", name->span);
    error.labels.push_back({context.policy.origins[other.node], "first declared here"});
    return false;
  }
  auto type =
      ReadChoice(cursor, "a claim's type", {"string", "integer", "boolean", "list", "words"});
  if (!type) return false;
  constexpr std::array kTypes = {syntax::Type::kString, syntax::Type::kInteger,
                                 syntax::Type::kBoolean, syntax::Type::kStringList,
                                 syntax::Type::kStringList};
  claim.type = kTypes[*type];
  claim.words = *type == 4;
  if (cursor.TakeWord("from")) {
    auto source = ReadString(cursor, "the member of the token in quotes");
    if (!source) return false;
    if (source->empty()) {
      context.Error("wrong-value", "a member's name cannot be empty", cursor.Last().span);
      return false;
    }
    claim.source = *std::move(source);
  }
  jwt.claims.push_back(std::move(claim));
  return true;
}

bool ReadClaims(Cursor& cursor, syntax::Jwt& jwt) {
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block of claims { NAME TYPE ... }");
    return false;
  }
  for (const tree::Statement& statement : block->statements) {
    Cursor line(cursor.context(), statement.items, statement.span);
    while (!line.AtEnd() && ReadClaim(line, jwt)) {
    }
  }
  return true;
}

}  // namespace

void ResolveJwt(Context& context, const Definition& definition) {
  syntax::Jwt& jwt = context.policy.jwts[definition.index];
  const std::string owner = OwnerOf("jwt", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseTable table = {
      {"issuer",
       [&](Cursor& cursor, const tree::Item&) {
         auto issuer = ReadLocation(cursor, "the issuer in quotes");
         if (issuer) jwt.issuer = *std::move(issuer);
         return issuer.has_value();
       }},
      {"audience",
       [&](Cursor& cursor, const tree::Item&) {
         return ReadList(cursor, "an audience in quotes", [&](const Value& value) {
           auto audience = StringOf(context, value, "an audience in quotes");
           if (audience) jwt.audiences.push_back(*std::move(audience));
           return audience.has_value();
         });
       }},
      {"keys", [&](Cursor& cursor, const tree::Item&) { return ReadKeys(cursor, jwt); }},
      {"algorithms",
       [&](Cursor& cursor, const tree::Item&) { return ReadAlgorithms(cursor, jwt); }},
      {"skew",
       [&](Cursor& cursor, const tree::Item&) {
         auto skew = ReadDuration(cursor);
         if (skew) jwt.skew = *skew;
         return skew.has_value();
       }},
      {"claims", [&](Cursor& cursor, const tree::Item&) { return ReadClaims(cursor, jwt); }, true},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  Require(context, found, {"issuer", "keys", "algorithms"}, owner, definition.span);
}

}  // namespace weir::dsl::resolve
