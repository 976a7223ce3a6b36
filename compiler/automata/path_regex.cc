#include "compiler/automata/path_regex.h"

#include <utility>

namespace weir::compiler {

using syntax::RegexNode;

RegexNode RegexSet(std::bitset<256> set) {
  RegexNode node;
  node.kind = RegexNode::Kind::kSet;
  node.set = set;
  return node;
}

RegexNode RegexText(std::string_view text) {
  std::vector<RegexNode> parts;
  for (const unsigned char octet : text) parts.push_back(RegexSet(std::bitset<256>().set(octet)));
  return RegexConcat(std::move(parts));
}

RegexNode RegexConcat(std::vector<RegexNode> parts) {
  RegexNode node;
  node.kind = parts.empty() ? RegexNode::Kind::kEmpty : RegexNode::Kind::kConcat;
  node.children = std::move(parts);
  return node;
}

RegexNode RegexAlternate(std::vector<RegexNode> parts) {
  RegexNode node;
  node.kind = parts.empty() ? RegexNode::Kind::kNothing : RegexNode::Kind::kAlternate;
  node.children = std::move(parts);
  return node;
}

RegexNode RegexRepeat(RegexNode part, int min, int max) {
  RegexNode node;
  node.kind = RegexNode::Kind::kRepeat;
  node.min = min;
  node.max = max;
  node.children.push_back(std::move(part));
  return node;
}

std::bitset<256> AnyOctet() { return std::bitset<256>().set(); }
std::bitset<256> NoSlash() { return AnyOctet().reset('/'); }

RegexNode PathRegex(const syntax::PathPattern& pattern) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return pattern.regex.root;
  std::vector<RegexNode> parts;
  for (const auto& segment : pattern.segments) {
    parts.push_back(RegexText("/"));
    if (segment.kind == syntax::PathSegment::Kind::kWildcard) {
      parts.push_back(RegexRepeat(RegexSet(NoSlash()), 1, -1));
    } else {
      parts.push_back(RegexText(segment.literal));
    }
  }
  if (pattern.rest) {
    RegexNode tail = RegexConcat({RegexText("/"), RegexRepeat(RegexSet(AnyOctet()), 0, -1)});
    // "/**" is every path; "/a/**" is "/a" too.
    parts.push_back(pattern.segments.empty() ? std::move(tail)
                                             : RegexRepeat(std::move(tail), 0, 1));
  }
  return RegexConcat(std::move(parts));
}

}  // namespace weir::compiler
