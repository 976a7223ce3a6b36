#include "compiler/automata/utf8_regex.h"

#include <bitset>
#include <utility>
#include <vector>

#include "compiler/automata/path_regex.h"

namespace weir::compiler {
namespace {

syntax::RegexNode Between(std::size_t first, std::size_t last) {
  std::bitset<256> set;
  for (std::size_t octet = first; octet <= last; ++octet) set.set(octet);
  return RegexSet(set);
}

// Octets from `first` to `last`, then one between `low` and `high`, then `more` that follow.
syntax::RegexNode Row(std::size_t first, std::size_t last, std::size_t low, std::size_t high,
                      int more) {
  std::vector<syntax::RegexNode> octets{Between(first, last), Between(low, high)};
  for (; more > 0; --more) octets.push_back(Between(0x80, 0xbf));
  return RegexConcat(std::move(octets));
}

}  // namespace

syntax::RegexNode Utf8WithoutNul() {
  return RegexRepeat(RegexAlternate({Between(0x01, 0x7f), Row(0xc2, 0xdf, 0x80, 0xbf, 0),
                                     Row(0xe0, 0xe0, 0xa0, 0xbf, 1), Row(0xe1, 0xec, 0x80, 0xbf, 1),
                                     Row(0xed, 0xed, 0x80, 0x9f, 1), Row(0xee, 0xef, 0x80, 0xbf, 1),
                                     Row(0xf0, 0xf0, 0x90, 0xbf, 2), Row(0xf1, 0xf3, 0x80, 0xbf, 2),
                                     Row(0xf4, 0xf4, 0x80, 0x8f, 2)}),
                     0, -1);
}

}  // namespace weir::compiler
