#include "fuzz/generators/regex_generator.h"

#include "fuzz/generators/words.h"

namespace weir::fuzz {
namespace {

using syntax::RegexNode;
using Kind = RegexNode::Kind;

RegexNode Literal(const std::string& text) {
  if (text.empty()) return {.kind = Kind::kEmpty};
  RegexNode node{.kind = Kind::kConcat};
  for (char c : text) {
    RegexNode set{.kind = Kind::kSet};
    set.set.set(static_cast<unsigned char>(c));
    node.children.push_back(set);
  }
  return node;
}

RegexNode OctetClass(Choices& choices) {
  RegexNode node{.kind = Kind::kSet};
  switch (choices.Below(3)) {
    case 0:
      for (char c = 'a'; c <= 'z'; ++c) node.set.set(static_cast<unsigned char>(c));
      break;
    case 1:
      node.set.set('/').flip();
      break;
    default:
      node.set.set('a').set('b').set('1');
  }
  return node;
}

RegexNode Node(Choices& choices, int depth) {
  const std::uint32_t kind = choices.Below(depth == 0 ? 3 : 7);
  if (kind == 0) return Literal(choices.Of({"a", "b", "users", "one", "two", "/", ""}));
  if (kind <= 2) return OctetClass(choices);
  RegexNode node;
  if (kind <= 4) {
    node.kind = kind == 3 ? Kind::kConcat : Kind::kAlternate;
    node.children = {Node(choices, depth - 1), Node(choices, depth - 1)};
    return node;
  }
  node.kind = Kind::kRepeat;
  node.children = {Node(choices, depth - 1)};
  node.min = static_cast<int>(choices.Below(3));
  node.max = choices.Chance(50) ? -1 : node.min + static_cast<int>(choices.Below(3));
  return node;
}

// One text for one tree: the core compares expressions by it.
std::string Text(const RegexNode& node) {
  std::string text;
  switch (node.kind) {
    case Kind::kNothing:
      return "[^\\x00-\\xff]";
    case Kind::kEmpty:
      return "(?:)";
    case Kind::kSet:
      text = "[";
      for (int c = 0; c < 256; ++c) {
        const std::string digits = "0123456789abcdef";
        if (node.set[static_cast<std::size_t>(c)]) {
          text += {'\\', 'x', digits[static_cast<std::size_t>(c / 16)],
                   digits[static_cast<std::size_t>(c % 16)]};
        }
      }
      return text + "]";
    case Kind::kConcat:
      for (const RegexNode& child : node.children) text += "(?:" + Text(child) + ")";
      return text;
    case Kind::kAlternate:
      for (const RegexNode& child : node.children) text += (text.empty() ? "" : "|") + Text(child);
      return "(?:" + text + ")";
    case Kind::kRepeat:
      text = "(?:" + Text(node.children[0]) + "){" + std::to_string(node.min) + ",";
      return text + (node.max < 0 ? "" : std::to_string(node.max)) + "}";
  }
  return text;
}

}  // namespace

syntax::Regex RandomRegex(Choices& choices, bool path) {
  RegexNode root = Node(choices, 2);
  if (path) root = {.kind = Kind::kConcat, .children = {Literal("/"), std::move(root)}};
  return {Text(root), root};
}

std::string WordOf(const RegexNode& node, Choices& choices) {
  std::string word;
  switch (node.kind) {
    case Kind::kNothing:
    case Kind::kEmpty:
      return "";
    case Kind::kSet:
      for (unsigned char c : {'a', 'b', 'z', '1', 'u', 'o', '/', '-'}) {
        if (node.set[c]) word += static_cast<char>(c);
      }
      if (word.empty()) return "";
      return {word[choices.Below(static_cast<std::uint32_t>(word.size()))]};
    case Kind::kConcat:
      for (const RegexNode& child : node.children) word += WordOf(child, choices);
      return word;
    case Kind::kAlternate:
      return WordOf(choices.Of(node.children), choices);
    case Kind::kRepeat: {
      const std::uint32_t spare =
          node.max < 0 ? 3 : static_cast<std::uint32_t>(node.max - node.min + 1);
      const int times = node.min + static_cast<int>(choices.Below(spare));
      for (int i = 0; i < times; ++i) word += WordOf(node.children[0], choices);
      return word;
    }
  }
  return word;
}

}  // namespace weir::fuzz
