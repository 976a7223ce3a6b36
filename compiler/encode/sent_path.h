// The path that a route sends upstream, told of the path that came in.
#ifndef WEIR_COMPILER_ENCODE_SENT_PATH_H_
#define WEIR_COMPILER_ENCODE_SENT_PATH_H_

#include <string>
#include <vector>

#include "compiler/automata/dfa.h"
#include "compiler/encode/universe.h"
#include "spec/syntax/match.h"
#include "spec/syntax/route.h"

namespace weir::compiler {

// Of a request that the route matches: what the route's transforms make of its path is
// in the language. `name` names the language.
Formula SentPathIn(Universe& universe, const syntax::Match& match,
                   const std::vector<syntax::Transform>& request, const std::string& name,
                   const Dfa& language);

// A path of the policy with `{name}` in it: text, and captured segments (TRANSFORM-7).
struct PathPiece {
  bool capture = false;
  std::string text;  // or the capture's name
};
std::vector<PathPiece> PiecesOf(const std::string& text);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_SENT_PATH_H_
