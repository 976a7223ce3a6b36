// A policy to look at: its decision tables and its call graph, before they are
// any format.
//
//   Print(ToMarkdown(Describe(policy, sources)));
#ifndef WEIR_COMPILER_SHOW_DOCUMENT_H_
#define WEIR_COMPILER_SHOW_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dsl/source/source_map.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct TextTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

struct Chapter {
  std::string title;
  std::vector<std::string> notes;  // one fact each
  TextTable table;                 // no columns: none
};

struct GraphNode {
  enum class Kind : std::uint8_t { kGateway, kSidecar, kService };
  Kind kind = Kind::kService;
  std::string name;
  std::uint32_t layer = 0;  // 0: nothing leads here
};

struct GraphEdge {
  std::uint32_t from = 0, to = 0;  // nodes
  std::string label;
  bool dashed = false;  // a copy (mirror), or the bond of a sidecar to its service
};

struct CallGraph {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
};

struct Document {
  std::string title;
  std::vector<Chapter> chapters;
  CallGraph graph;
};

Document Describe(const syntax::Policy& policy, const dsl::SourceMap& sources);
CallGraph GraphOf(const syntax::Policy& policy);

std::string ToMarkdown(const Document& document);
// One page, nothing loaded from elsewhere, everything escaped.
std::string ToHtml(const Document& document);
// The call graph alone.
std::string ToSvg(const CallGraph& graph);

// Text with the characters that markup gives a meaning as references.
std::string EscapeMarkup(const std::string& text);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHOW_DOCUMENT_H_
