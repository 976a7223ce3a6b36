// Nodes in columns by layer, edges as curves from right side to left side.
#include <algorithm>

#include "compiler/show/document.h"

namespace weir::compiler {
namespace {

constexpr std::size_t kBoxHeight = 34, kRowHeight = 70, kLetter = 8, kGap = 170, kMargin = 20;

struct Layout {
  struct Box {
    std::size_t x = 0, y = 0, width = 0;
  };
  std::vector<Box> boxes;
  std::size_t width = 0, height = 0;
};

std::string NameOf(const GraphNode& node) {
  return node.kind == GraphNode::Kind::kSidecar ? node.name + " (sidecar)" : node.name;
}

Layout Place(const CallGraph& graph) {
  Layout layout;
  std::uint32_t layers = 0;
  for (const GraphNode& node : graph.nodes) layers = std::max(layers, node.layer + 1);
  layout.boxes.resize(graph.nodes.size());
  std::size_t x = kMargin;
  for (std::uint32_t layer = 0; layer < layers; ++layer) {
    std::size_t widest = 0;
    std::size_t y = kMargin;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (graph.nodes[i].layer != layer) continue;
      layout.boxes[i] = {x, y, NameOf(graph.nodes[i]).size() * kLetter + 24};
      widest = std::max(widest, layout.boxes[i].width);
      y += kRowHeight;
    }
    if (widest == 0) continue;  // cycles can leave a layer empty
    layout.height = std::max(layout.height, y);
    x += widest + kGap;
  }
  layout.width = x;
  return layout;
}

std::string N(std::size_t number) { return std::to_string(number); }

std::string Curve(const Layout::Box& from, const Layout::Box& to, const GraphEdge& edge) {
  const std::size_t x1 = from.x + from.width, y1 = from.y + kBoxHeight / 2;
  const std::size_t x2 = to.x, y2 = to.y + kBoxHeight / 2;
  const std::size_t middle = (x1 + x2) / 2;
  return "<path d=\"M" + N(x1) + " " + N(y1) + " C" + N(middle) + " " + N(y1) + " " + N(middle) +
         " " + N(y2) + " " + N(x2) + " " + N(y2) +
         "\" fill=\"none\" stroke=\"currentColor\" marker-end=\"url(#tip)\"" +
         (edge.dashed ? " stroke-dasharray=\"5 4\"" : "") + "/>\n<text x=\"" + N(middle) +
         "\" y=\"" + N((y1 + y2) / 2 - 5) + "\" text-anchor=\"middle\" font-size=\"11\">" +
         EscapeMarkup(edge.label) + "</text>\n";
}

}  // namespace

std::string ToSvg(const CallGraph& graph) {
  const Layout layout = Place(graph);
  std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + N(layout.width) +
                     "\" height=\"" + N(layout.height) + "\" viewBox=\"0 0 " + N(layout.width) +
                     " " + N(layout.height) +
                     "\" font-family=\"system-ui, sans-serif\" font-size=\"14\""
                     " fill=\"currentColor\" role=\"img\" aria-label=\"Call graph\">\n"
                     "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\""
                     " markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
                     "<path d=\"M0 0 L8 4 L0 8 z\"/></marker></defs>\n";
  for (const GraphEdge& edge : graph.edges) {
    text += Curve(layout.boxes[edge.from], layout.boxes[edge.to], edge);
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const Layout::Box& box = layout.boxes[i];
    const bool service = graph.nodes[i].kind == GraphNode::Kind::kService;
    text += "<rect x=\"" + N(box.x) + "\" y=\"" + N(box.y) + "\" width=\"" + N(box.width) +
            "\" height=\"" + N(kBoxHeight) + "\" rx=\"" + (service ? "17" : "3") +
            "\" fill=\"#8883\" stroke=\"currentColor\"/>\n<text x=\"" + N(box.x + box.width / 2) +
            "\" y=\"" + N(box.y + 22) + "\" text-anchor=\"middle\">" +
            EscapeMarkup(NameOf(graph.nodes[i])) + "</text>\n";
  }
  return text + "</svg>\n";
}

}  // namespace weir::compiler
