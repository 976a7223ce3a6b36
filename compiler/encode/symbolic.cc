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

}  // namespace

struct Symbolic::Impl {
  Universe& universe;
  const Classes& classes;
  smt::Context context;
  smt::Solver solver{context, smt::Logic::kFinite};
  struct Variable {
    BitVec of;
    std::vector<Bool> is;     // by class
    Bool present;             // lists
    std::vector<Bool> holds;  // lists
  };
  std::vector<Variable> variables;
  std::vector<std::optional<Bool>> terms;      // by formula
  std::vector<ClassesByTest> passing_classes;  // by dimension, once it is asked for
  Formula well_formed = kTrue;

  Impl(Universe& u, const Classes& c) : universe(u), classes(c) {
    passing_classes.resize(c.size());
    for (std::uint32_t d = 0; d < classes.size(); ++d) Declare(d);
    well_formed = universe.f.And(universe.constraints);
    solver.Add(TermOf(well_formed));
  }

  bool IsList(std::uint32_t d) const { return universe.dimensions()[d].domain == Domain::kList; }

  void Declare(std::uint32_t d) {
    Variable variable;
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
      solver.Add(count == 0 ? context.False() : variable.of <= context.Bits(count - 1, bits));
      for (std::size_t c = 0; c < count; ++c) {
        variable.is.push_back(variable.of == context.Bits(c, bits));
      }
    }
    variables.push_back(std::move(variable));
  }

  const ClassesByTest& PassingOf(std::uint32_t d) {
    ClassesByTest& passing = passing_classes[d];
    if (passing.empty()) passing = ByTest(universe.dimensions()[d], classes[d]);
    return passing;
  }

  Bool AtomTerm(AtomKey key) {
    const Variable& variable = variables[key.dimension];
    const bool list = IsList(key.dimension);
    const Test& test = universe.dimensions()[key.dimension].tests[key.test];
    if (list && test.kind == Test::Kind::kPresent) return variable.present;
    const auto& from = list ? variable.holds : variable.is;
    const auto& passing = PassingOf(key.dimension)[key.test];
    const bool few = list || passing.size() * 2 <= from.size();
    std::vector<Bool> terms_of;
    if (few) {
      for (const std::uint32_t c : passing) terms_of.push_back(from[c]);
      return context.Any(terms_of);
    }
    auto next = passing.begin();
    for (std::uint32_t c = 0; c < from.size(); ++c) {
      if (next != passing.end() && *next == c) {
        ++next;
      } else {
        terms_of.push_back(from[c]);
      }
    }
    return !context.Any(terms_of);
  }

  Bool TermOf(Formula root) {
    terms.resize(std::max<std::size_t>(terms.size(), universe.f.size()));
    if (terms[root]) return *terms[root];
    for (Formula f : universe.f.Parts(root)) {
      if (terms[f]) continue;
      const Formulas::Node& node = universe.f.node(f);
      std::vector<Bool> children;
      for (Formula child : node.children) children.push_back(*terms[child]);
      switch (node.kind) {
        case Formulas::Node::Kind::kConstant:
          terms[f] = context.Constant(f == kTrue);
          break;
        case Formulas::Node::Kind::kAtom:
          terms[f] = AtomTerm(universe.atom(node.atom));
          break;
        case Formulas::Node::Kind::kNot:
          terms[f] = !children[0];
          break;
        case Formulas::Node::Kind::kAnd:
          terms[f] = context.All(children);
          break;
        case Formulas::Node::Kind::kOr:
          terms[f] = context.Any(children);
          break;
      }
    }
    return *terms[root];
  }

  std::vector<Choice> Read() {
    std::vector<Choice> request;
    for (std::uint32_t d = 0; d < variables.size(); ++d) {
      Choice choice;
      if (IsList(d)) {
        choice.present = solver.Value(variables[d].present);
        for (Bool holds : variables[d].holds) choice.holds.push_back(solver.Value(holds));
      } else {
        choice.of = static_cast<std::uint32_t>(solver.Value(variables[d].of));
      }
      request.push_back(std::move(choice));
    }
    return request;
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
    : impl_(std::make_unique<Impl>(universe, classes)) {}
Symbolic::~Symbolic() = default;

Symbolic::Found Symbolic::Find(const std::string& name, Formula formula, unsigned budget_ms,
                               const std::vector<Formula>& keep) {
  const smt::Answer answer = impl_->solver.Check(name, impl_->TermOf(formula), budget_ms);
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
  std::vector<Choice> request = impl_->Read();
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

std::string Symbolic::Script(Formula formula) {
  return impl_->solver.Script(impl_->TermOf(formula));
}

}  // namespace weir::compiler
