// Texts: the tests' automata run side by side, breadth first, over joint states
// that name only the automata which can still accept. Among hundreds of paths
// nearly all are out after a few octets, so the joint states number about as
// many as the octets of the patterns, not their product. The first word that
// reaches a combination of acceptances stands for its class.
#include "compiler/encode/classes.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "compiler/automata/product.h"
#include "compiler/encode/derived.h"

namespace weir::compiler {
namespace {

using Joint = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // automaton, state
using Signs = std::vector<std::uint32_t>;                            // automata that accept

struct JointHash {
  std::size_t operator()(const Joint& joint) const {
    std::size_t hash = 0x9e3779b97f4a7c15;
    for (const auto& [dfa, state] : joint) hash = (hash ^ dfa) * 0x100000001b3 ^ state;
    return hash;
  }
};

// One octet for each set of octets that no automaton tells apart, plain ones first.
std::vector<std::uint8_t> DistinctOctets(const std::vector<const Dfa*>& dfas) {
  std::array<std::uint32_t, 256> joint{};
  std::uint32_t count = 1;
  // Of thousands of automata few tell apart what those before them did not.
  const auto tells_apart = [&](const Dfa& dfa) {
    std::array<std::int16_t, 256> seen;
    seen.fill(-1);
    for (std::size_t octet = 0; octet < 256; ++octet) {
      std::int16_t& of = seen[joint[octet]];
      if (of >= 0 && of != dfa.class_of[octet]) return true;
      of = dfa.class_of[octet];
    }
    return false;
  };
  for (const Dfa* dfa : dfas) {
    if (count == 256 || !tells_apart(*dfa)) continue;
    std::map<std::pair<std::uint32_t, std::uint8_t>, std::uint32_t> split;
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const auto next = static_cast<std::uint32_t>(split.size());
      joint[octet] = split.try_emplace({joint[octet], dfa->class_of[octet]}, next).first->second;
    }
    count = static_cast<std::uint32_t>(split.size());
  }
  std::string order = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_.~/";
  for (int octet = 0; octet < 256; ++octet) order += static_cast<char>((octet + 33) % 256);
  std::vector<bool> taken(256);
  std::vector<std::uint8_t> octets;
  for (unsigned char octet : order) {
    if (taken[joint[octet]]) continue;
    taken[joint[octet]] = true;
    octets.push_back(octet);
  }
  return octets;
}

struct Found {
  std::uint32_t tier = 0;
  std::string word;
};

class TextClasses {
 public:
  TextClasses(const Dimension& dimension, const ClassBudget& budget)
      : dimension_(dimension),
        max_states_(budget.joint_states),
        steps_left_(budget.steps),
        places_left_(budget.places) {
    for (std::uint32_t i = 0; i < dimension.hints.size(); ++i) {
      hint_places_.try_emplace(dimension.hints[i], i);
    }
    for (std::uint32_t i = 0; i < dimension.tests.size(); ++i) {
      if (dimension.tests[i].kind == Test::Kind::kLanguage)
        Add(dimension.tests[i].language.get(), i);
      if (dimension.tests[i].kind == Test::Kind::kPresent) present_.push_back(i);
    }
    tests_ = static_cast<std::uint32_t>(dfas_.size());
    for (const Dfa& tier : *dimension.tiers) Add(&tier, 0);
  }

  // False when over budget.
  bool Run(std::vector<ValueClass>& out) {
    if (!Walk()) return false;
    Prefer();
    std::vector<std::pair<Found, Signs>> order;
    for (auto& [signs, found] : found_) order.emplace_back(found, signs);
    std::sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
      return std::pair(Rank(a.first), a.first.word) < std::pair(Rank(b.first), b.first.word);
    });
    for (const auto& [found, signs] : order) {
      ValueClass made;
      made.value.text = found.word;
      made.tier = found.tier;
      made.passes = present_;
      for (std::uint32_t place : signs) made.passes.push_back(test_of_[place]);
      std::ranges::sort(made.passes);
      out.push_back(std::move(made));
    }
    return true;
  }

 private:
  void Add(const Dfa* dfa, std::uint32_t test) {
    dfas_.push_back(dfa);
    live_.push_back(LiveStates(*dfa));
    test_of_.push_back(test);
  }

  std::uint32_t TierOf(const Joint& joint) const {
    for (const auto& [dfa, state] : joint) {
      if (dfa >= tests_ && dfas_[dfa]->accepting[state] != 0) return dfa - tests_;
    }
    return std::numeric_limits<std::uint32_t>::max();
  }

  Signs SignsOf(const Joint& joint) const {
    Signs signs;
    for (const auto& [dfa, state] : joint) {
      if (dfa < tests_ && dfas_[dfa]->accepting[state] != 0) signs.push_back(dfa);
    }
    return signs;
  }

  struct Reached {
    const Joint* joint;
    std::uint32_t from;
    std::uint8_t octet;
  };

  std::string WordTo(std::uint32_t at) const {
    std::string word;
    for (; at != 0; at = reached_[at].from) word += static_cast<char>(reached_[at].octet);
    return {word.rbegin(), word.rend()};
  }

  void Visit(std::uint32_t at) {
    const std::uint32_t tier = TierOf(*reached_[at].joint);
    if (tier == std::numeric_limits<std::uint32_t>::max()) return;
    auto [place, added] = found_.try_emplace(SignsOf(*reached_[at].joint));
    if (added || tier < place->second.tier) place->second = {tier, WordTo(at)};
  }

  bool Walk() {
    const std::vector<std::uint8_t> octets = DistinctOctets(dfas_);
    const auto last = static_cast<std::uint32_t>(dfas_.size() - 1);  // the widest tier
    Joint start;
    for (std::uint32_t i = 0; i < dfas_.size(); ++i) {
      if (live_[i][0] != 0) start.emplace_back(i, 0);
    }
    Reach(std::move(start), 0, 0);
    for (std::uint32_t at = 0; at < reached_.size(); ++at) {
      const std::size_t places = reached_[at].joint->size();
      const std::size_t steps = places * octets.size();
      if (reached_.size() > max_states_ || steps > steps_left_ || places > places_left_) {
        return false;
      }
      steps_left_ -= steps;
      places_left_ -= places;
      Visit(at);
      for (std::uint8_t octet : octets) {
        Joint to;
        for (const auto& [dfa, state] : *reached_[at].joint) {
          const std::uint32_t next = dfas_[dfa]->Step(state, octet);
          if (live_[dfa][next] != 0) to.emplace_back(dfa, next);
        }
        if (!to.empty() && to.back().first == last) Reach(std::move(to), at, octet);
      }
    }
    return true;
  }

  void Reach(Joint joint, std::uint32_t from, std::uint8_t octet) {
    auto [place, added] = places_.try_emplace(std::move(joint));
    if (added) reached_.push_back({&place->first, from, octet});
  }

  // By hint, the tests that it passes. In alphabetical order they share the steps
  // over what they begin with.
  std::vector<Signs> SignsOfHints() const {
    const auto& hints = dimension_.hints;
    std::vector<std::uint32_t> order(hints.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](auto a, auto b) { return hints[a] < hints[b]; });
    std::vector<Joint> joints(1);
    for (std::uint32_t i = 0; i < tests_; ++i) {
      if (live_[i][0] != 0) joints[0].emplace_back(i, 0);
    }
    std::vector<Signs> signs(hints.size());
    std::string_view before;
    for (const std::uint32_t at : order) {
      const std::string_view hint = hints[at];
      const auto shared = std::ranges::mismatch(before, hint).in1 - before.begin();
      joints.resize(static_cast<std::size_t>(shared) + 1);
      for (const char c : hint.substr(static_cast<std::size_t>(shared))) {
        Joint to;
        for (const auto& [dfa, state] : joints.back()) {
          const std::uint32_t next = dfas_[dfa]->Step(state, static_cast<std::uint8_t>(c));
          if (live_[dfa][next] != 0) to.emplace_back(dfa, next);
        }
        joints.push_back(std::move(to));
      }
      signs[at] = SignsOf(joints.back());
      before = hint;
    }
    return signs;
  }

  // Values that read well stand for their class, if they are no more unusual.
  void Prefer() {
    const std::vector<Signs> signs = SignsOfHints();
    for (std::size_t i = dimension_.hints.size(); i-- > 0;) {
      const std::string& hint = dimension_.hints[i];
      auto place = found_.find(signs[i]);
      if (place == found_.end()) continue;
      for (std::uint32_t tier = 0; tier <= place->second.tier; ++tier) {
        if (!dfas_[tests_ + tier]->Matches(hint)) continue;
        place->second = {tier, hint};
        break;
      }
    }
  }

  std::tuple<std::uint32_t, std::size_t, std::size_t> Rank(const Found& found) const {
    const auto hint = hint_places_.find(found.word);
    return {found.tier, hint == hint_places_.end() ? dimension_.hints.size() : hint->second,
            found.word.size()};
  }

  const Dimension& dimension_;
  std::size_t max_states_;
  std::size_t steps_left_;
  std::size_t places_left_;
  std::unordered_map<std::string_view, std::size_t> hint_places_;
  std::vector<const Dfa*> dfas_;  // tests, then tiers
  std::vector<std::vector<std::uint8_t>> live_;
  std::vector<std::uint32_t> test_of_;
  std::vector<std::uint32_t> present_;  // tests that every value passes
  std::uint32_t tests_ = 0;
  std::unordered_map<Joint, bool, JointHash> places_;
  std::vector<Reached> reached_;
  std::map<Signs, Found> found_;
};

ValueClass ClassOf(const Dimension& dimension, Value value) {
  ValueClass made;
  for (std::uint32_t i = 0; i < dimension.tests.size(); ++i) {
    if (Universe::Holds(dimension, dimension.tests[i], value)) made.passes.push_back(i);
  }
  made.value = std::move(value);
  return made;
}

// Of all `values`, the first of each class; `passes`: the tests that each passes.
void Distinct(std::vector<Value> values, std::vector<std::vector<std::uint32_t>> passes,
              std::vector<ValueClass>& out) {
  std::set<std::vector<std::uint32_t>> seen;
  for (std::size_t i = 0; i < values.size(); ++i) {
    ValueClass made{std::move(values[i]), std::move(passes[i]), 0};
    if (seen.insert(made.passes).second) out.push_back(std::move(made));
  }
}

void Distinct(const Dimension& dimension, std::vector<Value> values, std::vector<ValueClass>& out) {
  std::vector<std::vector<std::uint32_t>> passes;
  for (const Value& value : values) passes.push_back(ClassOf(dimension, value).passes);
  Distinct(std::move(values), std::move(passes), out);
}

// Each constant and its neighbours: one value in every gap.
std::vector<Value> Integers(const Dimension& dimension) {
  std::vector<Value> values;
  auto add = [&](std::int64_t integer) {
    Value value;
    value.integer = integer;
    values.push_back(value);
  };
  add(0);
  for (const Test& test : dimension.tests) {
    if (test.kind == Test::Kind::kPresent) continue;
    add(test.integer);
    if (test.integer < std::numeric_limits<std::int64_t>::max()) add(test.integer + 1);
    if (test.integer > std::numeric_limits<std::int64_t>::min()) add(test.integer - 1);
  }
  return values;
}

syntax::Address After(syntax::Address address, bool& wrapped) {
  for (std::size_t i = 16; i-- > 0;) {
    if (++address.octets[i] != 0) return address;
  }
  wrapped = true;
  return address;
}

// The first address of every network and the first after it: where the answer
// of any test can change. Addresses of version 4 come first.
std::vector<Value> Addresses(const Dimension& dimension) {
  std::vector<syntax::Address> starts(3);
  for (std::size_t i = 0; i < 2; ++i) {
    starts[i].octets[10] = starts[i].octets[11] = 0xff;
    starts[i].octets[12] = i == 0 ? 203 : 0;
    starts[i].octets[14] = i == 0 ? 113 : 0;
    starts[i].octets[15] = 1;
  }
  for (const Test& test : dimension.tests) {
    syntax::Address last = test.network.base;
    for (unsigned bit = test.network.prefix; bit < 128; ++bit) {
      last.octets[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
    }
    starts.push_back(test.network.base);
    bool wrapped = false;
    const syntax::Address after = After(last, wrapped);
    if (!wrapped) starts.push_back(after);
  }
  const auto version_4 = [](const syntax::Address& address) {
    return address.octets[10] == 0xff && address.octets[11] == 0xff && address.octets[0] == 0;
  };
  std::vector<Value> values;
  for (bool first : {true, false}) {
    for (const syntax::Address& start : starts) {
      if (version_4(start) != first) continue;
      Value value;
      value.address = start;
      values.push_back(value);
    }
  }
  return values;
}

bool Contains(const syntax::Network& network, const syntax::Address& address) {
  for (unsigned bit = 0; bit < network.prefix; bit += 8) {
    const unsigned left = std::min(8U, network.prefix - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - left));
    if (((network.base.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// By value, the networks that it is in. Two networks are one in the other or apart,
// so in ascending order those that are open lie one in the other.
std::vector<std::vector<std::uint32_t>> NetworksOf(const Dimension& dimension,
                                                   const std::vector<Value>& values) {
  const auto& tests = dimension.tests;
  std::vector<std::uint32_t> networks(tests.size()), order(values.size()), open;
  std::iota(networks.begin(), networks.end(), 0U);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(networks, {}, [&](std::uint32_t i) {
    return std::pair(tests[i].network.base, tests[i].network.prefix);
  });
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return values[i].address; });
  std::vector<std::vector<std::uint32_t>> passes(values.size());
  std::size_t next = 0;
  for (const std::uint32_t i : order) {
    const syntax::Address& address = values[i].address;
    const auto close = [&](const syntax::Address& at) {
      while (!open.empty() && !Contains(tests[open.back()].network, at)) open.pop_back();
    };
    for (; next < networks.size() && tests[networks[next]].network.base <= address; ++next) {
      close(tests[networks[next]].network.base);
      open.push_back(networks[next]);
    }
    close(address);
    passes[i] = open;
    std::ranges::sort(passes[i]);
  }
  return passes;
}

std::vector<Value> Choices(std::uint32_t count) {
  std::vector<Value> values(count);
  for (std::uint32_t i = 0; i < count; ++i) values[i].integer = i;
  return values;
}

}  // namespace

ClassesByTest ByTest(const Dimension& dimension, const std::vector<ValueClass>& classes) {
  ClassesByTest passing(dimension.tests.size());
  for (std::uint32_t c = 0; c < classes.size(); ++c) {
    for (const std::uint32_t test : classes[c].passes) passing[test].push_back(c);
  }
  return passing;
}

std::expected<Classes, std::string> ClassesOf(Universe& universe, const ClassBudget& budget) {
  RelateDerived(universe);
  if (!universe.problem().empty()) return std::unexpected(universe.problem());
  Classes all;
  for (const Dimension& dimension : universe.dimensions()) {
    std::vector<ValueClass> classes;
    if (dimension.can_be_absent && dimension.domain != Domain::kList) {
      Value absent;
      absent.absent = true;
      classes.push_back(ClassOf(dimension, absent));
    }
    switch (dimension.domain) {
      case Domain::kText:
      case Domain::kList:
        if (!TextClasses(dimension, budget).Run(classes)) {
          return std::unexpected("too many kinds of values of " +
                                 (dimension.key.name.empty() ? std::string("the path or host")
                                                             : "'" + dimension.key.name + "'") +
                                 " to tell apart (over " + std::to_string(budget.joint_states) +
                                 " joint states of " + std::to_string(budget.places) +
                                 " places together, or " + std::to_string(budget.steps) +
                                 " steps)");
        }
        break;
      case Domain::kInteger:
        Distinct(dimension, Integers(dimension), classes);
        break;
      case Domain::kBoolean:
        Distinct(dimension, Choices(2), classes);
        break;
      case Domain::kChoice:
        Distinct(dimension, Choices(dimension.choices), classes);
        break;
      case Domain::kAddress: {
        std::vector<Value> values = Addresses(dimension);
        auto passes = NetworksOf(dimension, values);
        Distinct(std::move(values), std::move(passes), classes);
        break;
      }
    }
    all.push_back(std::move(classes));
  }
  return all;
}

}  // namespace weir::compiler
