// Text -> tokens and comments, with the brackets balanced.
//
// Everything that is wrong with single characters, strings or brackets is said
// here; what comes out is fit for the parser: every bracket has its partner
// (one that was missing is put in, with an empty span), line breaks stand only
// where they end a statement, and nesting is bounded.
#ifndef WEIR_DSL_PARSE_TOKENS_H_
#define WEIR_DSL_PARSE_TOKENS_H_

#include <cstdint>
#include <vector>

#include "dsl/source/source_map.h"

namespace weir::dsl {

inline constexpr std::size_t kMaxNesting = 256;
inline constexpr std::size_t kMaxStatementTokens = 256 * 1024;  // its blocks aside; bounds memory
inline constexpr std::size_t kMaxErrors = 20;  // of one file; the rest is not shown

struct Token {
  std::uint32_t type = 0;  // of the generated lexer
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Comment {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct TokenList {
  std::vector<Token> tokens;  // the last one is the end of the file
  std::vector<Comment> comments;
  bool fatal = false;  // nothing after may look at the tokens
};

TokenList ReadTokens(const SourceMap& sources, std::uint32_t file,
                     std::vector<Diagnostic>& diagnostics);

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_TOKENS_H_
