// Propositional formulas over atoms: what a policy's conditions become before a
// solver sees them. The same formula is translated for Z3, evaluated on a class
// of requests (shrinking) and evaluated on one concrete request (tests).
//
//   Formulas f;
//   Formula both = f.And(f.Atom(0), f.Not(f.Atom(1)));
//
// Nodes are shared: building the same formula twice gives the same id. A node's
// children have smaller ids than the node.
#ifndef WEIR_COMPILER_ENCODE_FORMULA_H_
#define WEIR_COMPILER_ENCODE_FORMULA_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace weir::compiler {

using Formula = std::uint32_t;
inline constexpr Formula kFalse = 0;
inline constexpr Formula kTrue = 1;

class Formulas {
 public:
  struct Node {
    enum class Kind : std::uint8_t { kConstant, kAtom, kNot, kAnd, kOr };
    Kind kind = Kind::kConstant;
    std::uint32_t atom = 0;         // for kAtom
    std::vector<Formula> children;  // one for kNot, two or more for kAnd and kOr
    friend bool operator==(const Node&, const Node&) = default;
  };

  Formulas();

  Formula Constant(bool value) const { return value ? kTrue : kFalse; }
  Formula Atom(std::uint32_t atom);
  Formula Not(Formula a);
  Formula And(std::vector<Formula> parts);
  Formula Or(std::vector<Formula> parts);
  Formula And(Formula a, Formula b) { return And(std::vector<Formula>{a, b}); }
  Formula Or(Formula a, Formula b) { return Or(std::vector<Formula>{a, b}); }
  Formula Choose(Formula condition, Formula then, Formula otherwise);

  std::size_t size() const { return nodes_.size(); }
  const Node& node(Formula f) const { return nodes_[f]; }

  // The nodes that `root` is made of, itself included, ascending.
  std::vector<Formula> Parts(Formula root) const { return Parts(std::vector<Formula>{root}); }
  // The same of several.
  std::vector<Formula> Parts(const std::vector<Formula>& roots) const;

  // By node: its value when each atom has the value that `value` gives. For
  // many formulas of one request.
  std::vector<bool> EvaluateAll(const std::function<bool(std::uint32_t atom)>& value) const;
  // The value of `root` alone; of the last of `parts`, when they are Parts(root).
  bool Evaluate(Formula root, const std::function<bool(std::uint32_t atom)>& value) const;
  bool Evaluate(const std::vector<Formula>& parts,
                const std::function<bool(std::uint32_t atom)>& value) const;

 private:
  template <class Holds>
  bool NodeHolds(Formula f, const Holds& holds,
                 const std::function<bool(std::uint32_t atom)>& value) const;
  Formula Intern(Node node);
  void Grow();
  Formula Many(Node::Kind kind, std::vector<Formula> parts, Formula unit, Formula zero);

  std::vector<Node> nodes_;
  // Where a node stands, by its hash and what lies behind; kFalse: nobody stands here.
  // Nodes are kept once, in nodes_.
  std::vector<Formula> places_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_FORMULA_H_
