#include <algorithm>
#include <vector>

#include "runtime/table/check.h"
#include "runtime/table/check_records.h"

namespace weir::runtime {
namespace {

void CheckPredicate(CheckContext& c, const ExpressionRecord& r) {
  const TableView& t = c.table();
  c.Below(r.quantifier, QuantifierKind::kAll);
  c.Below(r.op, OperatorKind::kEndsWith);
  c.At(r.attribute, t.attributes().size());
  c.Require(r.children.count == 0, "a predicate has children");
  if (r.op == OperatorKind::kPresent) {
    c.Require(r.constants.count == 0, "present() has constants");
  } else if (r.op == OperatorKind::kIn) {
    c.Require(r.constants.count >= 1, "a predicate has no constant");
  } else {
    c.Require(r.constants.count == 1, "a predicate has not one constant");
  }
}

}  // namespace

void Check(CheckContext& c, const HostRecord& r) {
  c.Below(r.kind, HostKind::kSuffix);
  c.Printable(r.name);
}

void Check(CheckContext& c, const PathRecord& r) {
  const TableView& t = c.table();
  if (c.In(r.segments, t.segments().size())) {
    c.Require(r.segments.count <= 255, "a path has more than 255 segments");
  }
  c.Bool(r.rest);
  c.MayBeAt(r.dfa, t.dfas().size());
  c.Require(r.dfa == kNoIndex || (r.segments.count == 0 && r.rest == 0),
            "a path is both an expression and a pattern");
  c.Printable(r.text);
}

void Check(CheckContext& c, const SegmentRecord& r) {
  c.Below(r.kind, SegmentKind::kWildcard);
  c.Printable(r.literal);
  c.Printable(r.capture);
  if (c.ok()) {
    c.Require(c.table().text(r.literal).find('/') == std::string_view::npos,
              "a segment holds a slash");
  }
}

void Check(CheckContext& c, const FieldMatchRecord& r) {
  const TableView& t = c.table();
  c.Below(r.source, FieldSource::kQuery);
  c.Below(r.test, FieldTest::kRegex);
  c.Bool(r.negated);
  switch (r.source) {
    case FieldSource::kHeader:
      c.HeaderName(r.name);
      break;
    case FieldSource::kQuery:
      c.Text(r.name);
      break;
  }
  c.In(r.values, t.strings().size());
  c.MayBeAt(r.dfa, t.dfas().size());
  c.Require((r.test == FieldTest::kRegex) == (r.dfa != kNoIndex),
            "an automaton goes with a regular expression alone");
  if (r.test == FieldTest::kPrefix)
    c.Require(r.values.count == 1, "a prefix test has not one value");
}

void Check(CheckContext& c, const NetworkRecord& r) {
  c.Require(r.prefix <= 128, "a network's prefix is above 128");
}

void Check(CheckContext& c, const AttributeRecord& r) {
  c.Below(r.subject, AttributeSubject::kRoute);
  c.Below(r.type, AttributeType::kStringList);
  if (r.subject == AttributeSubject::kHeader) {
    c.HeaderName(r.name);
  } else {
    c.Text(r.name);
  }
}

void Check(CheckContext& c, const ConstantRecord& r) {
  const TableView& t = c.table();
  c.Below(r.kind, ConstantKind::kDfa);
  c.Text(r.text);
  switch (r.kind) {
    case ConstantKind::kNetwork:
      return c.At(r.index, t.networks().size());
    case ConstantKind::kPath:
      return c.At(r.index, t.paths().size());
    case ConstantKind::kDfa:
      return c.At(r.index, t.dfas().size());
    case ConstantKind::kBoolean:
      return c.Require(r.integer == 0 || r.integer == 1, "a truth value is neither 0 nor 1");
    case ConstantKind::kString:
    case ConstantKind::kInteger:
      return;
  }
}

void Check(CheckContext& c, const RuleRecord& r) {
  c.Bool(r.allow);
  c.At(r.when, c.table().expressions().size());
  c.Printable(r.source.file);
  c.Printable(r.text);
}

void Check(CheckContext& c, const DfaRecord& r) {
  const TableView& t = c.table();
  if (!c.In(r.classes, t.dfa_octets().size()) || !c.In(r.transitions, t.dfa_words().size()) ||
      !c.In(r.accepting, t.dfa_octets().size())) {
    return;
  }
  c.Require(r.classes.count == 256, "an automaton has not 256 classes of octets");
  c.Require(r.class_count >= 1 && r.class_count <= 256, "an automaton has no fitting class count");
  c.Require(r.state_count >= 1 && r.accepting.count == r.state_count,
            "an automaton has no fitting state count");
  c.Require(std::uint64_t{r.state_count} * r.class_count == r.transitions.count,
            "an automaton is not total");
  if (!c.ok()) return;
  const auto below = [](auto records, std::uint32_t bound) {
    return std::ranges::all_of(records, [&](std::uint32_t value) { return value < bound; });
  };
  c.Require(below(TableView::Slice(t.dfa_octets(), r.classes), r.class_count),
            "an automaton has an octet of no class");
  c.Require(below(TableView::Slice(t.dfa_words(), r.transitions), r.state_count),
            "an automaton leads to no state");
  c.Require(below(TableView::Slice(t.dfa_octets(), r.accepting), 2),
            "an automaton's state is neither accepting nor not");
}

void Check(CheckContext& c, const ExpressionRecord& r) {
  c.Below(r.kind, ExpressionKind::kPredicate);
  c.In(r.children, c.table().expressions().size());
  c.In(r.constants, c.table().constants().size());
  switch (r.kind) {
    case ExpressionKind::kTrue:
    case ExpressionKind::kFalse:
      return c.Require(r.children.count == 0, "a truth value has children");
    case ExpressionKind::kNot:
      return c.Require(r.children.count == 1, "not has not one child");
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
      return;
    case ExpressionKind::kPredicate:
      return CheckPredicate(c, r);
  }
}

// Were children shared, a short table could ask for endless work.
void CheckExpressionTrees(CheckContext& c) {
  const auto expressions = c.table().expressions();
  std::vector<std::uint32_t> depth(expressions.size(), 1);
  std::vector<bool> has_parent(expressions.size(), false);
  for (std::size_t i = 0; i < expressions.size() && c.ok(); ++i) {
    c.At("expressions", i);
    const Range children = expressions[i].children;
    if (children.count == 0) continue;
    c.Require(std::uint64_t{children.first} + children.count <= i,
              "a child lies behind its parent");
    for (std::uint32_t k = children.first; k < children.first + children.count && c.ok(); ++k) {
      c.Require(!has_parent[k], "an expression has two parents");
      has_parent[k] = true;
      depth[i] = std::max(depth[i], depth[k] + 1);
    }
    c.Require(depth[i] <= kMaxExpressionDepth, "expressions nest too deep");
  }
}

}  // namespace weir::runtime
