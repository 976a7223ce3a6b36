// Reads statements out of the tokens, block by block, and gives every comment
// and blank line to the node that it belongs to. The statements themselves are
// read by the generated parser (statement_parser.cc).
#include "dsl/parse/parse.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "WeirLexer.h"
#include "dsl/parse/check_text.h"
#include "dsl/parse/comments.h"
#include "dsl/parse/statement_parser.h"
#include "dsl/parse/tokens.h"

namespace weir::dsl {
namespace {

using grammar::WeirLexer;

class FileReader {
 public:
  FileReader(const SourceMap& sources, std::uint32_t file, TokenList list,
             std::vector<Diagnostic>& diagnostics)
      : sources_(sources),
        file_(file),
        tokens_(std::move(list.tokens)),
        all_comments_(list.comments),
        comments_(sources.text(file), std::move(list.comments)),
        diagnostics_(diagnostics),
        parser_(sources, file, comments_, diagnostics) {}

  tree::File Run() {
    tree::File out;
    out.file = file_;
    out.statements = Statements(0);
    auto end = static_cast<std::uint32_t>(sources_.text(file_).size());
    out.end_comments = EndComments(out.statements, end);
    for (const Comment& comment : all_comments_) {
      out.comments.push_back({file_, comment.begin, comment.end});
    }
    return out;
  }

 private:
  std::uint32_t Type() const { return tokens_[at_].type; }

  // The statements up to a closing brace or the end of the file; `begin` is
  // where the text before the first of them begins.
  std::vector<tree::Statement> Statements(std::uint32_t begin) {
    std::vector<tree::Statement> statements;
    last_end_ = begin;
    while (true) {
      while (Type() == WeirLexer::NL) ++at_;
      bool end = Type() == 0 || Type() == WeirLexer::CLOSE_BLOCK;
      if (end || diagnostics_.size() >= kMaxErrors) return statements;
      tree::Statement statement;
      std::uint32_t from = last_end_;
      std::uint32_t to = tokens_[at_].begin;
      statement.blank_line_before =
          !statements.empty() && comments_.BlankLine(from, comments_.BeginOfFirst(from, to));
      statement.comments = comments_.Take(from, to, true);
      ReadStatement(statement);
      last_end_ = statement.span.end;
      if (statement.items.empty()) continue;
      if (auto comment = comments_.TakeBehind(last_end_)) {
        statement.trailing_comment = std::move(*comment);
      }
      statements.push_back(std::move(statement));
    }
  }

  void ReadStatement(tree::Statement& statement) {
    std::vector<Token> own;
    std::vector<tree::Item> blocks;
    while (Type() != 0 && Type() != WeirLexer::NL && Type() != WeirLexer::CLOSE_BLOCK) {
      own.push_back(tokens_[at_]);
      if (Type() == WeirLexer::OPEN_BLOCK) {
        blocks.push_back(Block());
        if (Type() != WeirLexer::CLOSE_BLOCK) return;  // stopped: too many errors
        own.push_back(tokens_[at_]);
      }
      ++at_;
    }
    statement.span = {file_, own.front().begin, own.back().end};
    if (own.size() > kMaxStatementTokens) {
      TooLong(own.front());
    } else {
      statement.items = parser_.Parse(own, blocks);
    }
    // Comments inside a condition have no place of their own.
    std::vector<std::string> inside = comments_.Take(statement.span.begin, statement.span.end);
    statement.comments.insert(statement.comments.end(), inside.begin(), inside.end());
  }

  void TooLong(const Token& first) {
    Diagnostic diagnostic;
    diagnostic.rule = "statement-too-long";
    diagnostic.message =
        "a statement of more than " + std::to_string(kMaxStatementTokens) + " words and signs";
    diagnostic.span = {file_, first.begin, first.end};
    diagnostic.help = "split it, or its longest list";
    diagnostics_.push_back(std::move(diagnostic));
  }

  // From an opening brace to its partner, where it stops.
  tree::Item Block() {
    tree::Item block;
    block.kind = tree::Item::Kind::kBlock;
    std::uint32_t begin = tokens_[at_].begin;
    ++at_;
    std::optional<std::string> open = comments_.TakeBehind(begin + 1);
    std::vector<tree::Statement> statements = Statements(begin + 1);
    std::uint32_t end = tokens_[at_].end;
    std::vector<std::string> end_comments = EndComments(statements, tokens_[at_].begin);
    if (open || !end_comments.empty()) {
      block.comments = std::make_unique<tree::ItemComments>();
      block.comments->open = open.value_or("");
      block.comments->end = std::move(end_comments);
    }
    block.span = {file_, begin, end};
    bool breaks = sources_.text(block.span).find('\n') != std::string_view::npos;
    block.breaks_line = breaks && (!statements.empty() || block.comments);
    block.statements = std::move(statements);
    return block;
  }

  // The comments behind the last statement; a leading empty one is a blank line.
  std::vector<std::string> EndComments(const std::vector<tree::Statement>& statements,
                                       std::uint32_t to) {
    std::uint32_t from = last_end_;
    std::uint32_t first = comments_.BeginOfFirst(from, to);
    std::vector<std::string> comments = comments_.Take(from, to, true);
    if (!comments.empty() && comments.back().empty()) comments.pop_back();
    bool blank = !statements.empty() && comments_.BlankLine(from, first);
    if (!comments.empty() && blank) comments.insert(comments.begin(), std::string());
    last_end_ = to;
    return comments;
  }

  const SourceMap& sources_;
  std::uint32_t file_;
  std::vector<Token> tokens_;
  std::vector<Comment> all_comments_;
  Comments comments_;
  std::vector<Diagnostic>& diagnostics_;
  StatementParser parser_;
  std::size_t at_ = 0;
  std::uint32_t last_end_ = 0;  // of the last statement, or of what began the block
};

void Order(std::vector<Diagnostic>& diagnostics) {
  std::sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.span.begin, a.message) < std::tie(b.span.begin, b.message);
  });
  if (diagnostics.size() > kMaxErrors) diagnostics.resize(kMaxErrors);
}

}  // namespace

ParseResult Parse(const SourceMap& sources, std::uint32_t file) {
  ParseResult result;
  result.tree.file = file;
  if (std::optional<Diagnostic> wrong = CheckText(sources.text(file), file)) {
    result.diagnostics.push_back(std::move(*wrong));
    return result;
  }
  TokenList list = ReadTokens(sources, file, result.diagnostics);
  if (!list.fatal) {
    result.tree = FileReader(sources, file, std::move(list), result.diagnostics).Run();
  }
  Order(result.diagnostics);
  return result;
}

}  // namespace weir::dsl
