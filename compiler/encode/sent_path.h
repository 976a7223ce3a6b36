// The path that a route sends upstream, told of the path that came in.
#ifndef WEIR_COMPILER_ENCODE_SENT_PATH_H_
#define WEIR_COMPILER_ENCODE_SENT_PATH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/automata/dfa.h"
#include "compiler/encode/universe.h"
#include "spec/syntax/match.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// Of a request that the route matches: what the route's transforms make of its path is
// in the language. `name` names the language.
Formula SentPathIn(Universe& universe, const syntax::Match& match,
                   const std::vector<syntax::Transform>& request, const std::string& name,
                   const Dfa& language);

// TRANSFORM-3, of a request that the route matches: what the transforms make of its path is
// read as it stands by the gateway's listener that it came in by. `listeners`: their values
// of the dimension.
Formula SendsCanonicalPath(Universe& universe, const syntax::Gateway& gateway,
                           const std::vector<std::uint32_t>& listeners, const syntax::Route& route);

// A path of the policy with `{name}` in it: text, and captured segments (TRANSFORM-7).
struct PathPiece {
  bool capture = false;
  std::string text;  // or the capture's name
};
std::vector<PathPiece> PiecesOf(const std::string& text);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_SENT_PATH_H_
