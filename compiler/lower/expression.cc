#include "compiler/lower/lowering.h"
#include "compiler/lower/source_text.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

namespace {

// The enumerators of both sides stand in the same order; these hold them to it.
template <class To, class From>
constexpr To Same(From from) {
  return static_cast<To>(static_cast<std::uint32_t>(from));
}
static_assert(Same<runtime::AttributeSubject>(syntax::Subject::kRoute) ==
              runtime::AttributeSubject::kRoute);
static_assert(Same<runtime::AttributeSubject>(syntax::Subject::kJwtClaim) ==
              runtime::AttributeSubject::kJwtClaim);
static_assert(Same<runtime::AttributeSubject>(syntax::Subject::kHeader) ==
              runtime::AttributeSubject::kHeader);
static_assert(Same<runtime::OperatorKind>(syntax::Operator::kEndsWith) ==
              runtime::OperatorKind::kEndsWith);
static_assert(Same<runtime::OperatorKind>(syntax::Operator::kIn) == runtime::OperatorKind::kIn);
static_assert(Same<runtime::QuantifierKind>(syntax::Quantifier::kAll) ==
              runtime::QuantifierKind::kAll);
static_assert(Same<runtime::ExpressionKind>(syntax::Expression::Kind::kPredicate) ==
              runtime::ExpressionKind::kPredicate);
static_assert(Same<runtime::ExpressionKind>(syntax::Expression::Kind::kAnd) ==
              runtime::ExpressionKind::kAnd);

}  // namespace

runtime::AttributeType LowerType(syntax::Type type) {
  switch (type) {
    case syntax::Type::kInteger:
      return runtime::AttributeType::kInteger;
    case syntax::Type::kBoolean:
      return runtime::AttributeType::kBoolean;
    case syntax::Type::kAddress:
      return runtime::AttributeType::kAddress;
    case syntax::Type::kStringList:
      return runtime::AttributeType::kStringList;
    case syntax::Type::kString:
    case syntax::Type::kDuration:
    case syntax::Type::kSize:
    case syntax::Type::kNetwork:
    case syntax::Type::kClaims:
    case syntax::Type::kAbsent:
      return runtime::AttributeType::kString;  // no other type has attributes
  }
  return runtime::AttributeType::kString;
}

runtime::AttributeRecord Lowering::LowerAttribute(const syntax::Attribute& attribute) {
  return {.subject = Same<runtime::AttributeSubject>(attribute.subject),
          .type = LowerType(attribute.type),
          .name = out.Text(attribute.name)};
}

runtime::Index Lowering::StoreAttribute(const syntax::Attribute& attribute) {
  const runtime::AttributeRecord record = LowerAttribute(attribute);
  const std::string key(reinterpret_cast<const char*>(&record), sizeof record);
  const auto [place, added] = attributes_.try_emplace(key, 0);
  if (added) place->second = AppendOne(out.attributes, record);
  return place->second;
}

runtime::Range Lowering::LowerAttributes(const std::vector<syntax::Attribute>& attributes) {
  std::vector<runtime::AttributeRecord> records;
  for (const syntax::Attribute& attribute : attributes)
    records.push_back(LowerAttribute(attribute));
  return AppendRun(out.attributes, records);
}

runtime::ConstantRecord Lowering::LowerConstant(const syntax::Constant& constant,
                                                syntax::NodeId node) {
  runtime::ConstantRecord record;
  if (const auto* text = std::get_if<std::string>(&constant)) {
    record.text = out.Text(*text);
  } else if (const auto* integer = std::get_if<std::int64_t>(&constant)) {
    record.kind = runtime::ConstantKind::kInteger;
    record.integer = *integer;
  } else if (const auto* boolean = std::get_if<bool>(&constant)) {
    record.kind = runtime::ConstantKind::kBoolean;
    record.integer = *boolean;
  } else if (const auto* network = std::get_if<syntax::Network>(&constant)) {
    record.kind = runtime::ConstantKind::kNetwork;
    record.index = AppendOne(out.networks, LowerNetwork(*network));
    record.text = out.Text(network->text);
  } else if (const auto* path = std::get_if<syntax::PathPattern>(&constant)) {
    record.kind = runtime::ConstantKind::kPath;
    record.index = AppendOne(out.paths, LowerPath(*path));
    record.text = out.Text(path->text);
  } else if (const auto* regex = std::get_if<syntax::Regex>(&constant)) {
    record.kind = runtime::ConstantKind::kDfa;
    record.index = LowerRegex(*regex, node);
    record.text = out.Text(regex->text);
  }
  return record;
}

runtime::ExpressionRecord Lowering::LowerPredicate(const syntax::Expression& expression) {
  const syntax::Predicate& predicate = expression.predicate;
  runtime::ExpressionRecord record;
  record.kind = runtime::ExpressionKind::kPredicate;
  record.quantifier = Same<runtime::QuantifierKind>(predicate.quantifier);
  record.op = Same<runtime::OperatorKind>(predicate.op);
  record.attribute = StoreAttribute(predicate.attribute);
  std::vector<runtime::ConstantRecord> constants;
  for (const syntax::Constant& constant : predicate.constants) {
    constants.push_back(LowerConstant(constant, expression.node));
  }
  record.constants = AppendRun(out.constants, constants);
  return record;
}

// The children go in first, side by side, and their own children before them.
runtime::ExpressionRecord Lowering::LowerExpression(const syntax::Expression& expression) {
  if (expression.kind == syntax::Expression::Kind::kPredicate) return LowerPredicate(expression);
  runtime::ExpressionRecord record;
  record.kind = Same<runtime::ExpressionKind>(expression.kind);
  std::vector<runtime::ExpressionRecord> children;
  for (const syntax::Expression& child : expression.children) {
    children.push_back(LowerExpression(child));
  }
  record.children = AppendRun(out.expressions, children);
  return record;
}

namespace {

void AppendText(std::string_view text, std::string& key) {
  key += std::to_string(text.size()) + ":";
  key += text;
}

void AppendConstant(const syntax::Constant& constant, std::string& key) {
  key += std::to_string(constant.index()) + "=";
  if (const auto* text = std::get_if<std::string>(&constant)) AppendText(*text, key);
  if (const auto* integer = std::get_if<std::int64_t>(&constant)) key += std::to_string(*integer);
  if (const auto* boolean = std::get_if<bool>(&constant)) key += *boolean ? "t" : "f";
  if (const auto* network = std::get_if<syntax::Network>(&constant)) {
    key.append(network->base.octets.begin(), network->base.octets.end());
    AppendText(network->text + "/" + std::to_string(network->prefix), key);
  }
  if (const auto* path = std::get_if<syntax::PathPattern>(&constant)) {
    key += path->kind == syntax::PathPattern::Kind::kRegex ? "~" : "";
    AppendText(path->text, key);
  }
  if (const auto* regex = std::get_if<syntax::Regex>(&constant)) AppendText(regex->text, key);
}

}  // namespace

// A text that two conditions share only if they are the same.
void Lowering::AppendKey(const syntax::Expression& expression, std::string& key) {
  key += "(" + std::to_string(static_cast<int>(expression.kind));
  for (const syntax::Expression& child : expression.children) AppendKey(child, key);
  if (expression.kind == syntax::Expression::Kind::kPredicate) {
    const syntax::Predicate& predicate = expression.predicate;
    key += " " + std::to_string(static_cast<int>(predicate.quantifier)) + " " +
           std::to_string(static_cast<int>(predicate.op)) + " " +
           std::to_string(StoreAttribute(predicate.attribute));
    for (const syntax::Constant& constant : predicate.constants) AppendConstant(constant, key);
  }
  key += ")";
}

runtime::Index Lowering::StoreExpression(const syntax::Expression& expression) {
  std::string key;
  AppendKey(expression, key);
  const auto known = conditions_.find(key);
  if (known != conditions_.end()) return known->second;
  const runtime::Index place = AppendOne(out.expressions, LowerExpression(expression));
  conditions_.emplace(std::move(key), place);
  return place;
}

runtime::Range Lowering::LowerRules(const std::vector<syntax::Rule>& rules) {
  std::vector<runtime::RuleRecord> records;
  for (const syntax::Rule& rule : rules) {
    runtime::RuleRecord record;
    record.allow = rule.allow;
    record.when = StoreExpression(rule.when);
    record.source = SourceOf(rule.node);
    record.text = out.Text(RuleText(policy, sources, rule));
    records.push_back(record);
  }
  return AppendRun(out.rules, records);
}

}  // namespace weir::compiler
