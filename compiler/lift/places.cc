#include "compiler/lift/places.h"

#include <algorithm>
#include <tuple>

namespace weir::compiler {
namespace {

constexpr std::size_t kMaxText = std::size_t{64} << 20;
constexpr std::uint32_t kNoFile = 0xffffffff;

// Writes one file's text from its top to its end.
class TextWriter {
 public:
  // Goes on to a place; false when that lies behind, or too far ahead.
  bool GoTo(PlaceWriter::At at) {
    if (at.line < line_ || (at.line == line_ && at.column < column_)) return false;
    const std::size_t lines = at.line - line_;
    const std::size_t columns = at.column - (lines == 0 ? column_ : 1);
    if (text.size() + lines + columns > kMaxText) return false;
    text.append(lines, '\n').append(columns, ' ');
    line_ = at.line, column_ = at.column;
    return true;
  }
  void Write(std::string_view written) {
    text += written;
    for (const char c : written) column_ += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }

  std::string text;

 private:
  std::uint32_t line_ = 1, column_ = 1;
};

}  // namespace

syntax::NodeId PlaceWriter::Add(std::string_view file, At at, std::string_view text) {
  Node node{kNoFile, at, std::string(text)};
  if (!file.empty()) {
    const auto [place, added] =
        places_.try_emplace(std::string(file), static_cast<std::uint32_t>(files_.size()));
    if (added) files_.emplace_back(file);
    node.file = place->second;
  }
  nodes_.push_back(std::move(node));
  return static_cast<syntax::NodeId>(nodes_.size() - 1);
}

bool PlaceWriter::Finish(syntax::Policy& policy, dsl::SourceMap& sources) const {
  policy.files = files_;
  policy.origins.clear();
  for (const Node& node : nodes_) policy.origins.push_back({node.file, 0, 0});
  // A table that was made without texts knows no line of any row.
  const auto unknown = [](const Node& node) { return node.at.line == 0; };
  if (std::ranges::any_of(nodes_, unknown)) return std::ranges::all_of(nodes_, unknown);
  for (std::uint32_t file = 0; file < files_.size(); ++file) {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> rows;  // by line and column
    for (const Node& node : nodes_) {
      if (node.file != file) continue;
      std::string& text = rows[{node.at.line, node.at.column}];
      if (text.empty()) text = node.text;
    }
    TextWriter writer;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> offsets;
    for (const auto& [at, text] : rows) {
      if (!writer.GoTo({at.first, at.second})) return false;
      offsets[at] = static_cast<std::uint32_t>(writer.text.size());
      writer.Write(text);
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Node& node = nodes_[i];
      if (node.file != file) continue;
      const std::uint32_t begin = offsets[{node.at.line, node.at.column}];
      policy.origins[i] = {file, begin, begin + static_cast<std::uint32_t>(node.text.size())};
    }
    sources.Add(files_[file], std::move(writer.text));
  }
  return true;
}

}  // namespace weir::compiler
