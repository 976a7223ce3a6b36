// Several automata run side by side over one word, their joint states made
// only as they are met: emptiness of any Boolean combination of languages, by
// breadth-first search, with a shortest word as answer.
//
//   // A shortest word of A and not B:
//   auto found = ShortestWord({&a, &b}, [](auto accepts) { return accepts[0] && !accepts[1]; });
#ifndef WEIR_COMPILER_AUTOMATA_PRODUCT_H_
#define WEIR_COMPILER_AUTOMATA_PRODUCT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/automata/dfa.h"

namespace weir::compiler {

// Whether each automaton, in the order given, accepts the word so far.
using Accepts = std::span<const std::uint8_t>;

struct WordSearch {
  enum class Kind : std::uint8_t { kFound, kNone, kOverBudget };
  Kind kind = Kind::kNone;
  std::string word;  // for kFound
};

// Readable octets (letters, digits) are tried first, so that words show well.
// The first `required` automata must accept every wanted word: joint states
// from which one of them never can are not followed.
WordSearch ShortestWord(std::span<const Dfa* const> dfas,
                        const std::function<bool(Accepts)>& wanted, std::size_t max_states = 20'000,
                        std::size_t required = 0);

// Every combination of acceptance that some word has, each with a shortest
// word. Nothing when over budget.
struct SignVector {
  std::vector<std::uint8_t> accepts;
  std::string word;
};
std::optional<std::vector<SignVector>> SignVectors(std::span<const Dfa* const> dfas,
                                                   std::size_t max_states = 20'000,
                                                   std::size_t required = 0);

// Whether L(a) and L(b) share no word; L(a) holds no word outside L(b).
// Nothing when over budget.
std::optional<bool> Disjoint(const Dfa& a, const Dfa& b, std::size_t max_states = 20'000);
std::optional<bool> Subset(const Dfa& a, const Dfa& b, std::size_t max_states = 20'000);

// By state: whether some word from here is accepted.
std::vector<std::uint8_t> LiveStates(const Dfa& dfa);

// The minimal automata of the intersection and the complement.
std::optional<Dfa> Intersect(const Dfa& a, const Dfa& b, std::size_t max_states = 10'000);
Dfa Complement(const Dfa& a);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_PRODUCT_H_
