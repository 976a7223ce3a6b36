// Automata that are told by what they remember: a state of any ordered type.
//
//   // Texts with an even number of 'a':
//   Dfa even = Explore(0, [](unsigned char octet) { return octet == 'a'; },
//                      [](int odd, unsigned char octet) { return octet == 'a' ? 1 - odd : odd; },
//                      [](int odd) { return odd == 0; });
#ifndef WEIR_COMPILER_ENCODE_EXPLORE_H_
#define WEIR_COMPILER_ENCODE_EXPLORE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "compiler/automata/dfa.h"

namespace weir::compiler {

// An automaton made by exploring `step` from `start`; octets of one `kind` are not
// told apart.
template <class State, class Kind, class Step, class Accepts>
Dfa Explore(const State& start, const Kind& kind, const Step& step, const Accepts& accepts) {
  Dfa dfa;
  std::map<int, std::uint8_t> classes;
  std::vector<unsigned char> octet_of;
  for (int octet = 0; octet < 256; ++octet) {
    const auto [place, added] = classes.try_emplace(kind(static_cast<unsigned char>(octet)),
                                                    static_cast<std::uint8_t>(octet_of.size()));
    if (added) octet_of.push_back(static_cast<unsigned char>(octet));
    dfa.class_of[static_cast<std::size_t>(octet)] = place->second;
  }
  dfa.class_count = static_cast<std::uint32_t>(octet_of.size());
  std::map<State, std::uint32_t> places{{start, 0}};
  std::vector<State> states{start};
  for (std::size_t s = 0; s < states.size(); ++s) {
    const State state = states[s];
    dfa.accepting.push_back(accepts(state) ? 1 : 0);
    for (const unsigned char octet : octet_of) {
      const State to = step(state, octet);
      const auto [place, added] = places.try_emplace(to, static_cast<std::uint32_t>(states.size()));
      if (added) states.push_back(to);
      dfa.next.push_back(place->second);
    }
  }
  return dfa;
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_EXPLORE_H_
