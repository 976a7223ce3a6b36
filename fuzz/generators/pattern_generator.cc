#include "fuzz/generators/pattern_generator.h"

#include "fuzz/generators/regex_generator.h"
#include "fuzz/generators/words.h"

namespace weir::fuzz {
namespace {

using syntax::FieldMatch;
using syntax::HostPattern;
using syntax::PathPattern;
using syntax::PathSegment;

std::string TextOf(const PathPattern& pattern) {
  std::string text;
  for (const PathSegment& segment : pattern.segments) {
    if (segment.kind == PathSegment::Kind::kLiteral) {
      text += "/" + segment.literal;
    } else {
      text += segment.capture.empty() ? "/*" : "/{" + segment.capture + "}";
    }
  }
  return pattern.rest ? text + "/**" : text;
}

}  // namespace

PathPattern RandomPathPattern(Choices& choices) {
  PathPattern pattern;
  if (choices.Chance(12)) {
    pattern.kind = PathPattern::Kind::kRegex;
    pattern.regex = RandomRegex(choices, true);
    pattern.text = "~\"" + pattern.regex.text + "\"";
    return pattern;
  }
  pattern.rest = choices.Chance(40);
  const std::uint32_t count = pattern.rest ? choices.Below(3) : choices.Below(3) + 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    PathSegment segment;
    if (choices.Chance(30)) {
      segment.kind = PathSegment::Kind::kWildcard;
      if (choices.Chance(60)) segment.capture = i == 0 ? "id" : "name" + std::string(i - 1, 'x');
    } else {
      segment.literal = SegmentWord(choices);
    }
    pattern.segments.push_back(segment);
  }
  if (!pattern.rest && choices.Chance(10)) pattern.segments.push_back({});  // "/a/"
  pattern.text = TextOf(pattern);
  return pattern;
}

HostPattern RandomHostPattern(Choices& choices) {
  HostPattern pattern;
  pattern.name = HostWord(choices);
  if (choices.Chance(30) && !pattern.name.starts_with("["))
    pattern.kind = HostPattern::Kind::kSuffix;
  return pattern;
}

FieldMatch RandomFieldMatch(Choices& choices) {
  FieldMatch field;
  if (choices.Chance(40)) {
    field.source = FieldMatch::Source::kQuery;
    field.name = QueryName(choices);
  } else {
    field.name = HeaderName(choices);
  }
  field.negated = choices.Chance(25);
  switch (choices.Below(4)) {
    case 0:
      field.test = FieldMatch::Test::kOneOf;
      field.values = {ValueWord(choices)};
      if (choices.Chance(40)) field.values.push_back(ValueWord(choices));
      break;
    case 1:
      field.test = FieldMatch::Test::kPrefix;
      field.values = {choices.Of({"o", "one", "tw", "a "})};
      break;
    case 2:
      field.test = FieldMatch::Test::kRegex;
      field.regex = RandomRegex(choices, false);
      break;
    default:
      field.test = FieldMatch::Test::kPresent;
  }
  return field;
}

std::string PathFor(const PathPattern& pattern, Choices& choices) {
  if (pattern.kind == PathPattern::Kind::kRegex) return WordOf(pattern.regex.root, choices);
  std::string path;
  for (const PathSegment& segment : pattern.segments) {
    const bool literal = segment.kind == PathSegment::Kind::kLiteral;
    path += "/" + (literal ? segment.literal : SegmentWord(choices));
  }
  if (pattern.rest) {
    const std::uint32_t more = choices.Below(4);
    if (more == 1) path += "/";
    for (std::uint32_t i = 1; i < more; ++i) path += "/" + SegmentWord(choices);
  }
  return path.empty() ? "/" : path;
}

std::string HostFor(const HostPattern& pattern, Choices& choices) {
  if (pattern.kind == HostPattern::Kind::kExact) return pattern.name;
  return choices.Of({"a.", "x.y.", "shop."}) + pattern.name;
}

std::string FieldValueFor(const FieldMatch& field, Choices& choices) {
  switch (field.test) {
    case FieldMatch::Test::kOneOf:
      return choices.Of(field.values);
    case FieldMatch::Test::kPrefix:
      return field.values[0] + ValueWord(choices);
    case FieldMatch::Test::kRegex:
      return WordOf(field.regex.root, choices);
    case FieldMatch::Test::kPresent:
      return ValueWord(choices);
  }
  return "";
}

}  // namespace weir::fuzz
