#include "dsl/parse/comments.h"

#include <algorithm>

namespace weir::dsl {

std::size_t Comments::Find(std::uint32_t from) const {
  auto found = std::lower_bound(comments_.begin(), comments_.end(), from,
                                [](const Comment& c, std::uint32_t at) { return c.begin < at; });
  return static_cast<std::size_t>(found - comments_.begin());
}

std::vector<std::string> Comments::Take(std::uint32_t from, std::uint32_t to, bool blank_lines) {
  std::vector<std::string> out;
  std::uint32_t end = from;
  for (std::size_t i = Find(from); i < comments_.size() && comments_[i].begin < to; ++i) {
    if (taken_[i]) {
      end = comments_[i].end;
      continue;
    }
    if (blank_lines && !out.empty() && BlankLine(end, comments_[i].begin)) out.emplace_back();
    out.push_back(Text(comments_[i]));
    taken_[i] = true;
    end = comments_[i].end;
  }
  if (blank_lines && !out.empty() && BlankLine(end, to)) out.emplace_back();
  return out;
}

std::optional<std::string> Comments::TakeBehind(std::uint32_t from, bool over_comma) {
  std::size_t i = Find(from);
  if (i == comments_.size() || taken_[i]) return std::nullopt;
  std::string_view between = text_.substr(from, comments_[i].begin - from);
  if (between.find_first_not_of(over_comma ? " \t," : " \t") != std::string_view::npos) {
    return std::nullopt;
  }
  taken_[i] = true;
  return Text(comments_[i]);
}

bool Comments::BlankLine(std::uint32_t from, std::uint32_t to) const {
  std::string_view between = text_.substr(from, to - from);
  std::size_t first = between.find('\n');
  if (first == std::string_view::npos) return false;
  for (std::size_t at = first + 1; at < between.size(); ++at) {
    if (between[at] == '\n') return true;
    if (between[at] != ' ' && between[at] != '\t' && between[at] != '\r') {
      std::size_t next = between.find('\n', at);
      if (next == std::string_view::npos) return false;
      at = next;
    }
  }
  return false;
}

std::uint32_t Comments::BeginOfFirst(std::uint32_t from, std::uint32_t to) const {
  std::size_t i = Find(from);
  while (i < comments_.size() && taken_[i]) ++i;
  return i < comments_.size() && comments_[i].begin < to ? comments_[i].begin : to;
}

}  // namespace weir::dsl
