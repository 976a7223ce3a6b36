// The explanation for a person: one fact a line, names in a column.
#include "compiler/explain/explain.h"
#include "dsl/source/render.h"

namespace weir::compiler {
namespace {

class Page {
 public:
  // The name only at the first of several lines.
  void Line(const char* name, const std::string& text) {
    const std::string label = last_ == name ? "" : name;
    last_ = name;
    text_ += label + std::string(label.size() < 11 ? 11 - label.size() : 1, ' ') +
             dsl::Visible(text) + "\n";
  }
  std::string Take() { return std::move(text_); }

 private:
  std::string text_;
  std::string last_;
};

std::string At(const Place& place) {
  if (place.line == 0) return "";
  return "  (" + place.file + ":" + std::to_string(place.line) + ")";
}

std::string Joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

std::string Query(bool has_query, const std::string& query) { return has_query ? "?" + query : ""; }

std::string DecisionText(const Explanation& e) {
  if (!e.forwarded) return "answer " + std::to_string(e.status) + ", reason " + e.reason;
  std::string text = "forward to ";
  for (std::size_t i = 0; i < e.services.size(); ++i) {
    if (i > 0) text += " or ";
    text += e.services[i].first;
    if (e.services.size() > 1) text += " (weight " + std::to_string(e.services[i].second) + ")";
  }
  return text;
}

void AddRoutes(const Explanation& e, Page& page) {
  constexpr std::size_t kMost = 20;
  std::size_t left = e.routes.size();
  std::size_t shown = 0;
  for (const WeighedRoute& route : e.routes) {
    if (!route.taken && shown++ >= kMost) continue;
    --left;
    page.Line("routes", route.name + At(route.place) +
                            (route.taken ? ": taken" : ": not its " + Joined(route.failing)));
  }
  if (left > 0) page.Line("routes", "and " + std::to_string(left) + " more that do not match");
  if (e.canonical && e.routes.empty() && !e.route) {
    page.Line("routes", "none has this host and path");
  }
}

}  // namespace

std::string ToText(const Explanation& e) {
  Page page;
  page.Line("gateway", e.gateway + ", listener " + e.listener + " (" + e.scheme + ")");
  page.Line("decision", DecisionText(e));
  if (!e.detail.empty()) page.Line("because", e.detail);
  if (e.route) page.Line("route", e.route->name + At(e.route->place));
  if (e.canonical) {
    page.Line("request", e.method + " " + e.path + Query(e.has_query, e.query));
    page.Line("request", "host " + e.host + ", client " + e.client);
  }
  AddRoutes(e, page);
  for (const ChargedLimit& limit : e.limits) {
    page.Line("limits", limit.name + ": charged to [" + Joined(limit.key) + "], taken as admitted");
  }
  if (!e.identity.empty()) page.Line("caller", e.identity);
  for (const WeighedRule& rule : e.rules) {
    const std::string text =
        rule.text.empty() ? std::string(rule.allow ? "allow" : "deny") : rule.text;
    page.Line("rules", std::string(rule.holds ? "holds: " : "fails: ") + text + ", of " +
                           rule.scope + At(rule.place) + (rule.decided ? ": decides" : ""));
  }
  if (e.forwarded) {
    page.Line("upstream",
              e.method + " " + e.upstream_path + Query(e.upstream_has_query, e.upstream_query));
    page.Line("upstream", "host: " + e.upstream_host);
    for (const auto& [name, value] : e.upstream_fields) page.Line("upstream", name + ": " + value);
  }
  for (const auto& [name, value] : e.response_fields) page.Line("response", name + ": " + value);
  return page.Take();
}

}  // namespace weir::compiler
