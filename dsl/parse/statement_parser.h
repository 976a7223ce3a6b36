// One statement's tokens -> its items, by the generated parser.
//
// The statements inside the statement's blocks are parsed before it; here a
// block is two brackets with nothing between. So an error never reaches beyond
// its own statement, and memory is that of the longest statement.
#ifndef WEIR_DSL_PARSE_STATEMENT_PARSER_H_
#define WEIR_DSL_PARSE_STATEMENT_PARSER_H_

#include <memory>
#include <span>
#include <vector>

#include "dsl/parse/comments.h"
#include "dsl/parse/tokens.h"
#include "dsl/tree/tree.h"

namespace weir::dsl {

class StatementParser {
 public:
  StatementParser(const SourceMap& sources, std::uint32_t file, Comments& comments,
                  std::vector<Diagnostic>& diagnostics);
  ~StatementParser();

  // The items of a statement (one token or more); `blocks` are its blocks in
  // order, which are moved in place. Empty when it cannot be read: that has
  // been said.
  std::vector<tree::Item> Parse(std::span<const Token> tokens, std::vector<tree::Item>& blocks);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_STATEMENT_PARSER_H_
