// The generated parser's tree -> the items of dsl/tree.
#ifndef WEIR_DSL_PARSE_ITEMS_H_
#define WEIR_DSL_PARSE_ITEMS_H_

#include <vector>

#include "dsl/parse/comments.h"
#include "dsl/tree/tree.h"

namespace antlr4 {
class ParserRuleContext;
class Token;
namespace tree {
class ParseTree;
}
}  // namespace antlr4

namespace weir::dsl {

class ItemBuilder {
 public:
  ItemBuilder(const SourceMap& sources, std::uint32_t file, Comments& comments,
              std::vector<Diagnostic>& diagnostics)
      : sources_(sources), file_(file), comments_(comments), diagnostics_(diagnostics) {}

  // `statement` is a StatementContext without errors; `blocks` are its blocks
  // in order. False when a literal in it is malformed: that has been said.
  bool Build(antlr4::ParserRuleContext& statement, std::vector<tree::Item>& blocks,
             std::vector<tree::Item>& out);

 private:
  void Walk(antlr4::tree::ParseTree& node, std::vector<tree::Item>& blocks,
            std::vector<tree::Item>& out);
  tree::Item Leaf(const antlr4::Token& token);
  tree::Item List(antlr4::ParserRuleContext& list);
  tree::Condition Condition(antlr4::ParserRuleContext& node);
  tree::Condition Joined(antlr4::ParserRuleContext& node, tree::Condition::Kind kind);
  tree::Condition Negation(antlr4::ParserRuleContext& node);
  tree::Condition Comparison(antlr4::ParserRuleContext& node);
  tree::Condition Group(antlr4::ParserRuleContext& node);
  tree::Condition Operand(antlr4::ParserRuleContext& node);
  tree::Condition Constants(antlr4::ParserRuleContext& node);
  tree::Condition ConditionLeaf(const antlr4::Token& token);
  Span SpanOf(const antlr4::ParserRuleContext& node) const;
  Span SpanOf(const antlr4::Token& token) const;
  std::string Literal(const antlr4::Token& token);
  bool LineBreak(std::uint32_t from, std::uint32_t to) const;
  bool WideGap(std::uint32_t from, std::uint32_t to) const;

  const SourceMap& sources_;
  std::uint32_t file_;
  Comments& comments_;
  std::vector<Diagnostic>& diagnostics_;
  std::size_t next_block_ = 0;
  bool good_ = true;
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_ITEMS_H_
