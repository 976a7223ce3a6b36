// SARIF 2.1.0 (OASIS): one run; what stayed unknown is a notification of the
// invocation, which is then not said to have been successful. What a comment of
// the policy allows is a suppressed result.
#include <nlohmann/json.hpp>

#include "compiler/checks/checks.h"
#include "compiler/report/report.h"
#include "compiler/report/witness_json.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using nlohmann::json;

// A file name as a URI reference: what RFC 3986 does not allow in a path is escaped.
std::string UriOf(const std::string& file) {
  std::string uri = file.starts_with("/") ? "file://" : "";
  for (const char c : file) {
    if (kUnreservedBytes[c] || c == '/') {
      uri += c;
    } else {
      uri += '%';
      AppendHex(c, uri);
    }
  }
  return uri;
}

json LocationOf(const dsl::SourceMap& sources, dsl::Span span) {
  const TextPlace place = WrittenAt(sources, span);
  return {{"physicalLocation",
           {{"artifactLocation", {{"uri", UriOf(place.file)}}},
            {"region",
             {{"startLine", place.begin.line},
              {"startColumn", place.begin.column},
              {"endLine", place.end.line},
              {"endColumn", place.end.column}}}}}};
}

json ResultOf(const Finding& finding, const dsl::SourceMap& sources) {
  const auto& diagnostic = finding.diagnostic;
  json result = {{"ruleId", diagnostic.rule},
                 {"level", SeverityName(diagnostic.severity)},
                 {"message", {{"text", diagnostic.message}}},
                 {"locations", {LocationOf(sources, diagnostic.span)}}};
  for (const auto& label : diagnostic.labels) {
    json related = LocationOf(sources, label.span);
    related["message"] = {{"text", label.message}};
    result["relatedLocations"].push_back(related);
  }
  if (finding.witness) result["properties"]["witness"] = json::parse(WitnessJson(*finding.witness));
  if (finding.preflight) {
    result["properties"]["preflight"] = json::parse(WitnessJson(*finding.preflight));
  }
  for (const Hop& hop : finding.path) {
    result["properties"]["path"].push_back({{"hop", hop.hop}, {"tries", hop.tries}});
  }
  for (const std::string& assumption : finding.assumptions) {
    result["properties"]["assumptions"].push_back(assumption);
  }
  if (finding.factor > 0) result["properties"]["factor"] = finding.factor;
  return result;
}

}  // namespace

std::string AsSarif(const Report& report) {
  json rules = json::array();
  for (const Check& check : kChecks) {
    rules.push_back({{"id", check.rule},
                     {"shortDescription", {{"text", RuleSummary(check.rule)}}},
                     {"defaultConfiguration", {{"level", SeverityName(check.worst)}}},
                     {"help", {{"text", RulePage(check.rule).value_or("")}}}});
  }
  json results = json::array();
  json notifications = json::array();
  json left_out = json::array();
  for (const auto& file : report) {
    for (const Finding& finding : file.result.findings) {
      results.push_back(ResultOf(finding, *file.sources));
    }
    for (const Silenced& one : file.result.silenced) {
      json result = ResultOf(one.finding, *file.sources);
      result["suppressions"] =
          json::array({{{"kind", "inSource"},
                        {"justification", one.reason},
                        {"location", LocationOf(*file.sources, one.comment)}}});
      results.push_back(std::move(result));
    }
    for (const LeftOut& left : file.result.left_out) {
      left_out.push_back({{"rule", left.rule}, {"notes", left.notes}});
    }
    for (const Unknown& unknown : file.result.unknown) {
      notifications.push_back({{"level", "error"},
                               {"message", {{"text", "undecided: " + unknown.reason}}},
                               {"associatedRule", {{"id", unknown.rule}}},
                               {"locations", {LocationOf(*file.sources, unknown.span)}}});
    }
  }
  const json run = {{"tool", {{"driver", {{"name", "weir"}, {"rules", rules}}}}},
                    {"columnKind", "unicodeCodePoints"},
                    {"invocations",
                     {{{"executionSuccessful", notifications.empty()},
                       {"toolExecutionNotifications", notifications}}}},
                    {"results", results},
                    {"properties", {{"left_out", left_out}}}};
  const json whole = {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                      {"version", "2.1.0"},
                      {"runs", json::array({run})}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace weir::compiler
