#include "compiler/show/document.h"
#include "dsl/source/render.h"

namespace weir::compiler {
namespace {

constexpr char kHead[] = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
)";

constexpr char kStyle[] = R"(<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 90rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
th, td { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top; }
th { background: #8882; }
td { white-space: pre-line; overflow-wrap: anywhere; }
figure { margin: 0; overflow-x: auto; }
</style>
)";

std::string Rows(const TextTable& table) {
  std::string text = "<table>\n<thead><tr>";
  for (const std::string& column : table.columns)
    text += "<th scope=\"col\">" + EscapeMarkup(column) + "</th>";
  text += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    text += "<tr>";
    for (const std::string& cell : row) text += "<td>" + EscapeMarkup(cell) + "</td>";
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n";
}

}  // namespace

std::string EscapeMarkup(const std::string& text) {
  std::string escaped;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (at > 0) escaped += '\n';
    for (char c : dsl::Visible(std::string_view(text).substr(at, end - at))) {
      switch (c) {
        case '&':
          escaped += "&amp;";
          break;
        case '<':
          escaped += "&lt;";
          break;
        case '>':
          escaped += "&gt;";
          break;
        case '"':
          escaped += "&quot;";
          break;
        case '\'':
          escaped += "&#39;";
          break;
        default:
          escaped += c;
      }
    }
    at = end + 1;
  }
  return escaped;
}

std::string ToHtml(const Document& document) {
  const std::string title = EscapeMarkup(document.title);
  std::string text = kHead + ("<title>" + title + "</title>\n") + kStyle + "</head>\n<body>\n<h1>" +
                     title + "</h1>\n";
  for (const Chapter& chapter : document.chapters) {
    text += "<h2>" + EscapeMarkup(chapter.title) + "</h2>\n";
    if (!chapter.notes.empty()) {
      text += "<ul>\n";
      for (const std::string& note : chapter.notes) text += "<li>" + EscapeMarkup(note) + "</li>\n";
      text += "</ul>\n";
    }
    if (!chapter.table.rows.empty()) text += Rows(chapter.table);
  }
  return text + "<h2>Call graph</h2>\n<figure>\n" + ToSvg(document.graph) +
         "</figure>\n</body>\n</html>\n";
}

}  // namespace weir::compiler
