// Random regular expressions, as a tree and as RE2 text of the same language,
// for tests that hold the checker's own automata against an oracle.
#ifndef WEIR_TESTS_SUPPORT_RANDOM_RANDOM_REGEX_H_
#define WEIR_TESTS_SUPPORT_RANDOM_RANDOM_REGEX_H_

#include <random>
#include <string>

#include "spec/syntax/regex.h"

namespace weir::testing {

// RE2 text (Latin-1, dot matches newline) of the language of `node`.
inline std::string ToRe2(const syntax::RegexNode& node) {
  using Kind = syntax::RegexNode::Kind;
  const auto hex = [](std::size_t octet) {
    const char* digits = "0123456789abcdef";
    return std::string("\\x") + digits[octet / 16] + digits[octet % 16];
  };
  std::string text;
  switch (node.kind) {
    case Kind::kNothing:
      return "[^\\x00-\\xff]";
    case Kind::kEmpty:
      return "(?:)";
    case Kind::kSet:
      if (node.set.none()) return "[^\\x00-\\xff]";
      text = "[";
      for (std::size_t first = 0; first < 256; ++first) {
        if (!node.set[first]) continue;
        std::size_t last = first;
        while (last < 255 && node.set[last + 1]) ++last;
        text += hex(first) + "-" + hex(last);
        first = last;
      }
      return text + "]";
    case Kind::kConcat:
      for (const auto& child : node.children) text += "(?:" + ToRe2(child) + ")";
      return text;
    case Kind::kAlternate:
      for (const auto& child : node.children)
        text += (text.empty() ? "(?:" : "|(?:") + ToRe2(child) + ")";
      return text;
    case Kind::kRepeat:
      text = "(?:" + ToRe2(node.children[0]) + "){" + std::to_string(node.min) + ",";
      return text + (node.max < 0 ? "" : std::to_string(node.max)) + "}";
  }
  return text;
}

// Sets are drawn from the octets of `alphabet`, now and then with all others.
inline syntax::RegexNode RandomRegex(std::mt19937& random, const std::string& alphabet, int depth) {
  using Kind = syntax::RegexNode::Kind;
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  syntax::RegexNode node;
  const int choice = depth == 0 ? below(5) : below(12);
  if (choice == 0) {
    node.kind = below(8) == 0 ? Kind::kNothing : Kind::kEmpty;
  } else if (choice < 5) {
    node.kind = Kind::kSet;
    for (int i = 0; i <= below(3); ++i) {
      node.set.set(static_cast<unsigned char>(alphabet[random() % alphabet.size()]));
    }
    if (below(5) == 0) node.set.flip();
  } else if (choice < 10) {
    node.kind = choice < 8 ? Kind::kConcat : Kind::kAlternate;
    for (int i = 0; i < 2 + below(2); ++i) {
      node.children.push_back(RandomRegex(random, alphabet, depth - 1));
    }
  } else {
    node.kind = Kind::kRepeat;
    node.min = below(3);
    node.max = below(2) == 0 ? -1 : node.min + below(3);
    node.children.push_back(RandomRegex(random, alphabet, depth - 1));
  }
  return node;
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_SUPPORT_RANDOM_RANDOM_REGEX_H_
