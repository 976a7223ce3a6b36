#include <nlohmann/json.hpp>

#include "compiler/report/report.h"
#include "compiler/report/witness_json.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

using nlohmann::json;

json ClaimJson(const syntax::ClaimValue& value) {
  return std::visit([](const auto& each) { return json(each); }, value);
}

json FindingJson(const Finding& finding, const dsl::SourceMap& sources) {
  const auto& diagnostic = finding.diagnostic;
  const TextPlace place = WrittenAt(sources, diagnostic.span);
  json out = {{"rule", diagnostic.rule},       {"severity", SeverityName(diagnostic.severity)},
              {"message", diagnostic.message}, {"file", place.file},
              {"line", place.begin.line},      {"column", place.begin.column},
              {"end_line", place.end.line},    {"end_column", place.end.column},
              {"related", json::array()}};
  for (const auto& label : diagnostic.labels) {
    const TextPlace other = WrittenAt(sources, label.span);
    out["related"].push_back({{"message", label.message},
                              {"file", other.file},
                              {"line", other.begin.line},
                              {"column", other.begin.column}});
  }
  if (finding.witness) out["witness"] = json::parse(WitnessJson(*finding.witness));
  if (!finding.taken_by.empty()) out["taken_by"] = finding.taken_by;
  if (finding.preflight) out["preflight"] = json::parse(WitnessJson(*finding.preflight));
  if (!finding.path.empty()) {
    out["path"] = json::array();
    for (const Hop& hop : finding.path) {
      out["path"].push_back({{"hop", hop.hop}, {"tries", hop.tries}});
    }
    // Null: without any bound.
    out["factor"] = finding.factor > 0 ? json(finding.factor) : json();
  }
  if (!finding.assumptions.empty()) out["assumptions"] = finding.assumptions;
  if (!finding.fix.empty()) out["fix"] = finding.fix;
  return out;
}

}  // namespace

std::string WitnessJson(const Witness& witness) {
  json headers = json::array();
  for (const auto& [name, value] : ShownHeaders(witness)) headers.push_back({name, value});
  // Who sends it: any value would do where the witness names none. `jwt` tells a
  // verified token without claims from no token.
  json context = {{"client", model::AddressText(witness.client.value_or(kSomeAddress))},
                  {"peer", witness.peer.value_or("")},
                  {"jwt", witness.jwt || !witness.claims.empty()},
                  {"claims", json::object()}};
  if (witness.address) context["listener"] = AddressText(*witness.address);
  if (witness.consumer) context["consumer"] = *witness.consumer;
  for (const auto& [name, value] : witness.claims) context["claims"][name] = ClaimJson(value);
  return json{{"method", witness.method},
              {"url", Url(witness)},
              {"headers", headers},
              {"context", context},
              {"curl", Curl(witness)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string AsJson(const Report& report) {
  json findings = json::array();
  json silenced = json::array();
  json left_out = json::array();
  json unknown = json::array();
  for (const auto& file : report) {
    for (const Finding& finding : file.result.findings) {
      findings.push_back(FindingJson(finding, *file.sources));
    }
    for (const Silenced& one : file.result.silenced) {
      silenced.push_back(FindingJson(one.finding, *file.sources));
      const TextPlace place = WrittenAt(*file.sources, one.comment);
      silenced.back()["because"] = one.reason;
      silenced.back()["allowed_at"] = {
          {"file", place.file}, {"line", place.begin.line}, {"column", place.begin.column}};
    }
    for (const LeftOut& left : file.result.left_out) {
      left_out.push_back({{"rule", left.rule}, {"notes", left.notes}});
    }
    for (const Unknown& one : file.result.unknown) {
      const TextPlace place = WrittenAt(*file.sources, one.span);
      unknown.push_back({{"rule", one.rule},
                         {"reason", one.reason},
                         {"file", place.file},
                         {"line", place.begin.line},
                         {"column", place.begin.column}});
    }
  }
  const json whole = {{"version", 1},
                      {"findings", findings},
                      {"silenced", silenced},
                      {"left_out", left_out},
                      {"unknown", unknown},
                      {"summary",
                       {{"errors", Count(report, dsl::Severity::kError)},
                        {"warnings", Count(report, dsl::Severity::kWarning)},
                        {"notes", Count(report, dsl::Severity::kNote)},
                        {"unknown", CountUnknown(report)},
                        {"silenced", CountSilenced(report)}}}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace weir::compiler
