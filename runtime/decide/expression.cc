#include "runtime/decide/expression.h"

#include "runtime/decide/match.h"

namespace weir::runtime {
namespace {

bool EqualsConstant(const Facts& facts, const Value& value, const ConstantRecord& constant) {
  switch (value.kind) {
    case Value::Kind::kText:
      return constant.kind == ConstantKind::kString &&
             Equals(value.text, facts.table.text(constant.text));
    case Value::Kind::kInteger:
      return constant.kind == ConstantKind::kInteger && value.integer == constant.integer;
    case Value::Kind::kBoolean:
      return constant.kind == ConstantKind::kBoolean && value.integer == constant.integer;
    case Value::Kind::kAddress:
      return constant.kind == ConstantKind::kNetwork &&
             InNetworks(facts.table, {constant.index, 1}, *value.address);
    case Value::Kind::kAbsent:
    case Value::Kind::kList:
      return false;
  }
  return false;
}

bool MatchesConstant(const Facts& facts, const Text& text, const ConstantRecord& constant) {
  if (constant.kind == ConstantKind::kDfa) {
    return Accepts(facts.table, facts.table.dfas()[constant.index], text);
  }
  return constant.kind == ConstantKind::kPath && !text.encoded &&
         MatchesPath(facts.table, facts.table.paths()[constant.index], text.raw);
}

bool Ordered(OperatorKind op, std::int64_t value, std::int64_t constant) {
  switch (op) {
    case OperatorKind::kLess:
      return value < constant;
    case OperatorKind::kLessEqual:
      return value <= constant;
    case OperatorKind::kGreater:
      return value > constant;
    default:
      return value >= constant;
  }
}

bool Contains(const Facts& facts, const Value& value, const ConstantRecord& constant) {
  if (value.kind != Value::Kind::kList || constant.kind != ConstantKind::kString) return false;
  for (std::string_view item : value.list) {
    if (item == facts.table.text(constant.text)) return true;
  }
  return false;
}

// One value that is there against the constants.
bool Test(const Facts& facts, const ExpressionRecord& predicate, const Value& value) {
  const auto constants = TableView::Slice(facts.table.constants(), predicate.constants);
  switch (predicate.op) {
    case OperatorKind::kPresent:
      return true;
    case OperatorKind::kEqual:
      return EqualsConstant(facts, value, constants[0]);
    case OperatorKind::kNotEqual:
      return !EqualsConstant(facts, value, constants[0]);
    case OperatorKind::kIn:
      for (const ConstantRecord& constant : constants) {
        if (EqualsConstant(facts, value, constant)) return true;
      }
      return false;
    case OperatorKind::kContains:
      return Contains(facts, value, constants[0]);
    case OperatorKind::kMatches:
      return value.kind == Value::Kind::kText && MatchesConstant(facts, value.text, constants[0]);
    case OperatorKind::kStartsWith:
      return value.kind == Value::Kind::kText && constants[0].kind == ConstantKind::kString &&
             StartsWith(value.text, facts.table.text(constants[0].text));
    case OperatorKind::kEndsWith:
      return value.kind == Value::Kind::kText && constants[0].kind == ConstantKind::kString &&
             EndsWith(value.text, facts.table.text(constants[0].text));
    case OperatorKind::kLess:
    case OperatorKind::kLessEqual:
    case OperatorKind::kGreater:
    case OperatorKind::kGreaterEqual:
      return value.kind == Value::Kind::kInteger && constants[0].kind == ConstantKind::kInteger &&
             Ordered(predicate.op, value.integer, constants[0].integer);
  }
  return false;
}

// `any of` and `all of`: over the items of a list, or the comma-separated
// elements of a text; false when there is none.
bool TestElements(const Facts& facts, const ExpressionRecord& predicate, const Value& value) {
  const bool any = predicate.quantifier == QuantifierKind::kAny;
  bool seen = false;
  const auto decided = [&](std::string_view element) {
    seen = true;
    const Value one{.kind = Value::Kind::kText, .text = {element}};
    return Test(facts, predicate, one) == any;
  };
  if (value.kind == Value::Kind::kList) {
    for (std::string_view item : value.list) {
      if (decided(item)) return any;
    }
  } else if (value.kind == Value::Kind::kText && !value.text.encoded) {
    std::string_view list = value.text.raw;
    for (std::string_view element; NextElement(list, element);) {
      if (!element.empty() && decided(element)) return any;
    }
  }
  return seen && !any;
}

}  // namespace

bool PredicateHolds(const Facts& facts, const ExpressionRecord& predicate) {
  const Value value = ReadAttribute(facts, facts.table.attributes()[predicate.attribute]);
  if (value.kind == Value::Kind::kAbsent) return false;
  if (predicate.quantifier == QuantifierKind::kScalar) return Test(facts, predicate, value);
  return TestElements(facts, predicate, value);
}

bool Holds(const Facts& facts, Index expression) {
  const ExpressionRecord& record = facts.table.expressions()[expression];
  const Index first = record.children.first;
  const Index end = first + record.children.count;
  switch (record.kind) {
    case ExpressionKind::kTrue:
      return true;
    case ExpressionKind::kFalse:
      return false;
    case ExpressionKind::kNot:
      return !Holds(facts, first);
    case ExpressionKind::kAnd:
      for (Index child = first; child < end; ++child) {
        if (!Holds(facts, child)) return false;
      }
      return true;
    case ExpressionKind::kOr:
      for (Index child = first; child < end; ++child) {
        if (Holds(facts, child)) return true;
      }
      return false;
    case ExpressionKind::kPredicate:
      return PredicateHolds(facts, record);
  }
  return false;
}

}  // namespace weir::runtime
