// Deterministic automata over octets: what regular expressions and path
// patterns become, for the checker and, minimised, for the table.
#ifndef WEIR_COMPILER_AUTOMATA_DFA_H_
#define WEIR_COMPILER_AUTOMATA_DFA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "spec/syntax/pattern.h"
#include "spec/syntax/regex.h"

namespace weir::compiler {

// Total: every state has a successor for every class. State 0 is the start.
struct Dfa {
  std::array<std::uint8_t, 256> class_of{};  // equivalence class of each octet
  std::uint32_t class_count = 1;
  std::vector<std::uint32_t> next;      // by state, then class
  std::vector<std::uint8_t> accepting;  // by state: 0 or 1

  std::uint32_t state_count() const { return static_cast<std::uint32_t>(accepting.size()); }
  std::uint32_t Step(std::uint32_t state, unsigned char octet) const {
    return next[state * class_count + class_of[octet]];
  }
  bool Matches(std::string_view text) const {
    std::uint32_t state = 0;
    for (unsigned char octet : text) state = Step(state, octet);
    return accepting[state] != 0;
  }
};

// The minimal automaton of an expression, or nothing when it would need more
// than `max_states` on the way.
std::optional<Dfa> CompileRegex(const syntax::RegexNode& regex, std::size_t max_states = 10'000);
// The same of a path pattern of either kind, over whole canonical paths.
std::optional<Dfa> CompilePath(const syntax::PathPattern& pattern, std::size_t max_states = 10'000);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_DFA_H_
