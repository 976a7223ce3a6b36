#include "dsl/source/source_map.h"

#include <algorithm>
#include <utility>

namespace weir::dsl {

std::uint32_t SourceMap::Add(std::string name, std::string text) {
  File file{std::move(name), std::move(text), {0}};
  for (std::uint32_t i = 0; i < file.text.size(); ++i) {
    if (file.text[i] == '\n') file.line_starts.push_back(i + 1);
  }
  files_.push_back(std::move(file));
  return file_count() - 1;
}

Position SourceMap::PositionOf(std::uint32_t file, std::uint32_t offset) const {
  const File& f = files_[file];
  auto after = std::upper_bound(f.line_starts.begin(), f.line_starts.end(), offset);
  auto line = static_cast<std::uint32_t>(after - f.line_starts.begin());
  std::uint32_t column = 1;
  std::size_t limit = std::min<std::size_t>(offset, f.text.size());
  for (std::size_t i = f.line_starts[line - 1]; i < limit; ++i) {
    bool continuation = (static_cast<unsigned char>(f.text[i]) & 0xC0) == 0x80;
    if (!continuation) ++column;
  }
  return {line, column};
}

std::string_view SourceMap::Line(std::uint32_t file, std::uint32_t line) const {
  const File& f = files_[file];
  if (line == 0 || line > f.line_starts.size()) return {};
  std::size_t begin = f.line_starts[line - 1];
  std::size_t end = line < f.line_starts.size() ? f.line_starts[line] : f.text.size();
  std::string_view text = std::string_view(f.text).substr(begin, end - begin);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

}  // namespace weir::dsl
