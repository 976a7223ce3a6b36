// Thompson's construction: the step between a regular expression's tree and
// its deterministic automaton. Internal to compiler/automata.
#ifndef WEIR_COMPILER_AUTOMATA_NFA_H_
#define WEIR_COMPILER_AUTOMATA_NFA_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "spec/syntax/regex.h"

namespace weir::compiler {

inline constexpr std::uint32_t kNoState = 0xffffffff;

struct NfaState {
  std::int32_t set = -1;  // place in Nfa::sets; below 0: two empty moves, a and b
  std::uint32_t a = kNoState;
  std::uint32_t b = kNoState;  // kNoState: no such move
};

struct Nfa {
  std::vector<NfaState> states;
  std::vector<std::bitset<256>> sets;  // the distinct sets of the expression
  std::uint32_t start = 0;
  std::uint32_t accept = 0;  // has no moves
};

// Nothing when more than `max_states` states would be needed.
std::optional<Nfa> BuildNfa(const syntax::RegexNode& regex, std::size_t max_states);

// Octets that no set of `sets` tells apart share a class.
struct OctetClasses {
  std::array<std::uint8_t, 256> class_of{};
  std::vector<std::uint8_t> representative;  // one octet of each class
};
OctetClasses ClassesOf(const std::vector<std::bitset<256>>& sets);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_NFA_H_
