#include "compiler/report/report.h"
#include "dsl/source/render.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

std::string Amount(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void AddFinding(const Finding& finding, const dsl::SourceMap& sources, bool colour,
                std::string& text) {
  text += dsl::Render(finding.diagnostic, sources, colour);
  if (finding.witness) {
    text += "   = witness: " + dsl::Visible(Curl(*finding.witness)) + "\n";
    if (finding.witness->client) {
      text += "   = from client: " + model::AddressText(*finding.witness->client) + "\n";
    }
  }
  // Said where the labels leave it open.
  if (!finding.taken_by.empty() && finding.diagnostic.labels.size() > 1) {
    text += "   = taken by route '" + dsl::Visible(finding.taken_by) + "'\n";
  }
  if (finding.preflight) {
    text += "   = its preflight: " + dsl::Visible(Curl(*finding.preflight)) + "\n";
  }
  for (const Hop& hop : finding.path) {
    text += "   = hop: " + dsl::Visible(hop.hop) + ", " + std::to_string(hop.tries) +
            (hop.tries == 1 ? " try\n" : " tries\n");
  }
  for (const std::string& assumption : finding.assumptions) {
    text += "   = assumed: " + dsl::Visible(assumption) + "\n";
  }
  if (finding.factor > 0) text += "   = factor: " + std::to_string(finding.factor) + "\n";
  text += "\n";
}

}  // namespace

std::string AsText(const Report& report, bool colour) {
  std::string text;
  for (const auto& file : report) {
    for (const Finding& finding : file.result.findings) {
      AddFinding(finding, *file.sources, colour, text);
    }
    for (const Unknown& unknown : file.result.unknown) {
      const TextPlace place = WrittenAt(*file.sources, unknown.span);
      text += "unknown[" + unknown.rule + "]: " + dsl::Visible(unknown.reason) + "\n  --> " +
              dsl::Visible(place.file) + ":" + std::to_string(place.begin.line) + ":" +
              std::to_string(place.begin.column) + "\n\n";
    }
  }
  for (const auto& file : report) {
    for (const LeftOut& left : file.result.left_out) {
      text += Amount(left.notes, "more note") + " of " + left.rule + ": --all shows " +
              (left.notes == 1 ? "it" : "them") + "\n\n";
    }
  }
  const std::size_t silenced = CountSilenced(report);
  return text + Amount(Count(report, dsl::Severity::kError), "error") + ", " +
         Amount(Count(report, dsl::Severity::kWarning), "warning") + ", " +
         Amount(Count(report, dsl::Severity::kNote), "note") + ", " +
         std::to_string(CountUnknown(report)) + " unknown" +
         (silenced > 0 ? ", " + std::to_string(silenced) + " silenced\n" : "\n");
}

}  // namespace weir::compiler
