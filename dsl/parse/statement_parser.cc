#include "dsl/parse/statement_parser.h"

#include <antlr4-runtime.h>

#include <algorithm>
#include <utility>

#include "WeirParser.h"
#include "dsl/parse/items.h"
#include "dsl/parse/wording.h"

namespace weir::dsl {
namespace {

using grammar::WeirParser;

// Gives up at the first error and keeps what it was: a statement is short, and
// guessing what was meant only brings errors about the guess.
class FirstError : public antlr4::ANTLRErrorStrategy {
 public:
  std::size_t rule = 0, expected = 0;
  antlr4::Token* found = nullptr;

  void reset(antlr4::Parser*) override {}
  void sync(antlr4::Parser*) override {}
  void reportMatch(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& error) override {
    Note(parser, error.getOffendingToken());
  }
  void recover(antlr4::Parser*, std::exception_ptr) override {
    throw antlr4::ParseCancellationException();
  }
  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    Note(parser, parser->getCurrentToken());
    throw antlr4::ParseCancellationException();
  }

 private:
  void Note(antlr4::Parser* parser, antlr4::Token* offending) {
    found = offending;
    rule = parser->getRuleContext()->getRuleIndex();
    antlr4::misc::IntervalSet allowed = parser->getExpectedTokens();
    expected = allowed.size() == 1 ? static_cast<std::size_t>(allowed.getMinElement()) : 0;
    if (expected > WeirParser::ALIEN) expected = 0;  // the end
  }
};

std::unique_ptr<antlr4::Token> Made(std::size_t type, std::uint32_t begin, std::uint32_t end) {
  auto token = std::make_unique<antlr4::CommonToken>(type);
  token->setStartIndex(begin);
  token->setStopIndex(static_cast<std::size_t>(end) - 1);
  return token;
}

}  // namespace

struct StatementParser::Impl {
  Impl(const SourceMap& the_sources, std::uint32_t the_file, Comments& comments,
       std::vector<Diagnostic>& the_diagnostics)
      : sources(the_sources),
        file(the_file),
        diagnostics(the_diagnostics),
        builder(the_sources, the_file, comments, the_diagnostics) {
    Feed({});
    parser = std::make_unique<WeirParser>(stream.get());
    parser->removeErrorListeners();
    strategy = std::make_shared<FirstError>();
    parser->setErrorHandler(strategy);
    parser->getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(
        antlr4::atn::PredictionMode::SLL);
  }

  void Feed(std::span<const Token> tokens) {
    std::vector<std::unique_ptr<antlr4::Token>> list;
    list.reserve(tokens.size() + 1);
    for (const Token& token : tokens) list.push_back(Made(token.type, token.begin, token.end));
    std::uint32_t end = tokens.empty() ? 0 : tokens.back().end;
    list.push_back(Made(antlr4::Token::EOF, end, end));
    auto next_source = std::make_unique<antlr4::ListTokenSource>(std::move(list));
    auto next_stream = std::make_unique<antlr4::CommonTokenStream>(next_source.get());
    if (parser) parser->setTokenStream(next_stream.get());
    stream = std::move(next_stream);
    source = std::move(next_source);
  }

  void Report(std::span<const Token> tokens) {
    SyntaxError error;
    error.rule = strategy->rule;
    error.expected = strategy->expected;
    error.found = strategy->found->getType();
    auto begin = static_cast<std::uint32_t>(strategy->found->getStartIndex());
    auto end = static_cast<std::uint32_t>(strategy->found->getStopIndex() + 1);
    error.span = {file, begin, end};
    error.found_text = sources.text(error.span);
    for (const Token& token : tokens) {
      if (token.end <= begin) error.behind = sources.text({file, token.begin, token.end});
    }
    diagnostics.push_back(Word(error));
  }

  const SourceMap& sources;
  std::uint32_t file;
  std::vector<Diagnostic>& diagnostics;
  ItemBuilder builder;
  std::unique_ptr<antlr4::ListTokenSource> source;
  std::unique_ptr<antlr4::CommonTokenStream> stream;
  std::unique_ptr<WeirParser> parser;
  std::shared_ptr<FirstError> strategy;
};

StatementParser::StatementParser(const SourceMap& sources, std::uint32_t file, Comments& comments,
                                 std::vector<Diagnostic>& diagnostics)
    : impl_(std::make_unique<Impl>(sources, file, comments, diagnostics)) {}

StatementParser::~StatementParser() = default;

std::vector<tree::Item> StatementParser::Parse(std::span<const Token> tokens,
                                               std::vector<tree::Item>& blocks) {
  std::vector<tree::Item> items;
  // What is wrong with the characters has been said already.
  bool alien = std::any_of(tokens.begin(), tokens.end(),
                           [](const Token& token) { return token.type == WeirParser::ALIEN; });
  if (alien) return items;
  impl_->Feed(tokens);
  try {
    WeirParser::SingleContext* single = impl_->parser->single();
    if (!impl_->builder.Build(*single->statement(), blocks, items)) items.clear();
  } catch (const antlr4::ParseCancellationException&) {
    impl_->Report(tokens);
    items.clear();
  }
  return items;
}

}  // namespace weir::dsl
