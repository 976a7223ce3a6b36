#include "compiler/automata/product.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "compiler/automata/minimise.h"

namespace weir::compiler {
namespace {

using Joint = std::vector<std::uint32_t>;

struct JointHash {
  std::size_t operator()(const Joint& joint) const {
    std::size_t hash = 0x9e3779b97f4a7c15;
    for (const std::uint32_t s : joint) hash = (hash ^ s) * 0x100000001b3;
    return hash;
  }
};

// One octet for each class of octets that the automata tell apart together,
// the most readable one of each.
std::vector<std::uint8_t> JointOctets(std::span<const Dfa* const> dfas) {
  std::vector<std::uint8_t> preference;
  for (const char octet : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789-_.~/ABCDEFGHIJKLMN"
                                           "OPQRSTUVWXYZ!$&'()*+,;=:@%")) {
    preference.push_back(static_cast<std::uint8_t>(octet));
  }
  for (int octet = 32; octet < 127; ++octet) preference.push_back(static_cast<std::uint8_t>(octet));
  for (int octet = 255; octet >= 0; --octet) preference.push_back(static_cast<std::uint8_t>(octet));
  std::array<std::uint32_t, 256> joint{};
  for (const Dfa* dfa : dfas) {
    std::map<std::pair<std::uint32_t, std::uint8_t>, std::uint32_t> split;
    for (std::size_t octet = 0; octet < 256; ++octet) {
      joint[octet] = split
                         .try_emplace({joint[octet], dfa->class_of[octet]},
                                      static_cast<std::uint32_t>(split.size()))
                         .first->second;
    }
  }
  std::array<bool, 256> taken{};
  std::vector<std::uint8_t> octets;
  for (const std::uint8_t octet : preference) {
    if (std::exchange(taken[joint[octet]], true)) continue;
    octets.push_back(octet);
  }
  return octets;
}

// The breadth-first walk. `visit(accepts, place)` is called once for each
// joint state and returns false to end the walk.
class Walk {
 public:
  Walk(std::span<const Dfa* const> dfas, std::size_t max_states, std::size_t required)
      : dfas_(dfas), max_states_(max_states), octets_(JointOctets(dfas)) {
    for (std::size_t i = 0; i < required; ++i) live_.push_back(LiveStates(*dfas[i]));
  }

  // False when the budget ended the walk.
  template <class Visit>
  bool Run(Visit visit) {
    std::vector<std::uint8_t> accepts(dfas_.size());
    Add(Joint(dfas_.size(), 0), 0, 0);
    for (std::size_t i = 0; i < states_.size(); ++i) {
      for (std::size_t d = 0; d < dfas_.size(); ++d) {
        accepts[d] = dfas_[d]->accepting[(*states_[i].joint)[d]];
      }
      if (!visit(Accepts(accepts), i)) return true;
      for (const std::uint8_t octet : octets_) {
        Joint to = *states_[i].joint;
        for (std::size_t d = 0; d < to.size(); ++d) to[d] = dfas_[d]->Step(to[d], octet);
        if (!Add(std::move(to), i, octet)) return false;
      }
    }
    return true;
  }

  std::string WordAt(std::size_t place) const {
    std::string word;
    for (; place != 0; place = states_[place].from) {
      word.push_back(static_cast<char>(states_[place].octet));
    }
    std::reverse(word.begin(), word.end());
    return word;
  }

 private:
  struct State {
    const Joint* joint;
    std::size_t from;
    std::uint8_t octet;
  };

  bool Add(Joint joint, std::size_t from, std::uint8_t octet) {
    for (std::size_t d = 0; d < live_.size(); ++d) {
      if (!live_[d][joint[d]]) return true;
    }
    const auto [at, fresh] = numbers_.try_emplace(std::move(joint), states_.size());
    if (!fresh) return true;
    if (states_.size() >= max_states_) return false;
    states_.push_back({&at->first, from, octet});
    return true;
  }

  const std::span<const Dfa* const> dfas_;
  const std::size_t max_states_;
  const std::vector<std::uint8_t> octets_;
  std::vector<std::vector<std::uint8_t>> live_;
  std::unordered_map<Joint, std::size_t, JointHash> numbers_;
  std::vector<State> states_;
};

}  // namespace

WordSearch ShortestWord(std::span<const Dfa* const> dfas,
                        const std::function<bool(Accepts)>& wanted, std::size_t max_states,
                        std::size_t required) {
  Walk walk(dfas, max_states, required);
  WordSearch search;
  const bool whole = walk.Run([&](Accepts accepts, std::size_t place) {
    for (std::size_t i = 0; i < required; ++i) {
      if (!accepts[i]) return true;
    }
    if (!wanted(accepts)) return true;
    search = {WordSearch::Kind::kFound, walk.WordAt(place)};
    return false;
  });
  if (!whole) search.kind = WordSearch::Kind::kOverBudget;
  return search;
}

std::optional<std::vector<SignVector>> SignVectors(std::span<const Dfa* const> dfas,
                                                   std::size_t max_states, std::size_t required) {
  Walk walk(dfas, max_states, required);
  std::map<std::vector<std::uint8_t>, std::string> found;
  const bool whole = walk.Run([&](Accepts accepts, std::size_t place) {
    for (std::size_t i = 0; i < required; ++i) {
      if (!accepts[i]) return true;
    }
    const auto [at, fresh] = found.try_emplace({accepts.begin(), accepts.end()});
    if (fresh) at->second = walk.WordAt(place);
    return true;
  });
  if (!whole) return std::nullopt;
  std::vector<SignVector> vectors;
  for (auto& [accepts, word] : found) vectors.push_back({accepts, word});
  return vectors;
}

std::optional<bool> Disjoint(const Dfa& a, const Dfa& b, std::size_t max_states) {
  const Dfa* dfas[] = {&a, &b};
  const auto found = ShortestWord(dfas, [](Accepts) { return true; }, max_states, 2);
  if (found.kind == WordSearch::Kind::kOverBudget) return std::nullopt;
  return found.kind == WordSearch::Kind::kNone;
}

std::optional<bool> Subset(const Dfa& a, const Dfa& b, std::size_t max_states) {
  const Dfa* dfas[] = {&a, &b};
  const auto found = ShortestWord(dfas, [](Accepts accepts) { return !accepts[1]; }, max_states, 1);
  if (found.kind == WordSearch::Kind::kOverBudget) return std::nullopt;
  return found.kind == WordSearch::Kind::kNone;
}

std::vector<std::uint8_t> LiveStates(const Dfa& dfa) {
  std::vector<std::vector<std::uint32_t>> before(dfa.state_count());
  for (std::uint32_t s = 0; s < dfa.state_count(); ++s) {
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      before[dfa.next[s * dfa.class_count + c]].push_back(s);
    }
  }
  std::vector<std::uint8_t> live = dfa.accepting;
  std::vector<std::uint32_t> work;
  for (std::uint32_t s = 0; s < dfa.state_count(); ++s) {
    if (live[s]) work.push_back(s);
  }
  while (!work.empty()) {
    const std::uint32_t s = work.back();
    work.pop_back();
    for (const std::uint32_t from : before[s]) {
      if (!std::exchange(live[from], std::uint8_t{1})) work.push_back(from);
    }
  }
  return live;
}

std::optional<Dfa> Intersect(const Dfa& a, const Dfa& b, std::size_t max_states) {
  Dfa dfa;
  std::map<std::pair<std::uint8_t, std::uint8_t>, std::uint8_t> classes;
  for (std::size_t octet = 0; octet < 256; ++octet) {
    dfa.class_of[octet] = classes
                              .try_emplace({a.class_of[octet], b.class_of[octet]},
                                           static_cast<std::uint8_t>(classes.size()))
                              .first->second;
  }
  std::vector<std::pair<std::uint8_t, std::uint8_t>> pairs(classes.size());
  for (const auto& [pair, number] : classes) pairs[number] = pair;
  dfa.class_count = static_cast<std::uint32_t>(pairs.size());
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> numbers{{{0, 0}, 0}};
  std::vector<std::pair<std::uint32_t, std::uint32_t>> states{{0, 0}};
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto [s, t] = states[i];
    dfa.accepting.push_back(a.accepting[s] & b.accepting[t]);
    for (const auto& [c, d] : pairs) {
      const std::pair to{a.next[s * a.class_count + c], b.next[t * b.class_count + d]};
      const auto [at, fresh] = numbers.try_emplace(to, static_cast<std::uint32_t>(states.size()));
      if (fresh) {
        if (states.size() >= max_states) return std::nullopt;
        states.push_back(to);
      }
      dfa.next.push_back(at->second);
    }
  }
  return Minimise(dfa);
}

Dfa Complement(const Dfa& a) {
  Dfa dfa = a;
  for (auto& accepting : dfa.accepting) accepting ^= 1;
  return dfa;
}

}  // namespace weir::compiler
