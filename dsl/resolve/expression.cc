// A comparison is resolved in three steps: which side is the attribute, what
// the other side is as a constant, and whether the operator joins their types.
//
//   attribute   == !=   in [..]   < <= > >=   matches           starts-with ends-with
//   string      string  strings   -           ~"..", on a path  string
//                                             also a pattern
//   integer     integer integers  integer     -                 -
//   boolean     boolean -         -           -                 -
//   address     address networks  -           -                 -
//   list        -       -         -           -                 -       ("c" in list)
//
// `any of` and `all of` take a header or a list, and compare its elements as strings.
#include "dsl/resolve/expression.h"

#include <charconv>
#include <utility>
#include <vector>

#include "dsl/resolve/pattern.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Attribute;
using syntax::Expression;
using syntax::Operator;
using syntax::Predicate;
using syntax::Quantifier;
using syntax::Subject;
using syntax::Type;
using Kind = tree::Condition::Kind;

// An operand that is no attribute, with every `let` in it followed.
struct Constant {
  enum class Kind : std::uint8_t { kWord, kString, kRegex, kList };
  Kind kind = Kind::kWord;
  std::string text;
  std::vector<Constant> elements;
  Span span;
};

std::optional<std::int64_t> AsInteger(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// What a constant is, for messages: "the string \"x\"", "the duration 2s".
std::string Describe(const Constant& constant) {
  switch (constant.kind) {
    case Constant::Kind::kString:
      return "the string \"" + constant.text + "\"";
    case Constant::Kind::kRegex:
      return "a regular expression";
    case Constant::Kind::kList:
      return "a list";
    case Constant::Kind::kWord:
      break;
  }
  const std::string& text = constant.text;
  if (AsInteger(text)) return "the integer " + text;
  if (text == "true" || text == "false") return "the boolean " + text;
  if (ParseAddress(text)) return "the address " + text;
  if (text.find('/') != std::string::npos && ParseNetwork(text)) return "the network " + text;
  if (ParseDuration(text)) return "the duration " + text;
  if (ParseSize(text)) return "the size " + text;
  return "'" + text + "'";
}

class Resolver {
 public:
  Resolver(Context& context, const Scope& scope) : context_(context), scope_(scope) {}

  std::optional<Expression> Run(const tree::Condition& condition) {
    switch (condition.kind) {
      case Kind::kOr:
        return Junction(condition, Expression::Kind::kOr);
      case Kind::kAnd:
        return Junction(condition, Expression::Kind::kAnd);
      case Kind::kNot:
        return Not(condition);
      case Kind::kGroup:
        return Run(condition.children.front());
      case Kind::kCompare:
        return Compare(condition, Quantifier::kScalar);
      case Kind::kAny:
        return Quantified(condition, Quantifier::kAny);
      case Kind::kAll:
        return Quantified(condition, Quantifier::kAll);
      case Kind::kPresent:
        return Present(condition);
      case Kind::kWord:
        return Alone(condition);
      case Kind::kString:
      case Kind::kRegex:
      case Kind::kList:
        TypeError("a condition is a comparison, and this is " + Describe(*ToConstant(condition)),
                  condition.span);
        return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  Diagnostic& TypeError(std::string message, Span span) {
    return context_.Error("type-mismatch", std::move(message), span);
  }

  Expression Leaf(Predicate predicate, Span span) {
    Expression leaf;
    leaf.kind = Expression::Kind::kPredicate;
    leaf.predicate = std::move(predicate);
    leaf.node = context_.Node(span);
    return leaf;
  }

  std::optional<Expression> Junction(const tree::Condition& condition, Expression::Kind kind) {
    Expression result;
    result.kind = kind;
    result.node = context_.Node(condition.span);
    bool good = true;
    for (const tree::Condition& child : condition.children) {
      auto resolved = Run(child);
      good = good && resolved.has_value();
      if (resolved) result.children.push_back(*std::move(resolved));
    }
    if (!good) return std::nullopt;
    return result;
  }

  std::optional<Expression> Not(const tree::Condition& condition) {
    auto child = Run(condition.children.front());
    if (!child) return std::nullopt;
    Expression result;
    result.kind = Expression::Kind::kNot;
    result.node = context_.Node(condition.span);
    result.children.push_back(*std::move(child));
    return result;
  }

  std::optional<Expression> Quantified(const tree::Condition& condition, Quantifier quantifier) {
    const tree::Condition& inner = condition.children.front();
    if (inner.kind == Kind::kCompare) return Compare(inner, quantifier);
    TypeError("'any of' and 'all of' take a comparison", condition.span);
    return std::nullopt;
  }

  std::optional<Expression> Present(const tree::Condition& condition) {
    const tree::Condition& operand = condition.children.front();
    auto attribute = ResolveAttribute(context_, operand.text, operand.span, scope_);
    if (!attribute) return std::nullopt;
    if (!MayBeAbsent(*attribute)) {
      TypeError("'" + operand.text + "' is always present", operand.span);
      return std::nullopt;
    }
    return Leaf({Quantifier::kScalar, *std::move(attribute), Operator::kPresent, {}},
                condition.span);
  }

  // A word by itself: a boolean attribute, true or false.
  std::optional<Expression> Alone(const tree::Condition& condition) {
    if (!LooksLikeAttribute(condition.text)) {
      auto constant = ToConstant(condition);
      if (!constant) return std::nullopt;
      if (constant->text == "true" || constant->text == "false") {
        return Truth(constant->text == "true", context_.Node(condition.span));
      }
      if (constant->kind == Constant::Kind::kWord && !IsConstantWord(constant->text)) {
        ResolveAttribute(context_, condition.text, condition.span, scope_);
        return std::nullopt;
      }
      TypeError("a condition is a comparison, and this is " + Describe(*constant), condition.span);
      return std::nullopt;
    }
    auto attribute = ResolveAttribute(context_, condition.text, condition.span, scope_);
    if (!attribute) return std::nullopt;
    if (attribute->type != Type::kBoolean) {
      Diagnostic& error =
          TypeError("'" + condition.text + "' is " + std::string(TypeName(attribute->type)) +
                        " and no condition by itself",
                    condition.span);
      if (MayBeAbsent(*attribute)) error.help = "write present(" + condition.text + ")";
      return std::nullopt;
    }
    return Leaf({Quantifier::kScalar, *std::move(attribute), Operator::kEqual, {true}},
                condition.span);
  }

  static bool IsConstantWord(const std::string& text) {
    Constant constant;
    constant.text = text;
    return Describe(constant).front() != '\'';
  }

  static bool IsAttributeOperand(const tree::Condition& operand) {
    return operand.kind == Kind::kWord && LooksLikeAttribute(operand.text);
  }

  std::optional<Constant> FromItem(const tree::Item& item, Span at, int depth) {
    Constant constant;
    constant.text = item.text;
    constant.span = at;
    switch (item.kind) {
      case tree::Item::Kind::kString:
        constant.kind = Constant::Kind::kString;
        break;
      case tree::Item::Kind::kRegex:
        constant.kind = Constant::Kind::kRegex;
        break;
      case tree::Item::Kind::kList:
        constant.kind = Constant::Kind::kList;
        for (const tree::Item& element : item.items) {
          const tree::Item* followed = context_.FollowLet(element);
          if (followed == nullptr || !context_.Spend(at)) return std::nullopt;
          if (depth > 16) {
            TypeError("this list holds lists without end", at);
            return std::nullopt;
          }
          auto inner = FromItem(*followed, at, depth + 1);
          if (!inner) return std::nullopt;
          Append(constant, *std::move(inner), followed != &element);
        }
        break;
      default:
        break;
    }
    return constant;
  }

  // A list that a `let` stands for is spliced into the list it stands in.
  static void Append(Constant& list, Constant element, bool from_let) {
    if (from_let && element.kind == Constant::Kind::kList) {
      for (Constant& inner : element.elements) list.elements.push_back(std::move(inner));
    } else {
      list.elements.push_back(std::move(element));
    }
  }

  std::optional<Constant> ToConstant(const tree::Condition& operand) {
    Constant constant;
    constant.text = operand.text;
    constant.span = operand.span;
    switch (operand.kind) {
      case Kind::kString:
        constant.kind = Constant::Kind::kString;
        return constant;
      case Kind::kRegex:
        constant.kind = Constant::Kind::kRegex;
        return constant;
      case Kind::kList:
        constant.kind = Constant::Kind::kList;
        for (const tree::Condition& child : operand.children) {
          auto element = ToConstant(child);
          if (!element) return std::nullopt;
          Append(constant, *std::move(element), child.kind == Kind::kWord);
        }
        return constant;
      case Kind::kWord: {
        tree::Item word;
        word.text = operand.text;
        word.span = operand.span;
        const tree::Item* followed = context_.FollowLet(word);
        if (followed == nullptr) return std::nullopt;
        return FromItem(*followed, operand.span, 0);
      }
      default:
        return constant;
    }
  }

  std::optional<Expression> Compare(const tree::Condition& condition, Quantifier quantifier) {
    const tree::Condition* left = &condition.children[0];
    const tree::Condition* right = &condition.children[1];
    const std::string& op = condition.text;
    if (IsAttributeOperand(*left) && IsAttributeOperand(*right) &&
        !(op == "in" && context_.Find(NameKind::kLet, right->text))) {
      TypeError("'" + left->text + "' and '" + right->text +
                    "' are both attributes: a comparison needs a constant",
                condition.span);
      return std::nullopt;
    }
    if (op == "in" && IsAttributeOperand(*right)) return Contains(condition, *left, *right);
    if (!IsAttributeOperand(*left) && IsAttributeOperand(*right) && (op == "==" || op == "!=")) {
      std::swap(left, right);
    }
    if (!IsAttributeOperand(*left)) {
      if (left->kind == Kind::kWord && !IsConstantWord(left->text) &&
          context_.Find(NameKind::kLet, left->text) == nullptr) {
        ResolveAttribute(context_, left->text, left->span, scope_);
        return std::nullopt;
      }
      Diagnostic& error =
          TypeError("the left side of '" + op + "' is no attribute of a request", left->span);
      if (IsAttributeOperand(*right)) error.help = "write the attribute first";
      return std::nullopt;
    }
    auto attribute = ResolveAttribute(context_, left->text, left->span, scope_);
    auto constant = ToConstant(*right);
    if (!attribute || !constant) return std::nullopt;
    if (!CheckQuantifier(*attribute, quantifier, left->text, op, condition.span)) {
      return std::nullopt;
    }
    return Join(quantifier, *attribute, left->text, op, *constant, condition.span);
  }

  bool CheckQuantifier(const Attribute& attribute, Quantifier quantifier, const std::string& name,
                       const std::string& op, Span span) {
    const bool list = attribute.type == Type::kStringList;
    if (quantifier == Quantifier::kScalar && list) {
      Diagnostic& error = TypeError(
          "'" + name + "' is a list of strings and cannot be compared by '" + op + "'", span);
      error.help = "write \"x\" in " + name + ", or any of " + name + " " + op + " ...";
      return false;
    }
    if (quantifier != Quantifier::kScalar && !list && attribute.subject != Subject::kHeader) {
      TypeError("'any of' and 'all of' take a header or a list, and '" + name + "' is " +
                    std::string(TypeName(attribute.type)),
                span);
      return false;
    }
    return true;
  }

  // "users:read" in jwt.scope
  std::optional<Expression> Contains(const tree::Condition& condition, const tree::Condition& left,
                                     const tree::Condition& right) {
    auto attribute = ResolveAttribute(context_, right.text, right.span, scope_);
    auto constant = ToConstant(left);
    if (!attribute || !constant) return std::nullopt;
    if (attribute->type != Type::kStringList) {
      Diagnostic& error =
          TypeError("'" + right.text + "' is " + std::string(TypeName(attribute->type)) +
                        ", and 'in' asks for membership of a list",
                    right.span);
      if (attribute->subject == Subject::kHeader) {
        error.help = "write any of " + right.text + " == \"x\"";
      }
      return std::nullopt;
    }
    if (constant->kind != Constant::Kind::kString) {
      TypeError("'" + right.text + "' is a list of strings and cannot hold " + Describe(*constant),
                left.span);
      return std::nullopt;
    }
    return Leaf({Quantifier::kScalar, *std::move(attribute), Operator::kContains, {constant->text}},
                condition.span);
  }

  std::optional<Expression> Join(Quantifier quantifier, const Attribute& attribute,
                                 const std::string& name, const std::string& op,
                                 const Constant& constant, Span span) {
    Predicate predicate{quantifier, attribute, Operator::kEqual, {}};
    // The elements of a list are strings.
    const Type type = attribute.type == Type::kStringList ? Type::kString : attribute.type;
    if (op == "in") {
      predicate.op = Operator::kIn;
      if (!Elements(predicate, type, name, constant)) return std::nullopt;
      return Leaf(std::move(predicate), span);
    }
    if (op == "matches") return Matches(std::move(predicate), name, constant, span);
    const auto value = Typed(attribute, type, name, constant);
    if (!value) return std::nullopt;
    if (op == "==" || op == "!=") return Equality(std::move(predicate), type, op, *value, span);
    const bool order = op == "<" || op == "<=" || op == ">" || op == ">=";
    if (order ? type != Type::kInteger : type != Type::kString) {
      TypeError("'" + op + "' does not compare " + std::string(TypeName(type)) + ", which '" +
                    name + "' is",
                span);
      return std::nullopt;
    }
    predicate.op = op == "<"             ? Operator::kLess
                   : op == "<="          ? Operator::kLessEqual
                   : op == ">"           ? Operator::kGreater
                   : op == ">="          ? Operator::kGreaterEqual
                   : op == "starts-with" ? Operator::kStartsWith
                                         : Operator::kEndsWith;
    predicate.constants = {*value};
    return Leaf(std::move(predicate), span);
  }

  std::optional<Expression> Equality(Predicate predicate, Type type, const std::string& op,
                                     const syntax::Constant& value, Span span) {
    predicate.constants = {value};
    if (type != Type::kAddress) {
      predicate.op = op == "==" ? Operator::kEqual : Operator::kNotEqual;
      return Leaf(std::move(predicate), span);
    }
    // An address is never absent, so that both forms are membership.
    predicate.op = Operator::kIn;
    Expression leaf = Leaf(std::move(predicate), span);
    if (op == "==") return leaf;
    Expression result;
    result.kind = Expression::Kind::kNot;
    result.node = context_.Node(span);
    result.children.push_back(std::move(leaf));
    return result;
  }

  bool Elements(Predicate& predicate, Type type, const std::string& name,
                const Constant& constant) {
    // `client.address in 10.0.0.0/8` needs no brackets.
    const bool one_network = type == Type::kAddress && constant.kind != Constant::Kind::kList;
    if (constant.kind != Constant::Kind::kList && !one_network) {
      Diagnostic& error = TypeError(
          "'in' asks for membership of a list, and this is " + Describe(constant), constant.span);
      error.help = "write [" + std::string("...") + "], or compare with ==";
      return false;
    }
    if (type == Type::kBoolean) {
      TypeError("'" + name + "' is a boolean: compare it with ==", constant.span);
      return false;
    }
    if (constant.kind == Constant::Kind::kList && constant.elements.empty()) {
      TypeError("the list is empty: nothing can be in it", constant.span);
      return false;
    }
    bool good = true;
    const auto add = [&](const Constant& element) {
      auto value = Typed(predicate.attribute, type, name, element);
      good = good && value.has_value();
      if (value) predicate.constants.push_back(*std::move(value));
    };
    if (one_network) {
      add(constant);
    } else {
      for (const Constant& element : constant.elements) add(element);
    }
    return good;
  }

  std::optional<Expression> Matches(Predicate predicate, const std::string& name,
                                    const Constant& constant, Span span) {
    predicate.op = Operator::kMatches;
    const Attribute& attribute = predicate.attribute;
    if (attribute.type != Type::kString && attribute.type != Type::kStringList) {
      TypeError("'matches' compares strings, and '" + name + "' is " +
                    std::string(TypeName(attribute.type)),
                span);
      return std::nullopt;
    }
    if (constant.kind == Constant::Kind::kRegex) {
      auto regex = ParseRegexAt(context_, constant.text, constant.span);
      if (!regex) return std::nullopt;
      predicate.constants = {*std::move(regex)};
      return Leaf(std::move(predicate), span);
    }
    const bool path =
        attribute.subject == Subject::kPath || attribute.subject == Subject::kUpstreamPath;
    if (path && constant.kind == Constant::Kind::kString) {
      auto pattern = ParsePathPattern(context_, constant.text, constant.span);
      if (!pattern) return std::nullopt;
      predicate.constants = {*std::move(pattern)};
      return Leaf(std::move(predicate), span);
    }
    TypeError(
        path ? "a path matches a path pattern or ~\"...\", not " + Describe(constant)
             : "'" + name + "' matches a regular expression ~\"...\", not " + Describe(constant),
        constant.span);
    return std::nullopt;
  }

  // The constant as the type that the attribute is compared with.
  std::optional<syntax::Constant> Typed(const Attribute& attribute, Type type,
                                        const std::string& name, const Constant& constant) {
    const bool word = constant.kind == Constant::Kind::kWord;
    if (type == Type::kString && constant.kind == Constant::Kind::kString) {
      return CheckString(attribute, constant);
    }
    if (type == Type::kInteger && word) {
      if (auto integer = AsInteger(constant.text)) return *integer;
    }
    if (type == Type::kBoolean && word && (constant.text == "true" || constant.text == "false")) {
      return constant.text == "true";
    }
    if (type == Type::kAddress && word &&
        (constant.text.find_first_of(".:") != std::string::npos)) {
      auto network = ParseNetwork(constant.text);
      if (network) return *std::move(network);
      context_.Error("wrong-value", network.error(), constant.span);
      return std::nullopt;
    }
    Diagnostic& error = TypeError("'" + name + "' is " + std::string(TypeName(type)) +
                                      " and cannot be compared with " + Describe(constant),
                                  constant.span);
    if (type == Type::kString && word) error.help = "write it in quotes: \"" + constant.text + "\"";
    return std::nullopt;
  }

  // A string that the attribute can never equal is a slip.
  std::optional<syntax::Constant> CheckString(const Attribute& attribute,
                                              const Constant& constant) {
    const std::string quoted = "\"" + constant.text + "\"";
    if (attribute.subject == Subject::kPeer && constant.text.starts_with("spiffe://")) {
      if (const char* fault = SpiffeFault(constant.text)) {
        context_.Error("bad-identity", quoted + " is not a SPIFFE id: " + fault, constant.span);
        return std::nullopt;
      }
    }
    if (attribute.subject == Subject::kHost && Lowered(constant.text) != constant.text) {
      Diagnostic& error = context_.Error(
          "not-canonical", "hosts are compared in lower case, and " + quoted + " is not",
          constant.span);
      error.help = "write \"" + Lowered(constant.text) + "\"";
      return std::nullopt;
    }
    return constant.text;
  }

  Context& context_;
  const Scope& scope_;
};

}  // namespace

Expression Truth(bool value, syntax::NodeId node) {
  Expression expression;
  expression.kind = value ? Expression::Kind::kTrue : Expression::Kind::kFalse;
  expression.node = node;
  return expression;
}

std::optional<Expression> ResolveCondition(Context& context, const tree::Condition& condition,
                                           const Scope& scope) {
  return Resolver(context, scope).Run(condition);
}

std::optional<Expression> ReadWhen(Cursor& cursor, const Scope& scope, Span keyword) {
  if (!cursor.TakeWord("when")) return Truth(true, cursor.context().Node(keyword));
  if (cursor.AtEnd() || cursor.Peek()->kind != tree::Item::Kind::kCondition) {
    cursor.Expected("a condition");
    return std::nullopt;
  }
  return ResolveCondition(cursor.context(), *cursor.Take().condition, scope);
}

}  // namespace weir::dsl::resolve
