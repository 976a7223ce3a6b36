// The texts of all files of a policy, and the way from offsets to lines.
//
//   SourceMap sources;
//   std::uint32_t file = sources.Add("edge.weir", text);
//   Position where = sources.PositionOf(span);   // {line 7, column 3}
#ifndef WEIR_DSL_SOURCE_SOURCE_MAP_H_
#define WEIR_DSL_SOURCE_SOURCE_MAP_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/diagnostic.h"

namespace weir::dsl {

// Both count from 1; the column counts Unicode code points.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

class SourceMap {
 public:
  // Takes a file's text in; the number it gives is Span::file.
  std::uint32_t Add(std::string name, std::string text);

  std::uint32_t file_count() const { return static_cast<std::uint32_t>(files_.size()); }
  const std::string& name(std::uint32_t file) const { return files_[file].name; }
  std::string_view text(std::uint32_t file) const { return files_[file].text; }
  std::string_view text(Span span) const {
    return text(span.file).substr(span.begin, span.end - span.begin);
  }

  Position PositionOf(std::uint32_t file, std::uint32_t offset) const;
  Position Begin(Span span) const { return PositionOf(span.file, span.begin); }
  Position End(Span span) const { return PositionOf(span.file, span.end); }
  // The line (counted from 1) without its line break.
  std::string_view Line(std::uint32_t file, std::uint32_t line) const;

 private:
  struct File {
    std::string name;
    std::string text;
    std::vector<std::uint32_t> line_starts;
  };
  std::vector<File> files_;
};

}  // namespace weir::dsl

#endif  // WEIR_DSL_SOURCE_SOURCE_MAP_H_
