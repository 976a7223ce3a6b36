// Hopcroft's algorithm: the one smallest automaton of a language.
#ifndef WEIR_COMPILER_AUTOMATA_MINIMISE_H_
#define WEIR_COMPILER_AUTOMATA_MINIMISE_H_

#include "compiler/automata/dfa.h"

namespace weir::compiler {

// Every state of `dfa` must be reachable. States and octet classes of the
// result are numbered in the order a breadth-first walk meets them, so two
// automata of one language come out equal field by field. n log n for each class.
Dfa Minimise(const Dfa& dfa);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_AUTOMATA_MINIMISE_H_
