// Regular expressions of policies: RE2's syntax less captures, assertions,
// look-around and back references. They run over octets and match whole
// strings. The text is kept for messages; the tree is what every engine
// (the model's derivatives, the compiler's automata) is built from.
#ifndef WEIR_SPEC_SYNTAX_REGEX_H_
#define WEIR_SPEC_SYNTAX_REGEX_H_

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

namespace weir::syntax {

struct RegexNode {
  enum class Kind : std::uint8_t {
    kNothing,    // matches no string at all
    kEmpty,      // matches the empty string
    kSet,        // one octet of `set`
    kConcat,     // the children in turn
    kAlternate,  // any one child
    kRepeat,     // the one child, `min` to `max` times; max -1: without end
  };
  Kind kind = Kind::kEmpty;
  std::bitset<256> set;
  std::vector<RegexNode> children;
  int min = 0;
  int max = -1;
};

struct Regex {
  std::string text;  // between the quotes of ~"..."
  RegexNode root;
  friend bool operator==(const Regex& a, const Regex& b) { return a.text == b.text; }
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_REGEX_H_
