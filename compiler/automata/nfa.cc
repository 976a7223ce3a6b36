#include "compiler/automata/nfa.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weir::compiler {
namespace {

using syntax::RegexNode;

// Builds backwards: each node is given the state that follows it, and returns
// the state it starts in. A bounded repeat is written out, so the budget is
// what stops (a{1000}){1000}.
class Builder {
 public:
  explicit Builder(std::size_t max_states) : max_states_(max_states) {}

  std::optional<Nfa> Build(const RegexNode& regex) {
    nfa_.accept = Add({});
    nfa_.start = Visit(regex, nfa_.accept);
    if (over_) return std::nullopt;
    return std::move(nfa_);
  }

 private:
  std::uint32_t Add(NfaState state) {
    if (nfa_.states.size() >= max_states_) {
      over_ = true;
      return 0;
    }
    nfa_.states.push_back(state);
    return static_cast<std::uint32_t>(nfa_.states.size() - 1);
  }

  std::int32_t SetIndex(const std::bitset<256>& set) {
    const auto [at, fresh] =
        set_index_.try_emplace(set.to_string(), static_cast<std::int32_t>(nfa_.sets.size()));
    if (fresh) nfa_.sets.push_back(set);
    return at->second;
  }

  std::uint32_t Visit(const RegexNode& node, std::uint32_t after) {
    if (over_) return 0;
    switch (node.kind) {
      case RegexNode::Kind::kNothing:
        return Add({});
      case RegexNode::Kind::kEmpty:
        return after;
      case RegexNode::Kind::kSet:
        return Add({SetIndex(node.set), after, kNoState});
      case RegexNode::Kind::kConcat: {
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
          after = Visit(*child, after);
        }
        return after;
      }
      case RegexNode::Kind::kAlternate: {
        std::uint32_t start = kNoState;
        for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
          const std::uint32_t branch = Visit(*child, after);
          start = start == kNoState ? branch : Add({-1, branch, start});
        }
        return start == kNoState ? Add({}) : start;
      }
      case RegexNode::Kind::kRepeat:
        return Repeat(node, after);
    }
    return after;
  }

  std::uint32_t Repeat(const RegexNode& node, std::uint32_t after) {
    const RegexNode& child = node.children.front();
    const std::uint32_t end = after;
    if (node.max < 0) {
      const std::uint32_t loop = Add({-1, kNoState, after});
      const std::uint32_t body = Visit(child, loop);
      if (over_) return 0;
      nfa_.states[loop].a = body;
      after = loop;
    } else {
      for (int i = node.min; i < node.max && !over_; ++i) {
        after = Add({-1, Visit(child, after), end});
      }
    }
    for (int i = 0; i < node.min && !over_; ++i) after = Visit(child, after);
    return after;
  }

  const std::size_t max_states_;
  Nfa nfa_;
  std::map<std::string, std::int32_t> set_index_;
  bool over_ = false;
};

}  // namespace

std::optional<Nfa> BuildNfa(const RegexNode& regex, std::size_t max_states) {
  return Builder(max_states).Build(regex);
}

OctetClasses ClassesOf(const std::vector<std::bitset<256>>& sets) {
  OctetClasses classes;
  std::uint32_t count = 1;
  for (const auto& set : sets) {
    std::map<std::pair<std::uint8_t, bool>, std::uint8_t> split;
    count = 0;
    for (int octet = 0; octet < 256; ++octet) {
      auto& of = classes.class_of[static_cast<std::size_t>(octet)];
      const auto [at, fresh] = split.try_emplace({of, set[static_cast<std::size_t>(octet)]},
                                                 static_cast<std::uint8_t>(count));
      if (fresh) ++count;
      of = at->second;
    }
    if (count == 256) break;
  }
  classes.representative.assign(count, 0);
  for (int octet = 255; octet >= 0; --octet) {
    classes.representative[classes.class_of[static_cast<std::size_t>(octet)]] =
        static_cast<std::uint8_t>(octet);
  }
  return classes;
}

}  // namespace weir::compiler
