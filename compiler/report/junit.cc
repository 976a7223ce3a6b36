// JUnit's XML: a suite for each rule, a failed case for each finding, an errored
// case for what stayed unknown, a skipped one for what is allowed, and one case that passed where a
// rule found nothing.
#include "compiler/checks/checks.h"
#include "compiler/report/report.h"

namespace weir::compiler {
namespace {

// XML 1.0 has no way to write most control octets; they are shown instead.
std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        if (octet < 0x20 || octet == 0x7f)
          out += "?";
        else
          out += c;
    }
  }
  return out;
}

std::string CaseOf(const std::string& file, std::uint32_t line, const std::string& name,
                   const std::string& kind, const std::string& type, const std::string& message) {
  return "    <testcase classname=\"" + Escaped(file) + "\" name=\"" + Escaped(name) +
         "\" file=\"" + Escaped(file) + "\" line=\"" + std::to_string(line) + "\">\n      <" +
         kind + " type=\"" + type + "\" message=\"" + Escaped(message) + "\"/>\n    </testcase>\n";
}

}  // namespace

std::string AsJunit(const Report& report) {
  std::string suites;
  std::size_t all_tests = 0, all_failures = 0, all_errors = 0;
  for (const Check& check : kChecks) {
    std::string cases;
    std::size_t failures = 0, errors = 0, skipped = 0;
    for (const auto& file : report) {
      for (const Finding& finding : file.result.findings) {
        const auto& diagnostic = finding.diagnostic;
        if (diagnostic.rule != check.rule) continue;
        const TextPlace place = WrittenAt(*file.sources, diagnostic.span);
        std::string message = diagnostic.message;
        if (finding.witness) message += "\nwitness: " + Curl(*finding.witness);
        if (finding.preflight) message += "\npreflight: " + Curl(*finding.preflight);
        for (const Hop& hop : finding.path) {
          message += "\nhop: " + hop.hop + ", " + std::to_string(hop.tries);
        }
        for (const std::string& assumption : finding.assumptions) {
          message += "\nassumed: " + assumption;
        }
        cases += CaseOf(place.file, place.begin.line,
                        place.file + ":" + std::to_string(place.begin.line), "failure",
                        SeverityName(diagnostic.severity), message);
        ++failures;
      }
      for (const Unknown& unknown : file.result.unknown) {
        if (unknown.rule != check.rule) continue;
        const TextPlace place = WrittenAt(*file.sources, unknown.span);
        cases += CaseOf(place.file, place.begin.line,
                        place.file + ":" + std::to_string(place.begin.line), "error", "unknown",
                        unknown.reason);
        ++errors;
      }
    }
    for (const auto& file : report) {
      for (const Silenced& one : file.result.silenced) {
        const auto& diagnostic = one.finding.diagnostic;
        if (diagnostic.rule != check.rule) continue;
        const TextPlace place = WrittenAt(*file.sources, diagnostic.span);
        cases += CaseOf(place.file, place.begin.line,
                        place.file + ":" + std::to_string(place.begin.line), "skipped",
                        SeverityName(diagnostic.severity),
                        diagnostic.message + "\nallowed because: " + one.reason);
        ++skipped;
      }
    }
    std::size_t tests = failures + errors + skipped;
    if (tests == 0) {
      cases = "    <testcase classname=\"weir lint\" name=\"" + std::string(check.rule) + "\"/>\n";
      tests = 1;
    }
    const auto number = [](std::size_t value) { return "\"" + std::to_string(value) + "\""; };
    suites += "  <testsuite name=\"" + std::string(check.rule) + "\" tests=" + number(tests) +
              " failures=" + number(failures) + " errors=" + number(errors) +
              " skipped=" + number(skipped) + ">\n" + cases + "  </testsuite>\n";
    all_tests += tests;
    all_failures += failures;
    all_errors += errors;
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"weir lint\" tests=\"" +
         std::to_string(all_tests) + "\" failures=\"" + std::to_string(all_failures) +
         "\" errors=\"" + std::to_string(all_errors) + "\">\n" + suites + "</testsuites>\n";
}

}  // namespace weir::compiler
