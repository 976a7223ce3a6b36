// Patterns over hosts and canonical paths (spec/rules/match.md).
//
// A canonical path is "/" followed by segments joined by "/"; "/a/" has the
// segments "a" and "", and "/" the one segment "". A wildcard matches exactly
// one segment that is not empty. A final rest ("**") matches what is left, the
// empty rest included: "/a/**" matches "/a", "/a/" and "/a/b/c", never "/ab".
#ifndef WEIR_SPEC_SYNTAX_PATTERN_H_
#define WEIR_SPEC_SYNTAX_PATTERN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/node.h"
#include "spec/syntax/regex.h"

namespace weir::syntax {

struct PathSegment {
  enum class Kind : std::uint8_t { kLiteral, kWildcard };
  Kind kind = Kind::kLiteral;
  std::string literal;  // canonical; empty only as the last segment ("/a/")
  std::string capture;  // the name in {name}; empty for "*"
  friend bool operator==(const PathSegment&, const PathSegment&) = default;
};

struct PathPattern {
  enum class Kind : std::uint8_t { kSegments, kRegex };
  Kind kind = Kind::kSegments;
  std::vector<PathSegment> segments;
  bool rest = false;  // ends in "**"; "/**" has no segments and rest
  Regex regex;        // of the whole path, for kRegex
  std::string text;   // as written
  NodeId node = kNoNode;
};

struct HostPattern {
  enum class Kind : std::uint8_t {
    kExact,   // `name`
    kSuffix,  // "*.name": one or more whole labels, then ".name"
  };
  Kind kind = Kind::kExact;
  std::string name;  // lower case, no trailing dot
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_PATTERN_H_
