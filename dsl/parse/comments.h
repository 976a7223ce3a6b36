// The comments of a file, each handed out once to the node it belongs to.
#ifndef WEIR_DSL_PARSE_COMMENTS_H_
#define WEIR_DSL_PARSE_COMMENTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/parse/tokens.h"

namespace weir::dsl {

class Comments {
 public:
  Comments(std::string_view text, std::vector<Comment> comments)
      : text_(text), comments_(std::move(comments)), taken_(comments_.size(), false) {}

  // The comments that begin in [from, to) and belong to nothing yet. With
  // `blank_lines`, an empty string stands for each run of blank lines between
  // them, and between the last one and `to`.
  std::vector<std::string> Take(std::uint32_t from, std::uint32_t to, bool blank_lines = false);

  // The comment behind `from` on the same line, with nothing between but
  // blanks and, if `over_comma`, commas.
  std::optional<std::string> TakeBehind(std::uint32_t from, bool over_comma = false);

  // Whether the text of [from, to) holds an empty line.
  bool BlankLine(std::uint32_t from, std::uint32_t to) const;
  // The begin of the first comment in [from, to) that belongs to nothing yet, or `to`.
  std::uint32_t BeginOfFirst(std::uint32_t from, std::uint32_t to) const;

 private:
  std::size_t Find(std::uint32_t from) const;
  std::string Text(const Comment& comment) const {
    return std::string(text_.substr(comment.begin, comment.end - comment.begin));
  }

  std::string_view text_;
  std::vector<Comment> comments_;
  std::vector<bool> taken_;
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_PARSE_COMMENTS_H_
