// Pairs the brackets of a token list, bounds their nesting, and mends what is
// not paired: the tokens that come out are balanced, so that one missing
// bracket costs one error and not one for each line after it. Line breaks that
// end no statement are left out: those in lists and groups, and those beside
// `and` and `or`.
#ifndef WEIR_DSL_PARSE_BRACKETS_H_
#define WEIR_DSL_PARSE_BRACKETS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/source/source_map.h"

namespace weir::dsl {

struct Token;

class Brackets {
 public:
  Brackets(const SourceMap& sources, std::uint32_t file, std::vector<Diagnostic>& diagnostics)
      : sources_(sources), file_(file), diagnostics_(diagnostics) {}

  // Appends the token, and what has to be mended before it. False when nesting
  // goes too deep: nothing may read on then.
  [[nodiscard]] bool Take(const Token& token, std::vector<Token>& out);

  // Closes what is still open at the end of the file.
  void Finish(std::vector<Token>& out);

 private:
  struct Open {
    std::uint32_t type = 0;
    std::uint32_t begin = 0;
    std::size_t index = 0;  // in the list of tokens
    std::size_t nots = 0;   // written directly before it: they nest too
  };

  bool OpenBracket(const Token& token, std::vector<Token>& out);
  void CloseBracket(const Token& token, std::vector<Token>& out);
  // Within [ ] and ( ) a line break ends nothing.
  bool LinesMayBreak() const;
  void TakeLineBreak(const Token& token, std::vector<Token>& out);
  void CloseCrossed(const Token& token, std::vector<Token>& out);
  std::size_t FirstInner() const;
  void CloseInner(const Token& noticed, std::vector<Token>& out);
  void Rewind(std::uint32_t noticed, std::vector<Token>& out);
  void Pop();
  bool Deep(const Token& token);
  void NoteIndentation(const Open& open, const Token& close);
  std::optional<std::uint32_t> Indentation(std::uint32_t offset) const;
  std::uint32_t LineIndentation(std::uint32_t offset) const;
  void Say(Span span, std::string message, std::vector<Label> labels, std::string help);

  const SourceMap& sources_;
  std::uint32_t file_;
  std::vector<Diagnostic>& diagnostics_;
  std::vector<Open> open_;
  std::size_t nots_ = 0;         // in a row up to here
  std::size_t nested_nots_ = 0;  // sum of Open::nots

  // Line breaks left out inside the list or group that is open now.
  struct Dropped {
    std::size_t index = 0;  // of the token behind it
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::vector<Dropped> dropped_;

  // The first '{' whose '}' stands further left than its own line begins: when
  // a '}' is missing, it is most likely the one that lost it.
  struct Suspect {
    std::uint32_t open = 0;
    std::uint32_t close = 0;
  };
  std::optional<Suspect> suspect_;
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_BRACKETS_H_
