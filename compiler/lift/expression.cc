#include "compiler/lift/lifting.h"

namespace weir::compiler {
namespace {

syntax::Subject LiftSubject(runtime::AttributeSubject subject) {
  using From = runtime::AttributeSubject;
  using To = syntax::Subject;
  switch (subject) {
    case From::kClientAddress:
      return To::kClientAddress;
    case From::kListenerPort:
      return To::kListenerPort;
    case From::kScheme:
      return To::kScheme;
    case From::kMethod:
      return To::kMethod;
    case From::kHost:
      return To::kHost;
    case From::kPath:
      return To::kPath;
    case From::kHeader:
      return To::kHeader;
    case From::kQuery:
      return To::kQuery;
    case From::kCookie:
      return To::kCookie;
    case From::kJwtVerified:
      return To::kJwtVerified;
    case From::kJwtClaim:
      return To::kJwtClaim;
    case From::kPeer:
      return To::kPeer;
    case From::kConsumer:
      return To::kConsumer;
    case From::kCapture:
      return To::kCapture;
    case From::kRoute:
      return To::kRoute;
  }
  return To::kMethod;
}

syntax::Operator LiftOperator(runtime::OperatorKind op) {
  using From = runtime::OperatorKind;
  using To = syntax::Operator;
  switch (op) {
    case From::kPresent:
      return To::kPresent;
    case From::kEqual:
      return To::kEqual;
    case From::kNotEqual:
      return To::kNotEqual;
    case From::kLess:
      return To::kLess;
    case From::kLessEqual:
      return To::kLessEqual;
    case From::kGreater:
      return To::kGreater;
    case From::kGreaterEqual:
      return To::kGreaterEqual;
    case From::kIn:
      return To::kIn;
    case From::kContains:
      return To::kContains;
    case From::kMatches:
      return To::kMatches;
    case From::kStartsWith:
      return To::kStartsWith;
    case From::kEndsWith:
      return To::kEndsWith;
  }
  return To::kPresent;
}

syntax::Quantifier LiftQuantifier(runtime::QuantifierKind quantifier) {
  switch (quantifier) {
    case runtime::QuantifierKind::kScalar:
      return syntax::Quantifier::kScalar;
    case runtime::QuantifierKind::kAny:
      return syntax::Quantifier::kAny;
    case runtime::QuantifierKind::kAll:
      return syntax::Quantifier::kAll;
  }
  return syntax::Quantifier::kScalar;
}

syntax::Expression::Kind LiftKind(runtime::ExpressionKind kind) {
  using From = runtime::ExpressionKind;
  using To = syntax::Expression::Kind;
  switch (kind) {
    case From::kTrue:
      return To::kTrue;
    case From::kFalse:
      return To::kFalse;
    case From::kNot:
      return To::kNot;
    case From::kAnd:
      return To::kAnd;
    case From::kOr:
      return To::kOr;
    case From::kPredicate:
      return To::kPredicate;
  }
  return To::kTrue;
}

}  // namespace

syntax::Type LiftType(runtime::AttributeType type) {
  switch (type) {
    case runtime::AttributeType::kString:
      return syntax::Type::kString;
    case runtime::AttributeType::kInteger:
      return syntax::Type::kInteger;
    case runtime::AttributeType::kBoolean:
      return syntax::Type::kBoolean;
    case runtime::AttributeType::kAddress:
      return syntax::Type::kAddress;
    case runtime::AttributeType::kStringList:
      return syntax::Type::kStringList;
  }
  return syntax::Type::kString;
}

syntax::Attribute Lifting::LiftAttribute(const runtime::AttributeRecord& record) {
  const auto& [subject, type, name] = record;
  return {.subject = LiftSubject(subject), .name = Text(name), .type = LiftType(type)};
}

std::vector<syntax::Attribute> Lifting::LiftAttributes(runtime::Range range) {
  std::vector<syntax::Attribute> attributes;
  for (const auto& record : runtime::TableView::Slice(table.attributes(), range)) {
    attributes.push_back(LiftAttribute(record));
  }
  return attributes;
}

syntax::Constant Lifting::LiftConstant(const runtime::ConstantRecord& record) {
  const auto& [kind, index, text, integer] = record;
  switch (kind) {
    case runtime::ConstantKind::kString:
      return Text(text);
    case runtime::ConstantKind::kInteger:
      return integer;
    case runtime::ConstantKind::kBoolean:
      return integer != 0;
    case runtime::ConstantKind::kNetwork: {
      syntax::Network network = LiftNetwork(table.networks()[index]);
      network.text = Text(text);
      return network;
    }
    case runtime::ConstantKind::kPath:
      return LiftPath(table.paths()[index]);
    case runtime::ConstantKind::kDfa:
      return LiftRegex(Text(text));
  }
  return std::string();
}

// The loader has checked that expressions are trees of a bounded depth.
syntax::Expression Lifting::LiftExpression(runtime::Index place) {
  const auto& [kind, quantifier, op, attribute, children, constants] = table.expressions()[place];
  syntax::Expression expression;
  expression.kind = LiftKind(kind);
  for (std::uint32_t i = 0; i < children.count; ++i) {
    expression.children.push_back(LiftExpression(children.first + i));
  }
  if (kind != runtime::ExpressionKind::kPredicate) return expression;
  syntax::Predicate& predicate = expression.predicate;
  predicate.quantifier = LiftQuantifier(quantifier);
  predicate.attribute = LiftAttribute(table.attributes()[attribute]);
  predicate.op = LiftOperator(op);
  for (const auto& constant : runtime::TableView::Slice(table.constants(), constants)) {
    predicate.constants.push_back(LiftConstant(constant));
  }
  return expression;
}

std::vector<syntax::Rule> Lifting::LiftRules(runtime::Range range) {
  std::vector<syntax::Rule> rules;
  for (const auto& record : runtime::TableView::Slice(table.rules(), range)) {
    const auto& [allow, when, source, text] = record;
    const auto& [file, line, column] = source;
    rules.push_back({.allow = allow != 0,
                     .when = LiftExpression(when),
                     .node = places.Add(table.text(file), {line, column}, table.text(text))});
  }
  return rules;
}

}  // namespace weir::compiler
