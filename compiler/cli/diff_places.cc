// Members of the core have no place of their own, their statements have. So the
// clause is looked up in the text: its keyword as a word of the statement's own
// block, outside strings and comments.
#include "compiler/cli/diff_places.h"

#include <string_view>

#include "runtime/base/ascii.h"

namespace weir::cli {
namespace {

constexpr ByteSet kWordBytes = AlphanumericAnd("-_");

// Walks over words, skipping what stands in strings and comments.
class Walker {
 public:
  Walker(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  // The next word, brace or line end; empty at the end of the text.
  std::string_view Next() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const std::size_t begin = at_;
      if (c == '"') {
        SkipString();
      } else if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else if (kWordBytes[c]) {
        while (at_ < text_.size() && kWordBytes[text_[at_]]) ++at_;
        return text_.substr(begin, at_ - begin);
      } else {
        ++at_;
        if (c == '{' || c == '}' || c == '\n') return text_.substr(begin, 1);
      }
    }
    return {};
  }
  std::size_t at() const { return at_; }

 private:
  void SkipString() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    if (at_ < text_.size()) ++at_;
  }

  std::string_view text_;
  std::size_t at_;
};

std::optional<std::size_t> ClauseIn(std::string_view text, std::size_t begin,
                                    std::string_view keyword) {
  Walker walker(text, begin);
  int depth = 0;
  for (std::string_view word = walker.Next(); !word.empty(); word = walker.Next()) {
    if (word == "{") {
      ++depth;
    } else if (word == "}") {
      if (--depth <= 0) return std::nullopt;
    } else if (word == "\n") {
      if (depth == 0) return std::nullopt;  // a statement without a block
    } else if (depth == 1 && word == keyword) {
      return walker.at() - word.size();
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Place> PlaceOf(const syntax::Policy& policy, const dsl::SourceMap& sources,
                             syntax::NodeId node, const std::string& setting) {
  if (node >= policy.origins.size()) return std::nullopt;
  const syntax::Origin& origin = policy.origins[node];
  if (origin.file >= sources.file_count()) return std::nullopt;
  const std::string_view text = sources.text(origin.file);
  std::string keyword = setting.substr(0, setting.find(' '));
  if (keyword == "rate") keyword = "per";
  if (keyword == "explain") keyword = "headers";
  std::size_t at = origin.begin;
  if (!keyword.empty() && !text.substr(at).starts_with(keyword)) {
    at = ClauseIn(text, at, keyword).value_or(at);
  }
  return Place{sources.name(origin.file),
               sources.PositionOf(origin.file, static_cast<std::uint32_t>(at)).line};
}

}  // namespace weir::cli
