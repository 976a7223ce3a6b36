#include "compiler/encode/symbolic.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "compiler/encode/languages.h"

namespace weir::compiler {
namespace {

using smt::BitVec;
using smt::Bool;

unsigned BitsFor(std::size_t count) {
  unsigned bits = 1;
  while ((std::size_t{1} << bits) < count) ++bits;
  return bits;
}

// The order in which dimensions are made plain: what a reader can best do
// without comes first.
int ShrinkRank(Part part) {
  switch (part) {
    case Part::kHeader:
    case Part::kQuery:
    case Part::kCookie:
      return 0;
    case Part::kTextClaim:
    case Part::kIntegerClaim:
    case Part::kBooleanClaim:
    case Part::kListClaim:
    case Part::kWordsClaim:
      return 1;
    case Part::kConsumer:
      return 2;
    case Part::kJwt:
    case Part::kKeys:
      return 3;
    case Part::kPeer:
      return 4;
    case Part::kListener:
      return 5;
    case Part::kClient:
      return 6;
    case Part::kMethod:
      return 7;
    case Part::kHost:
      return 8;
    case Part::kPath:
      return 9;
  }
  return 9;
}

// What asks Z3: made when there is something to ask, of the dimensions that matter.
struct Asker {
  Universe& universe;
  const Classes& classes;
  ClassSets& sets;
  smt::Context context;
  smt::Solver solver{context, smt::Logic::kFinite};
  struct Variable {
    bool declared = false;
    BitVec of;
    std::vector<std::optional<Bool>> is;  // by class, once it is asked for
    Bool present;                         // lists
    std::vector<Bool> holds;              // lists
  };
  std::vector<Variable> variables;
  std::vector<std::optional<Bool>> terms;      // by plain formula
  std::vector<ClassesByTest> passing_classes;  // by dimension: lists that were asked for
  bool asked = false;

  Asker(Universe& u, const Classes& c, ClassSets& s, Formula well_formed)
      : universe(u), classes(c), sets(s), variables(c.size()), passing_classes(c.size()) {
    for (std::uint32_t d = 0; d < classes.size(); ++d) {
      if (!IsList(d) && classes[d].empty()) solver.Add(context.False());
    }
    solver.Add(TermOf(sets.Plain(well_formed)));
  }

  bool IsList(std::uint32_t d) const { return universe.dimensions()[d].domain == Domain::kList; }

  Variable& VariableOf(std::uint32_t d) {
    Variable& variable = variables[d];
    if (variable.declared) return variable;
    variable.declared = true;
    const std::string name = "d" + std::to_string(d);
    const std::size_t count = classes[d].size();
    if (IsList(d)) {
      variable.present = context.BoolVariable(name + "_present");
      for (std::size_t c = 0; c < count; ++c) {
        variable.holds.push_back(context.BoolVariable(name + "_has_" + std::to_string(c)));
        solver.Add(Implies(variable.holds.back(), variable.present));
      }
    } else {
      const unsigned bits = BitsFor(count);
      variable.of = context.BitsVariable(name, bits);
      variable.is.resize(count);
      solver.Add(count == 0 ? context.False() : variable.of <= context.Bits(count - 1, bits));
    }
    return variable;
  }

  Bool Is(std::uint32_t d, std::uint32_t c) {
    Variable& variable = VariableOf(d);
    auto& term = variable.is[c];
    if (!term) term = variable.of == context.Bits(c, BitsFor(variable.is.size()));
    return *term;
  }

  Bool SetTerm(const ClassSet& set) {
    std::vector<Bool> any;
    for (const std::uint32_t c : *set.listed) any.push_back(Is(set.dimension, c));
    const Bool some = context.Any(any);
    return set.all_but ? !some : some;
  }

  // Of a list's test: what is about another dimension is a set.
  Bool ListTerm(AtomKey key) {
    const Variable& variable = VariableOf(key.dimension);
    const Dimension& dimension = universe.dimensions()[key.dimension];
    if (dimension.tests[key.test].kind == Test::Kind::kPresent) return variable.present;
    ClassesByTest& passing = passing_classes[key.dimension];
    if (passing.empty()) passing = ByTest(dimension, classes[key.dimension]);
    std::vector<Bool> any;
    for (const std::uint32_t c : passing[key.test]) any.push_back(variable.holds[c]);
    return context.Any(any);
  }

  Bool TermOf(Formula root) {
    terms.resize(std::max<std::size_t>(terms.size(), universe.f.size()));
    std::vector<Formula> open{root};
    while (!open.empty()) {
      const Formula f = open.back();
      if (terms[f]) {
        open.pop_back();
        continue;
      }
      if (const ClassSet* set = sets.Of(f)) {
        terms[f] = SetTerm(*set);
        continue;
      }
      const Formulas::Node& node = universe.f.node(f);
      std::vector<Bool> children;
      for (const Formula child : node.children) {
        if (terms[child]) {
          children.push_back(*terms[child]);
        } else {
          open.push_back(child);
        }
      }
      if (children.size() == node.children.size()) terms[f] = NodeTerm(f, node, children);
    }
    return *terms[root];
  }

  Bool NodeTerm(Formula f, const Formulas::Node& node, const std::vector<Bool>& children) {
    switch (node.kind) {
      case Formulas::Node::Kind::kConstant:
        return context.Constant(f == kTrue);
      case Formulas::Node::Kind::kAtom:
        return ListTerm(universe.atom(node.atom));
      case Formulas::Node::Kind::kNot:
        return !children[0];
      case Formulas::Node::Kind::kAnd:
        return context.All(children);
      case Formulas::Node::Kind::kOr:
        return context.Any(children);
    }
    return context.False();
  }

  // What was not asked about is the plainest there is.
  std::vector<Choice> Read() {
    std::vector<Choice> request(variables.size());
    for (std::uint32_t d = 0; d < variables.size(); ++d) {
      const Variable& variable = variables[d];
      Choice& choice = request[d];
      if (IsList(d)) {
        choice.present = variable.declared && solver.Value(variable.present);
        choice.holds.resize(classes[d].size());
        for (std::size_t c = 0; c < variable.holds.size(); ++c) {
          choice.holds[c] = solver.Value(variable.holds[c]);
        }
      } else if (variable.declared) {
        choice.of = static_cast<std::uint32_t>(solver.Value(variable.of));
      }
    }
    return request;
  }
};

}  // namespace

struct Symbolic::Impl {
  Universe& universe;
  const Classes& classes;
  std::shared_ptr<ClassSets> sets;
  Formula well_formed;
  std::unique_ptr<Asker> asker;

  Impl(Universe& u, const Classes& c, std::shared_ptr<ClassSets> s)
      : universe(u), classes(c), sets(std::move(s)), well_formed(u.f.And(u.constraints)) {}

  bool IsList(std::uint32_t d) const { return universe.dimensions()[d].domain == Domain::kList; }

  // What the solver learned from earlier questions helps it; that it gives up must not
  // depend on them, so then it is asked afresh.
  smt::Answer Ask(const std::string& name, Formula formula, unsigned budget_ms) {
    const Formula plain = sets->Plain(formula);
    if (!asker) asker = std::make_unique<Asker>(universe, classes, *sets, well_formed);
    const bool again = std::exchange(asker->asked, true);
    smt::Answer answer = asker->solver.Check(name, asker->TermOf(plain), budget_ms);
    if (answer.kind != smt::Answer::Kind::kUnknown || !again) return answer;
    asker.reset();  // two at once would hold twice the memory
    asker = std::make_unique<Asker>(universe, classes, *sets, well_formed);
    asker->asked = true;
    return asker->solver.Check(name, asker->TermOf(plain), budget_ms);
  }

  // Tries to give dimension `d` a plainer choice.
  void ShrinkOne(Trial& trial, Formula formula, std::uint32_t d) const {
    const Choice before = trial.request()[d];
    const auto keep = [&](const Choice& choice) {
      trial.Set(d, choice);
      return trial.Holds(formula);
    };
    if (!IsList(d)) {
      constexpr std::uint32_t kTries = 64;
      for (std::uint32_t c = 0; c < std::min(before.of, kTries); ++c) {
        if (keep({c, true, {}})) return;
      }
      if (before.of != 0) trial.Set(d, before);
      return;
    }
    if (before.present) {
      if (keep({0, false, std::vector<bool>(before.holds.size(), false)})) return;
      trial.Set(d, before);
    }
    Choice fewer = before;
    for (std::size_t c = 0; c < before.holds.size(); ++c) {
      if (!before.holds[c]) continue;
      fewer.holds[c] = false;
      if (keep(fewer)) continue;
      fewer.holds[c] = true;
      trial.Set(d, fewer);
    }
  }

  // What only goes together: a field, and what is derived from it.
  std::vector<std::vector<std::uint32_t>> Groups() const {
    std::vector<std::uint32_t> cookies, credentials;
    std::vector<std::vector<std::uint32_t>> groups;
    const auto& dimensions = universe.dimensions();
    for (std::uint32_t d = 0; d < dimensions.size(); ++d) {
      const Part part = dimensions[d].key.part;
      if (part == Part::kCookie) cookies.push_back(d);
      if (part == Part::kJwt || part == Part::kKeys) credentials.push_back(d);
    }
    for (std::uint32_t d = 0; d < dimensions.size(); ++d) {
      const DimensionKey& key = dimensions[d].key;
      if (key.part != Part::kHeader && key.part != Part::kQuery) continue;
      groups.push_back(key.name == "cookie" ? cookies : credentials);
      groups.back().push_back(d);
    }
    return groups;
  }

  void ShrinkGroup(Trial& trial, Formula formula, const std::vector<std::uint32_t>& group) const {
    std::vector<std::pair<std::uint32_t, Choice>> before;
    for (const std::uint32_t d : group) {
      Choice choice = trial.request()[d];
      if (choice.of == 0) continue;
      before.emplace_back(d, choice);
      choice.of = 0;
      trial.Set(d, std::move(choice));
    }
    if (trial.Holds(formula)) return;
    for (const auto& [d, choice] : before) trial.Set(d, choice);
  }

  void Shrink(Trial& trial, Formula formula) const {
    std::vector<std::uint32_t> order(trial.request().size());
    for (std::uint32_t d = 0; d < order.size(); ++d) order[d] = d;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(ShrinkRank(universe.dimensions()[a].key.part), a) <
             std::pair(ShrinkRank(universe.dimensions()[b].key.part), b);
    });
    // Twice: what became plainer late may set free what could not be before.
    const auto groups = Groups();
    for (int round = 0; round < 2; ++round) {
      for (const auto& group : groups) ShrinkGroup(trial, formula, group);
      for (std::uint32_t d : order) ShrinkOne(trial, formula, d);
    }
  }
};

Symbolic::Symbolic(Universe& universe, const Classes& classes)
    : Symbolic(universe, classes, std::make_shared<ClassSets>(universe, classes)) {}
Symbolic::Symbolic(Universe& universe, const Classes& classes, std::shared_ptr<ClassSets> sets)
    : impl_(std::make_unique<Impl>(universe, classes, std::move(sets))) {}
Symbolic::~Symbolic() = default;

Symbolic::Found Symbolic::Find(const std::string& name, Formula formula, unsigned budget_ms,
                               const std::vector<Formula>& keep) {
  const smt::Answer answer = impl_->Ask(name, formula, budget_ms);
  Found found;
  if (answer.kind == smt::Answer::Kind::kUnknown) {
    found.reason = answer.reason;
    return found;
  }
  found.kind = Found::Kind::kNone;
  if (answer.kind == smt::Answer::Kind::kUnsatisfiable) return found;
  found.kind = Found::Kind::kSome;
  Formulas& f = impl_->universe.f;
  std::vector<Formula> all{formula, impl_->well_formed};
  std::vector<Choice> request = impl_->asker->Read();
  if (!keep.empty()) {
    const Trial trial(impl_->universe, impl_->classes, keep, request);
    for (Formula kept : keep) all.push_back(trial.Holds(kept) ? kept : f.Not(kept));
  }
  const Formula whole = f.And(all);
  Trial trial(impl_->universe, impl_->classes, {whole}, std::move(request));
  impl_->Shrink(trial, whole);
  found.request = trial.Values();
  found.choices = trial.request();
  return found;
}

Formula Symbolic::Plain(Formula formula) { return impl_->sets->Plain(formula); }

std::string Symbolic::Script(Formula formula) {
  Asker asker(impl_->universe, impl_->classes, *impl_->sets, impl_->well_formed);
  return asker.solver.Script(asker.TermOf(impl_->sets->Plain(formula)));
}

}  // namespace weir::compiler
