// What is left of a shadowing question once host and path are fixed: in each
// other dimension (method, network, header, ...) a request falls into one
// class, and each candidate, an earlier route, matches some classes of each.
// Is there one class a dimension so that no candidate matches them all?
#ifndef WEIR_COMPILER_SHADOW_RESIDUE_H_
#define WEIR_COMPILER_SHADOW_RESIDUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "compiler/budget/limits.h"

namespace weir::compiler {

using Word = std::uint64_t;
using CandidateSet = std::vector<Word>;  // bit c of word c / 64

struct Residue {
  struct Dimension {
    // By class: the candidates that match it. At least one class.
    std::vector<CandidateSet> classes;
  };
  std::uint32_t candidates = 0;
  std::vector<Dimension> dimensions;
  std::size_t words() const { return (candidates + 63) / 64; }
};

struct ResidueAnswer {
  enum class Kind : std::uint8_t { kEscapes, kCovered, kUnknown };
  Kind kind = Kind::kUnknown;
  std::vector<std::uint32_t> classes;  // kEscapes: the class of each dimension
  std::vector<std::uint32_t> core;     // kCovered: candidates that cover all, ascending
  std::string reason;                  // kUnknown
};

// Decides what the search could not within its budget.
using ResidueFallback = std::function<ResidueAnswer(const Residue&)>;

// Only candidates in `active` count. Past `max_nodes` branches: kUnknown. So it is past
// `steps`, if given: what is spent, in words of candidate sets, is taken from it.
ResidueAnswer SolveResidue(const Residue& residue, const CandidateSet& active,
                           std::size_t max_nodes = kResidueNodes, std::size_t* steps = nullptr);

// Drops candidates from a core, one at a time, while the rest still covers.
std::vector<std::uint32_t> ShrinkCore(const Residue& residue, std::vector<std::uint32_t> core,
                                      std::size_t max_nodes = kResidueNodes,
                                      std::size_t* steps = nullptr);

inline bool Has(const CandidateSet& set, std::uint32_t candidate) {
  return ((set[candidate / 64] >> (candidate % 64)) & 1) != 0;
}
inline void Put(CandidateSet& set, std::uint32_t candidate) {
  set[candidate / 64] |= Word{1} << (candidate % 64);
}

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_RESIDUE_H_
