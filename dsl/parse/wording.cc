#include "dsl/parse/wording.h"

#include <antlr4-runtime.h>

#include "WeirParser.h"

namespace weir::dsl {
namespace {

using grammar::WeirParser;

std::string Quoted(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kLongest)) + "...'";
}

std::string Found(const SyntaxError& error) {
  if (error.found_text.empty()) return "the statement ends";
  if (error.found == WeirParser::STRING) return "a string stands";
  if (error.found == WeirParser::REGEX) return "a regular expression stands";
  return Quoted(error.found_text) + " stands";
}

const char* Expected(std::size_t type) {
  switch (type) {
    case WeirParser::OF:
      return "'of'";
    case WeirParser::OPEN_GROUP:
      return "'('";
    case WeirParser::CLOSE_GROUP:
      return "')'";
    case WeirParser::CLOSE_LIST:
      return "',' or ']'";
    case WeirParser::WORD:
      return "the name of what is looked at, such as header.x-team";
    default:
      return nullptr;
  }
}

bool Comparator(std::size_t type) {
  return (type >= WeirParser::EQUAL && type <= WeirParser::GREATER) || type == WeirParser::IN ||
         type == WeirParser::MATCHES || type == WeirParser::STARTS_WITH ||
         type == WeirParser::ENDS_WITH;
}

constexpr const char* kComparators = "== != < <= > >= in matches starts-with ends-with";

// Outside of lists and conditions anything goes but a few signs.
void WordStatement(const SyntaxError& error, Diagnostic& diagnostic) {
  if (error.found == WeirParser::COMMA) {
    diagnostic.message = "',' stands outside a list";
    diagnostic.help = "several values stand in brackets: [a, b]";
  } else if (error.found == WeirParser::OPEN_GROUP) {
    diagnostic.message = "'(' stands outside a condition";
    diagnostic.help = "conditions stand behind 'when', 'where' or 'satisfies'";
  } else if (error.found == WeirParser::NOT) {
    diagnostic.message = "the condition ends before 'not'";
    diagnostic.help = "'not' stands before the whole comparison: not (x in [...])";
  } else if (Comparator(error.found)) {
    diagnostic.message = "the condition ends before " + Quoted(error.found_text);
    diagnostic.help = "a comparison has two sides; join several by 'and'";
  } else {
    diagnostic.message = Found(error) + " where the statement should end";
  }
}

void WordCondition(const SyntaxError& error, Diagnostic& diagnostic) {
  std::string behind = error.behind.empty() ? "" : " behind " + Quoted(error.behind);
  diagnostic.message = Found(error) + behind + ", where a condition should begin";
  if (error.found == WeirParser::AND || error.found == WeirParser::OR) {
    diagnostic.help = "'and' and 'or' have a condition on each side";
  } else if (error.found == WeirParser::OPEN_BLOCK) {
    diagnostic.help = "group conditions with ( )";
  } else {
    diagnostic.help = "a condition is, for example: method == \"GET\" and present(header.x-team)";
  }
}

void WordOperand(const SyntaxError& error, Diagnostic& diagnostic) {
  diagnostic.message = Found(error) + " behind " + Quoted(error.behind) +
                       ", where the value to compare with should be";
  if (error.found == WeirParser::OPEN_GROUP) diagnostic.help = "a list of values stands in [ ]";
}

}  // namespace

Diagnostic Word(const SyntaxError& error) {
  Diagnostic diagnostic;
  diagnostic.rule = "syntax";
  diagnostic.span = error.span;
  bool element = error.behind == "," || error.behind == "[";
  const char* expected = Expected(error.expected);
  if (expected != nullptr && !(element && error.expected == WeirParser::CLOSE_LIST)) {
    diagnostic.message = Found(error) + " where " + expected + " should be";
    if (error.expected == WeirParser::CLOSE_LIST) {
      diagnostic.help = "the elements of a list are separated by commas";
    } else if (error.expected == WeirParser::OPEN_GROUP) {
      diagnostic.help = "it is written present(header.x-team)";
    }
    return diagnostic;
  }
  switch (error.rule) {
    case WeirParser::RuleCondition:
    case WeirParser::RuleConjunction:
    case WeirParser::RuleNegation:
    case WeirParser::RuleComparison:
      WordCondition(error, diagnostic);
      break;
    case WeirParser::RuleComparator:
      diagnostic.message = Found(error) + " where a comparison should be";
      diagnostic.help = std::string("the comparisons are ") + kComparators;
      break;
    case WeirParser::RuleOperand:
      WordOperand(error, diagnostic);
      break;
    case WeirParser::RuleList:
    case WeirParser::RuleElement:
    case WeirParser::RuleConstants:
      if (element) {
        diagnostic.message = Found(error) + " where an element of the list should be";
      } else {
        diagnostic.message = Found(error) + " where ',' or ']' should be";
        diagnostic.help = "the elements of a list are separated by commas";
      }
      break;
    default:
      WordStatement(error, diagnostic);
  }
  return diagnostic;
}

}  // namespace weir::dsl
