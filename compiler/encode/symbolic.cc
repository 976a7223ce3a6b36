#include "compiler/encode/symbolic.h"

#include <algorithm>
#include <optional>

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

// What is chosen of one dimension.
struct Choice {
  std::uint32_t of = 0;     // the class; not for lists
  bool present = true;      // lists
  std::vector<bool> holds;  // lists: by class of items
};

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
  std::vector<std::optional<Bool>> terms;  // by formula
  Formula well_formed = kTrue;

  Impl(Universe& u, const Classes& c) : universe(u), classes(c) {
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

  Bool AtomTerm(AtomKey key) {
    const Variable& variable = variables[key.dimension];
    const Test& test = universe.dimensions()[key.dimension].tests[key.test];
    if (IsList(key.dimension) && test.kind == Test::Kind::kPresent) return variable.present;
    const auto& from = IsList(key.dimension) ? variable.holds : variable.is;
    std::vector<Bool> passing, failing;
    for (std::size_t c = 0; c < from.size(); ++c) {
      (classes[key.dimension][c].passes[key.test] ? passing : failing).push_back(from[c]);
    }
    if (!IsList(key.dimension) && failing.size() < passing.size()) return !context.Any(failing);
    return context.Any(passing);
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

  bool AtomHolds(const std::vector<Choice>& request, AtomKey key) const {
    const Choice& choice = request[key.dimension];
    const auto& of = classes[key.dimension];
    if (!IsList(key.dimension)) return of[choice.of].passes[key.test];
    if (!choice.present) return false;
    const Test& test = universe.dimensions()[key.dimension].tests[key.test];
    if (test.kind == Test::Kind::kPresent) return true;
    for (std::size_t c = 0; c < of.size(); ++c) {
      if (choice.holds[c] && of[c].passes[key.test]) return true;
    }
    return false;
  }

  bool Holds(Formula formula, const std::vector<Choice>& request) const {
    return universe.f.Evaluate(
        formula, [&](std::uint32_t atom) { return AtomHolds(request, universe.atom(atom)); });
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

  bool Holds(const std::vector<Formula>& parts, const std::vector<Choice>& request) const {
    return universe.f.Evaluate(
        parts, [&](std::uint32_t atom) { return AtomHolds(request, universe.atom(atom)); });
  }

  // Tries to give dimension `d` a plainer choice.
  void ShrinkOne(const std::vector<Formula>& parts, std::vector<Choice>& request,
                 std::uint32_t d) const {
    const Choice before = request[d];
    auto holds = [&] { return Holds(parts, request); };
    if (!IsList(d)) {
      constexpr std::uint32_t kTries = 64;
      for (std::uint32_t c = 0; c < std::min(before.of, kTries); ++c) {
        request[d].of = c;
        if (holds()) return;
      }
      request[d] = before;
      return;
    }
    if (before.present) {
      request[d].present = false;
      request[d].holds.assign(before.holds.size(), false);
      if (holds()) return;
      request[d] = before;
    }
    for (std::size_t c = 0; c < before.holds.size(); ++c) {
      if (!request[d].holds[c]) continue;
      request[d].holds[c] = false;
      if (!holds()) request[d].holds[c] = true;
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

  void ShrinkGroup(const std::vector<Formula>& parts, std::vector<Choice>& request,
                   const std::vector<std::uint32_t>& group) const {
    const std::vector<Choice> before = request;
    for (const std::uint32_t d : group) request[d].of = 0;
    if (!Holds(parts, request)) request = before;
  }

  void Shrink(Formula formula, std::vector<Choice>& request) const {
    std::vector<std::uint32_t> order(request.size());
    for (std::uint32_t d = 0; d < order.size(); ++d) order[d] = d;
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(ShrinkRank(universe.dimensions()[a].key.part), a) <
             std::pair(ShrinkRank(universe.dimensions()[b].key.part), b);
    });
    const std::vector<Formula> parts = universe.f.Parts(formula);
    // Twice: what became plainer late may set free what could not be before.
    const auto groups = Groups();
    for (int round = 0; round < 2; ++round) {
      for (const auto& group : groups) ShrinkGroup(parts, request, group);
      for (std::uint32_t d : order) ShrinkOne(parts, request, d);
    }
  }

  std::vector<Value> Values(const std::vector<Choice>& request) const {
    std::vector<Value> values;
    for (std::uint32_t d = 0; d < request.size(); ++d) {
      if (!IsList(d)) {
        values.push_back(classes[d][request[d].of].value);
        continue;
      }
      Value value;
      value.absent = !request[d].present;
      for (std::size_t c = 0; c < classes[d].size(); ++c) {
        if (request[d].holds[c]) value.list.push_back(classes[d][c].value.text);
      }
      values.push_back(std::move(value));
    }
    return values;
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
  std::vector<Choice> request = impl_->Read();
  Formulas& f = impl_->universe.f;
  std::vector<Formula> all{formula, impl_->well_formed};
  for (Formula kept : keep) all.push_back(impl_->Holds(kept, request) ? kept : f.Not(kept));
  impl_->Shrink(f.And(all), request);
  found.request = impl_->Values(request);
  return found;
}

std::string Symbolic::Script(Formula formula) {
  return impl_->solver.Script(impl_->TermOf(formula));
}

}  // namespace weir::compiler
