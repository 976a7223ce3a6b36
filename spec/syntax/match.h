// What a route matches: a product of sets, one for each part of the request.
// An empty list of hosts, paths, methods, networks or listeners means any.
#ifndef WEIR_SPEC_SYNTAX_MATCH_H_
#define WEIR_SPEC_SYNTAX_MATCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/node.h"
#include "spec/syntax/pattern.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

// One condition on a header (its combined value) or on a query parameter (its
// first value). All but kAbsent, and every negated form, need care with
// absence: `negated` negates the whole test, so it holds on an absent field.
struct FieldMatch {
  enum class Source : std::uint8_t { kHeader, kQuery };
  enum class Test : std::uint8_t {
    kPresent,
    kOneOf,   // equals one of `values`
    kPrefix,  // starts with values[0]
    kRegex,   // the whole value matches `regex`
  };
  Source source = Source::kHeader;
  std::string name;  // lower case for headers
  Test test = Test::kPresent;
  bool negated = false;
  std::vector<std::string> values;
  Regex regex;
  NodeId node = kNoNode;
};

// The one place that says which sources are headers, for code that tells headers
// from all else; code that does something for each source switches itself.
constexpr bool IsHeader(FieldMatch::Source source) {
  switch (source) {
    case FieldMatch::Source::kHeader:
      return true;
    case FieldMatch::Source::kQuery:
      return false;
  }
  return false;
}

struct Match {
  std::vector<HostPattern> hosts;
  std::vector<PathPattern> paths;
  std::vector<std::string> methods;  // exactly these; GET does not include HEAD
  std::vector<FieldMatch> fields;    // all of them
  std::vector<Network> clients;
  std::vector<std::uint32_t> listeners;  // places in Gateway::listeners, all below 64
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_MATCH_H_
