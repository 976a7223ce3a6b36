#include "compiler/show/document.h"
#include "dsl/source/render.h"

namespace weir::compiler {
namespace {

// A cell stands on one line, and nothing in it is markup.
std::string Cell(const std::string& text) {
  std::string cell;
  for (char c : text) {
    if (c == '\n') {
      cell += "<br>";
    } else if (c == '<') {
      cell += "&lt;";
    } else if (c == '&') {
      cell += "&amp;";
    } else {
      if (c == '|' || c == '*' || c == '_' || c == '`' || c == '\\' || c == '[' || c == '~') {
        cell += '\\';
      }
      cell += c;
    }
  }
  return cell;
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) {
    std::string text;
    // Line breaks within a cell are meant; all other control octets are shown.
    for (std::size_t at = 0; at <= cell.size();) {
      const std::size_t end = std::min(cell.find('\n', at), cell.size());
      if (at > 0) text += '\n';
      text += dsl::Visible(std::string_view(cell).substr(at, end - at));
      at = end + 1;
    }
    row += " " + Cell(text) + " |";
  }
  return row + "\n";
}

// Mermaid's text, which most viewers of Markdown draw.
std::string Graph(const CallGraph& graph) {
  const auto quoted = [](const std::string& text) {
    std::string safe;
    for (char c : dsl::Visible(text)) safe += c == '"' ? "#quot;" : std::string(1, c);
    return "\"" + safe + "\"";
  };
  std::string text = "```mermaid\ngraph LR\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const GraphNode& node = graph.nodes[i];
    const bool service = node.kind == GraphNode::Kind::kService;
    const std::string name =
        node.kind == GraphNode::Kind::kSidecar ? node.name + " (sidecar)" : node.name;
    text += "  n" + std::to_string(i) + (service ? "(" : "[[") + quoted(name) +
            (service ? ")" : "]]") + "\n";
  }
  for (const GraphEdge& edge : graph.edges) {
    text += "  n" + std::to_string(edge.from) + (edge.dashed ? " -.->|" : " -->|") +
            quoted(edge.label) + "| n" + std::to_string(edge.to) + "\n";
  }
  return text + "```\n";
}

}  // namespace

std::string ToMarkdown(const Document& document) {
  std::string text = "# " + Cell(dsl::Visible(document.title)) + "\n";
  for (const Chapter& chapter : document.chapters) {
    text += "\n## " + Cell(dsl::Visible(chapter.title)) + "\n";
    for (const std::string& note : chapter.notes) text += "- " + Cell(dsl::Visible(note)) + "\n";
    if (chapter.table.columns.empty() || chapter.table.rows.empty()) continue;
    text += "\n" + Row(chapter.table.columns);
    text += "|";
    for (std::size_t i = 0; i < chapter.table.columns.size(); ++i) text += "---|";
    text += "\n";
    for (const auto& row : chapter.table.rows) text += Row(row);
  }
  return text + "\n## Call graph\n\n" + Graph(document.graph);
}

}  // namespace weir::compiler
