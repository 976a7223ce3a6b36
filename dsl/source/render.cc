// An excerpt is laid out in cells: each character of the line becomes the text
// that is shown for it (a tab two blanks, an octet that is not UTF-8 or not
// printable its number), so the carets below line up with what is above.
#include "dsl/source/render.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "dsl/source/hidden.h"
#include "runtime/base/ascii.h"
#include "runtime/base/utf8.h"

namespace weir::dsl {
namespace {

constexpr std::size_t kWidth = 96;              // cells of an excerpt
constexpr std::size_t kContext = 32;            // of them before the span of a long line
constexpr std::size_t kReach = 4 * kWidth + 4;  // octets on each side that can show in them
constexpr std::size_t kLongestMessage = 2000;

struct Style {
  std::string_view error = "\x1b[1;31m", warning = "\x1b[1;33m", note = "\x1b[1;36m";
  std::string_view frame = "\x1b[34m", bold = "\x1b[1m", off = "\x1b[0m";
};
constexpr Style kColored;
constexpr Style kPlain{"", "", "", "", "", ""};

// One character of a line: the octets it has, and what is shown for it.
struct Cell {
  std::uint32_t offset = 0;
  std::string shown;
  std::size_t width = 1;
};

std::string Numbered(unsigned value, bool octet) {
  std::string digits;
  do {
    digits.insert(digits.begin(), kUpperHex[value & 15]);
    value >>= 4;
  } while (value != 0);
  if (!octet) return "\\u{" + digits + "}";
  return (digits.size() < 2 ? "\\x0" : "\\x") + digits;
}

Cell MakeCell(std::string_view text, std::size_t at, std::size_t& length) {
  Cell cell;
  cell.offset = static_cast<std::uint32_t>(at);
  auto first = static_cast<unsigned char>(text[at]);
  length = std::max<std::size_t>(1, SequenceLength(text, at));
  bool malformed = SequenceLength(text, at) == 0;
  unsigned hidden = length == 3 ? HiddenCodePoint(text.substr(at, 3)) : 0;
  bool c1 = first == 0xC2 && length == 2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
  if (first == '\t') {
    cell.shown = "  ";
  } else if (malformed || first < 0x20 || first == 0x7F) {
    cell.shown = Numbered(first, true);
  } else if (c1) {
    cell.shown = Numbered(static_cast<unsigned char>(text[at + 1]), false);
  } else if (hidden != 0) {
    cell.shown = Numbered(hidden, false);
  } else {
    cell.shown = std::string(text.substr(at, length));
    return cell;
  }
  cell.width = cell.shown.size();
  return cell;
}

std::vector<Cell> Cells(std::string_view line) {
  std::vector<Cell> cells;
  for (std::size_t at = 0, length = 0; at < line.size(); at += length) {
    cells.push_back(MakeCell(line, at, length));
  }
  return cells;
}

std::string_view Shortened(std::string_view text) { return text.substr(0, kLongestMessage); }

bool Continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The part of a span's line that can show: a line may have millions of octets.
std::string_view Surroundings(std::string_view line, std::size_t at) {
  std::size_t from = at - std::min(at, kReach);
  while (from > 0 && from < line.size() && Continues(line[from])) ++from;
  return line.substr(std::min(from, line.size()), 3 * kReach);
}

class Renderer {
 public:
  Renderer(const SourceMap& sources, bool color)
      : sources_(sources), style_(color ? kColored : kPlain) {}

  std::string Run(const Diagnostic& diagnostic) {
    std::string_view tint = style_.error;
    std::string_view level = "error";
    if (diagnostic.severity == Severity::kWarning) tint = style_.warning, level = "warning";
    if (diagnostic.severity == Severity::kNote) tint = style_.note, level = "note";
    out_ << tint << level << "[" << diagnostic.rule << "]" << style_.off << style_.bold << ": "
         << Visible(Shortened(diagnostic.message)) << style_.off << "\n";
    gutter_ = GutterWidth(diagnostic);
    bool known = diagnostic.span.file < sources_.file_count() && !IsOfNoText(diagnostic);
    if (known) Place(diagnostic.span, tint, '^', "");
    for (const Label& label : diagnostic.labels) {
      if (label.span.file < sources_.file_count())
        Place(label.span, style_.frame, '-', label.message);
    }
    if (!diagnostic.help.empty()) {
      out_ << style_.frame << std::string(gutter_, ' ') << " = " << style_.off
           << "help: " << Visible(Shortened(diagnostic.help)) << "\n";
    }
    return std::move(out_.text);
  }

 private:
  struct Out {
    std::string text;
    Out& operator<<(std::string_view part) {
      text += part;
      return *this;
    }
  };

  // A file that could not be read: there is no line to show, and the message names it.
  bool IsOfNoText(const Diagnostic& diagnostic) const {
    const std::uint32_t file = diagnostic.span.file;
    return sources_.text(file).empty() &&
           diagnostic.message.find("'" + std::string(sources_.name(file)) + "'") !=
               std::string::npos;
  }

  std::size_t GutterWidth(const Diagnostic& diagnostic) const {
    std::uint32_t largest = 1;
    auto see = [&](Span span) {
      if (span.file < sources_.file_count()) largest = std::max(largest, sources_.Begin(span).line);
    };
    see(diagnostic.span);
    for (const Label& label : diagnostic.labels) see(label.span);
    return std::to_string(largest).size();
  }

  void Gutter(std::string_view number) {
    out_ << style_.frame << std::string(gutter_ - number.size(), ' ') << number << " |"
         << style_.off;
  }

  // Where it is, the line, and the marks under the span (up to the line's end
  // when the span goes on behind it).
  void Place(Span span, std::string_view tint, char mark, std::string_view label) {
    Position begin = sources_.Begin(span);
    std::string where = Visible(sources_.name(span.file)) + ":" + std::to_string(begin.line) + ":" +
                        std::to_string(begin.column);
    bool same_file = last_file_ == span.file + 1ull;
    std::string number = std::to_string(begin.line);
    std::string_view line = sources_.Line(span.file, begin.line);
    bool same_line = same_file && last_line_ == begin.line && line.size() <= kWidth;
    last_line_ = begin.line;
    if (same_line) return Excerpt(span, begin, "", tint, mark, label);  // its marks alone
    if (mark == '^' || !same_file) {
      out_ << style_.frame << std::string(gutter_, ' ') << (mark == '^' ? "--> " : "::: ")
           << style_.off << where << "\n";
    } else {
      out_ << style_.frame << std::string(gutter_, ' ') << "..." << style_.off << "\n";
    }
    last_file_ = span.file + 1ull;
    if (mark == '^') {
      Gutter("");
      out_ << "\n";
    }
    Excerpt(span, begin, number, tint, mark, label);
  }

  void Excerpt(Span span, Position begin, const std::string& number, std::string_view tint,
               char mark, std::string_view label) {
    std::string_view whole = sources_.Line(span.file, begin.line);
    if (whole.empty()) whole = sources_.text(span.file).substr(span.begin, 0);
    const char* text = sources_.text(span.file).data();
    auto whole_begin = static_cast<std::size_t>(whole.data() - text);
    std::string_view line = Surroundings(whole, span.begin - whole_begin);
    auto line_begin = static_cast<std::uint32_t>(line.data() - text);
    std::vector<Cell> cells = Cells(line);
    std::size_t first = CellAt(cells, span.begin - line_begin);
    std::size_t last =
        std::max(first + 1, CellAt(cells, std::max(span.end, span.begin) - line_begin));
    auto [from, to] = Window(cells, first, last);
    last = std::min(last, std::max(to, first + 1));
    std::string shown = from > 0 ? "..." : "";
    std::size_t indent = shown.size(), length = 0;
    for (std::size_t i = from; i < to; ++i) {
      shown += cells[i].shown;
      if (i < first)
        indent += cells[i].width;
      else if (i < last)
        length += cells[i].width;
    }
    if (to < cells.size()) shown += "...";
    if (!number.empty()) {
      Gutter(number);
      out_ << (shown.empty() ? "" : " ") << shown << "\n";
    }
    Gutter("");
    out_ << " " << std::string(indent, ' ') << tint
         << std::string(std::max<std::size_t>(1, length), mark) << (label.empty() ? "" : " ")
         << Visible(label) << style_.off << "\n";
  }

  static std::size_t CellAt(const std::vector<Cell>& cells, std::uint32_t offset) {
    auto found = std::lower_bound(cells.begin(), cells.end(), offset,
                                  [](const Cell& c, std::uint32_t at) { return c.offset < at; });
    return static_cast<std::size_t>(found - cells.begin());
  }

  static std::pair<std::size_t, std::size_t> Window(const std::vector<Cell>& cells,
                                                    std::size_t first, std::size_t last) {
    if (cells.size() <= kWidth) return {0, cells.size()};
    std::size_t from = last <= kWidth - kContext ? 0 : first - std::min(first, kContext);
    return {from, std::min(cells.size(), from + kWidth)};
  }

  const SourceMap& sources_;
  const Style& style_;
  Out out_;
  std::size_t gutter_ = 1;
  unsigned long long last_file_ = 0;  // its number plus one
  std::uint32_t last_line_ = 0;
};

}  // namespace

std::string Render(const Diagnostic& diagnostic, const SourceMap& sources, bool color) {
  return Renderer(sources, color).Run(diagnostic);
}

std::string Render(const std::vector<Diagnostic>& diagnostics, const SourceMap& sources,
                   bool color) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!out.empty()) out += "\n";
    out += Render(diagnostic, sources, color);
  }
  return out;
}

std::string Visible(std::string_view text) {
  std::string out;
  for (const Cell& cell : Cells(text)) out += cell.shown;
  return out;
}

}  // namespace weir::dsl
