#include "spec/model/expression.h"

#include <algorithm>

#include "spec/model/address.h"
#include "spec/model/match.h"
#include "spec/model/regex.h"
#include "spec/model/text.h"

namespace weir::model {
namespace {

using syntax::Constant;
using syntax::Operator;

// Whether a value is the constant; an address is in a network.
bool Equals(const Value& value, const Constant& constant) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const auto* other = std::get_if<std::string>(&constant);
    return other && *text == *other;
  }
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    const auto* other = std::get_if<std::int64_t>(&constant);
    return other && *integer == *other;
  }
  if (const auto* boolean = std::get_if<bool>(&value)) {
    const auto* other = std::get_if<bool>(&constant);
    return other && *boolean == *other;
  }
  if (const auto* address = std::get_if<syntax::Address>(&value)) {
    const auto* network = std::get_if<syntax::Network>(&constant);
    return network && Contains(*network, *address);
  }
  return false;
}

bool Ordered(Operator op, std::int64_t value, std::int64_t constant) {
  switch (op) {
    case Operator::kLess:
      return value < constant;
    case Operator::kLessEqual:
      return value <= constant;
    case Operator::kGreater:
      return value > constant;
    case Operator::kGreaterEqual:
      return value >= constant;
    default:
      return false;
  }
}

bool MatchesConstant(const std::string& text, const Constant& constant) {
  if (const auto* pattern = std::get_if<syntax::PathPattern>(&constant)) {
    return MatchesPath(*pattern, text).has_value();
  }
  if (const auto* regex = std::get_if<syntax::Regex>(&constant)) return Matches(regex->root, text);
  return false;
}

bool TextTest(Operator op, const std::string& text, const Constant& constant) {
  if (op == Operator::kMatches) return MatchesConstant(text, constant);
  const auto* part = std::get_if<std::string>(&constant);
  if (!part) return false;
  return op == Operator::kStartsWith ? text.starts_with(*part) : text.ends_with(*part);
}

// One present value against the constants (EXPR-3).
bool Test(const syntax::Predicate& predicate, const Value& value) {
  switch (predicate.op) {
    case Operator::kPresent:
      return true;
    case Operator::kEqual:
      return Equals(value, predicate.constants[0]);
    case Operator::kNotEqual:
      return !Equals(value, predicate.constants[0]);
    case Operator::kIn:
      return std::ranges::any_of(predicate.constants,
                                 [&](const Constant& c) { return Equals(value, c); });
    case Operator::kContains: {
      const auto* list = std::get_if<std::vector<std::string>>(&value);
      const auto* item = std::get_if<std::string>(&predicate.constants[0]);
      return list && item && std::ranges::count(*list, *item) > 0;
    }
    case Operator::kMatches:
    case Operator::kStartsWith:
    case Operator::kEndsWith: {
      const auto* text = std::get_if<std::string>(&value);
      return text && TextTest(predicate.op, *text, predicate.constants[0]);
    }
    default: {
      const auto* integer = std::get_if<std::int64_t>(&value);
      const auto* constant = std::get_if<std::int64_t>(&predicate.constants[0]);
      return integer && constant && Ordered(predicate.op, *integer, *constant);
    }
  }
}

// What `any of` and `all of` range over: the items of a list, or the elements
// of a header's combined value (EXPR-4).
std::vector<std::string> Elements(const Value& value) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) return *list;
  if (const auto* text = std::get_if<std::string>(&value)) return ListElements(*text);
  return {};
}

// EXPR-2: absent is false, whatever is asked.
bool PredicateHolds(const syntax::Predicate& predicate, const Facts& facts) {
  const auto value = ValueOf(predicate.attribute, facts);
  if (!value) return false;
  if (predicate.quantifier == syntax::Quantifier::kScalar) return Test(predicate, *value);
  const std::vector<std::string> elements = Elements(*value);
  if (elements.empty()) return false;
  const auto test = [&](const std::string& element) { return Test(predicate, element); };
  return predicate.quantifier == syntax::Quantifier::kAny ? std::ranges::any_of(elements, test)
                                                          : std::ranges::all_of(elements, test);
}

}  // namespace

bool Holds(const syntax::Expression& expression, const Facts& facts) {
  using Kind = syntax::Expression::Kind;
  const auto holds = [&](const syntax::Expression& child) { return Holds(child, facts); };
  switch (expression.kind) {
    case Kind::kTrue:
      return true;
    case Kind::kFalse:
      return false;
    case Kind::kNot:
      return !holds(expression.children[0]);
    case Kind::kAnd:
      return std::ranges::all_of(expression.children, holds);
    case Kind::kOr:
      return std::ranges::any_of(expression.children, holds);
    case Kind::kPredicate:
      return PredicateHolds(expression.predicate, facts);
  }
  return false;
}

}  // namespace weir::model
