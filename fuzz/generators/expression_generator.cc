#include "fuzz/generators/expression_generator.h"

#include "fuzz/generators/pattern_generator.h"
#include "fuzz/generators/regex_generator.h"
#include "fuzz/generators/words.h"
#include "spec/model/address.h"

namespace weir::fuzz {
namespace {

using syntax::Attribute;
using syntax::Constant;
using syntax::Operator;
using syntax::Predicate;
using syntax::Quantifier;
using syntax::Subject;
using syntax::Type;

Attribute StringAttribute(Choices& choices) {
  switch (choices.Below(10)) {
    case 0:
      return {Subject::kMethod, "", Type::kString};
    case 1:
      return {Subject::kHost, "", Type::kString};
    case 2:
      return {Subject::kPath, "", Type::kString};
    case 3:
      return {Subject::kQuery, QueryName(choices), Type::kString};
    case 4:
      return {Subject::kCookie, choices.Of({"sid", "c"}), Type::kString};
    case 5:
      return {Subject::kPeer, "", Type::kString};
    case 6:
      return {Subject::kConsumer, "", Type::kString};
    case 7:
      return {Subject::kCapture, choices.Of({"id", "name"}), Type::kString};
    case 8:
      return {Subject::kScheme, "", Type::kString};
    default:
      return {Subject::kHeader, HeaderName(choices), Type::kString};
  }
}

// A constant that this attribute has a fair chance to be.
std::string ConstantFor(const Attribute& attribute, Choices& choices) {
  switch (attribute.subject) {
    case Subject::kMethod:
      return MethodWord(choices);
    case Subject::kHost:
      return HostWord(choices);
    case Subject::kPath:
      return "/" + SegmentWord(choices);
    case Subject::kPeer:
      return PeerWord(choices);
    case Subject::kScheme:
      return choices.Of({"http", "https"});
    case Subject::kCapture:
      return SegmentWord(choices);
    default:
      return ValueWord(choices);
  }
}

Predicate StringPredicate(Attribute attribute, Choices& choices) {
  Predicate predicate{.attribute = std::move(attribute)};
  const auto constant = [&] { return ConstantFor(predicate.attribute, choices); };
  switch (choices.Below(7)) {
    case 0:
      predicate.op = Operator::kPresent;
      return predicate;
    case 1:
      predicate.op = Operator::kNotEqual;
      break;
    case 2:
      predicate.op = Operator::kIn;
      predicate.constants = {constant()};
      break;
    case 3:
      predicate.op = choices.Chance(50) ? Operator::kStartsWith : Operator::kEndsWith;
      break;
    case 4:
      predicate.op = Operator::kMatches;
      if (predicate.attribute.subject == Subject::kPath) {
        predicate.constants = {RandomPathPattern(choices)};
      } else {
        predicate.constants = {RandomRegex(choices, false)};
      }
      return predicate;
    default:
      predicate.op = Operator::kEqual;
  }
  predicate.constants.emplace_back(constant());
  return predicate;
}

Predicate IntegerPredicate(Attribute attribute, std::int64_t constant, Choices& choices) {
  static const std::vector<Operator> kOperators = {
      Operator::kEqual,   Operator::kNotEqual,     Operator::kLess, Operator::kLessEqual,
      Operator::kGreater, Operator::kGreaterEqual, Operator::kIn};
  return {.attribute = std::move(attribute), .op = choices.Of(kOperators), .constants = {constant}};
}

Predicate ListPredicate(Attribute attribute, Choices& choices) {
  if (choices.Chance(50)) {
    return {.attribute = std::move(attribute),
            .op = Operator::kContains,
            .constants = {ValueWord(choices)}};
  }
  Predicate predicate = StringPredicate(std::move(attribute), choices);
  if (predicate.op == Operator::kPresent) return predicate;
  predicate.quantifier = choices.Chance(50) ? Quantifier::kAll : Quantifier::kAny;
  return predicate;
}

Predicate ClaimPredicate(Choices& choices) {
  const Attribute claim = ClaimAttribute(choices);
  switch (claim.type) {
    case Type::kInteger:
      return IntegerPredicate(claim, choices.Below(9), choices);
    case Type::kBoolean:
      return {.attribute = claim, .op = Operator::kEqual, .constants = {choices.Chance(50)}};
    case Type::kStringList:
      return ListPredicate(claim, choices);
    default:
      return StringPredicate(claim, choices);
  }
}

Predicate RandomPredicate(Choices& choices) {
  switch (choices.Below(8)) {
    case 0: {
      Predicate in{.attribute = {Subject::kClientAddress, "", Type::kAddress},
                   .op = Operator::kIn,
                   .constants = {NetworkWord(choices), NetworkWord(choices)}};
      return in;
    }
    case 1:
      return IntegerPredicate({Subject::kListenerPort, "", Type::kInteger}, 8080, choices);
    case 2:
      return {.attribute = {Subject::kJwtVerified, "", Type::kBoolean},
              .op = Operator::kEqual,
              .constants = {choices.Chance(70)}};
    case 3:
    case 4:
      return ClaimPredicate(choices);
    case 5:
      return ListPredicate({Subject::kHeader, "x-roles", Type::kString}, choices);
    default:
      return StringPredicate(StringAttribute(choices), choices);
  }
}

}  // namespace

const std::vector<syntax::Claim>& DeclaredClaims() {
  static const std::vector<syntax::Claim> kClaims = {
      {"role", "https://test/role", Type::kString, false},
      {"level", "level", Type::kInteger, false},
      {"staff", "staff", Type::kBoolean, false},
      {"scope", "scope", Type::kStringList, true},
  };
  return kClaims;
}

syntax::Attribute ClaimAttribute(Choices& choices) {
  const std::string name = ClaimName(choices);
  Attribute attribute{Subject::kJwtClaim, name, Type::kString};
  for (const syntax::Claim& claim : DeclaredClaims()) {
    if (claim.name == name) attribute.type = claim.type;
  }
  return attribute;
}

syntax::Attribute KeyAttribute(Choices& choices, bool identity) {
  if (identity) {
    switch (choices.Below(3)) {
      case 0:
        return ClaimAttribute(choices);
      case 1:
        return {Subject::kConsumer, "", Type::kString};
      default:
        return {Subject::kPeer, "", Type::kString};
    }
  }
  switch (choices.Below(3)) {
    case 0:
      return {Subject::kClientAddress, "", Type::kAddress};
    case 1:
      return {Subject::kRoute, "", Type::kString};
    default:
      return {Subject::kHeader, HeaderName(choices), Type::kString};
  }
}

syntax::Attribute ValueAttribute(Choices& choices) {
  switch (choices.Below(5)) {
    case 0:
      return {Subject::kClientAddress, "", Type::kAddress};
    case 1:
      return ClaimAttribute(choices);
    case 2:
      return {Subject::kListenerPort, "", Type::kInteger};
    default:
      return StringAttribute(choices);
  }
}

syntax::Expression RandomExpression(Choices& choices, int depth) {
  using Kind = syntax::Expression::Kind;
  syntax::Expression expression;
  const std::uint32_t kind = choices.Below(depth == 0 ? 7 : 10);
  if (kind == 0) {
    expression.kind = choices.Chance(20) ? Kind::kFalse : Kind::kTrue;
  } else if (kind < 7) {
    expression.kind = Kind::kPredicate;
    expression.predicate = RandomPredicate(choices);
  } else if (kind == 7) {
    expression.kind = Kind::kNot;
    expression.children.push_back(RandomExpression(choices, depth - 1));
  } else {
    expression.kind = kind == 8 ? Kind::kAnd : Kind::kOr;
    const std::uint32_t children = 2 + choices.Below(2);
    for (std::uint32_t i = 0; i < children; ++i) {
      expression.children.push_back(RandomExpression(choices, depth - 1));
    }
  }
  return expression;
}

}  // namespace weir::fuzz
