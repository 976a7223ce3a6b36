// GitHub's workflow commands: one line for each finding, shown at its lines.
#include <string_view>

#include "compiler/report/report.h"

namespace weir::compiler {
namespace {

// As the runner decodes them; a property also ends at ':' and ','.
std::string Escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (property && c == ':')
      out += "%3A";
    else if (property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

std::string Line(const std::string& command, const TextPlace& place, const std::string& title,
                 const std::string& message) {
  return "::" + command + " file=" + Escaped(place.file, true) +
         ",line=" + std::to_string(place.begin.line) +
         ",col=" + std::to_string(place.begin.column) +
         ",endLine=" + std::to_string(place.end.line) +
         ",endColumn=" + std::to_string(place.end.column) + ",title=" + Escaped(title, true) +
         "::" + Escaped(message, false) + "\n";
}

}  // namespace

std::string AsGithub(const Report& report) {
  std::string text;
  for (const auto& file : report) {
    for (const Finding& finding : file.result.findings) {
      const auto& diagnostic = finding.diagnostic;
      const bool note = diagnostic.severity == dsl::Severity::kNote;
      std::string message = diagnostic.message;
      if (finding.witness) message += "\nwitness: " + Curl(*finding.witness);
      if (finding.preflight) message += "\npreflight: " + Curl(*finding.preflight);
      for (const Hop& hop : finding.path) {
        message += "\nhop: " + hop.hop + ", " + std::to_string(hop.tries);
      }
      for (const std::string& assumption : finding.assumptions) {
        message += "\nassumed: " + assumption;
      }
      text += Line(note ? "notice" : SeverityName(diagnostic.severity),
                   WrittenAt(*file.sources, diagnostic.span), diagnostic.rule, message);
    }
    for (const LeftOut& left : file.result.left_out) {
      text += "::notice title=" + Escaped(left.rule, true) + "::" + std::to_string(left.notes) +
              " more of this rule: weir lint --all shows them\n";
    }
    for (const Unknown& unknown : file.result.unknown) {
      text += Line("warning", WrittenAt(*file.sources, unknown.span), unknown.rule + " (unknown)",
                   unknown.reason);
    }
  }
  return text;
}

}  // namespace weir::compiler
