// Subset construction. A DFA state is the set of NFA states that hold a set of
// octets or accept, closed under empty moves; sets are kept sorted and found
// by hash. Besides the states, the work is bounded (a set may hold thousands
// of states), so an expression over the budget costs milliseconds, not memory.
#include "compiler/automata/dfa.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "compiler/automata/minimise.h"
#include "compiler/automata/nfa.h"
#include "compiler/automata/path_regex.h"

namespace weir::compiler {
namespace {

using Set = std::vector<std::uint32_t>;

struct SetHash {
  std::size_t operator()(const Set& set) const {
    std::size_t hash = 0x9e3779b97f4a7c15;
    for (const std::uint32_t s : set) hash = (hash ^ s) * 0x100000001b3;
    return hash;
  }
};

class SubsetConstruction {
 public:
  SubsetConstruction(const Nfa& nfa, std::size_t max_states)
      : nfa_(nfa),
        classes_(ClassesOf(nfa.sets)),
        max_states_(max_states),
        work_left_(max_states * 4'000),
        seen_(nfa.states.size(), 0) {}

  std::optional<Dfa> Run() {
    Dfa dfa;
    dfa.class_of = classes_.class_of;
    dfa.class_count = static_cast<std::uint32_t>(classes_.representative.size());
    Set first;
    BeginSet();
    Close(nfa_.start, first);
    std::sort(first.begin(), first.end());
    StateOf(std::move(first));
    for (std::size_t i = 0; i < sets_.size(); ++i) {
      if (sets_.size() > max_states_) return std::nullopt;
      const Set& from = *sets_[i];
      // The accepting state is the first that BuildNfa makes, so it sorts first.
      dfa.accepting.push_back(!from.empty() && from.front() == nfa_.accept ? 1 : 0);
      for (const std::uint8_t octet : classes_.representative) {
        if (from.size() + 1 > work_left_) return std::nullopt;
        work_left_ -= from.size() + 1;
        dfa.next.push_back(StateOf(Move(from, octet)));
      }
    }
    return dfa;
  }

 private:
  void BeginSet() { ++stamp_; }

  // Adds what `state` reaches by empty moves and is not yet in the set.
  void Close(std::uint32_t state, Set& set) {
    stack_.push_back(state);
    while (!stack_.empty()) {
      const std::uint32_t s = stack_.back();
      stack_.pop_back();
      if (s == kNoState || seen_[s] == stamp_) continue;
      seen_[s] = stamp_;
      const NfaState& at = nfa_.states[s];
      if (at.set >= 0 || s == nfa_.accept) {
        set.push_back(s);
      } else {
        stack_.push_back(at.a);
        stack_.push_back(at.b);
      }
    }
  }

  Set Move(const Set& from, std::uint8_t octet) {
    Set to;
    BeginSet();
    for (const std::uint32_t s : from) {
      const NfaState& at = nfa_.states[s];
      if (at.set >= 0 && nfa_.sets[static_cast<std::size_t>(at.set)][octet]) Close(at.a, to);
    }
    std::sort(to.begin(), to.end());
    return to;
  }

  std::uint32_t StateOf(Set set) {
    const auto [at, fresh] =
        numbers_.try_emplace(std::move(set), static_cast<std::uint32_t>(sets_.size()));
    if (fresh) sets_.push_back(&at->first);
    return at->second;
  }

  const Nfa& nfa_;
  const OctetClasses classes_;
  const std::size_t max_states_;
  std::size_t work_left_;
  std::vector<std::uint32_t> seen_;  // the last set that each NFA state joined
  std::uint32_t stamp_ = 0;
  std::vector<std::uint32_t> stack_;
  std::unordered_map<Set, std::uint32_t, SetHash> numbers_;
  std::vector<const Set*> sets_;  // keys of numbers_, by number
};

}  // namespace

std::optional<Dfa> CompileRegex(const syntax::RegexNode& regex, std::size_t max_states) {
  const auto nfa = BuildNfa(regex, max_states * 10);
  if (!nfa) return std::nullopt;
  const auto dfa = SubsetConstruction(*nfa, max_states).Run();
  if (!dfa) return std::nullopt;
  return Minimise(*dfa);
}

std::optional<Dfa> CompilePath(const syntax::PathPattern& pattern, std::size_t max_states) {
  return CompileRegex(PathRegex(pattern), max_states);
}

}  // namespace weir::compiler
