// Findings in the formats that people and machines read.
//
//   Print(AsText(report, colour));
#ifndef WEIR_COMPILER_REPORT_REPORT_H_
#define WEIR_COMPILER_REPORT_REPORT_H_

#include <cstddef>
#include <string>

#include "compiler/checks/finding.h"
#include "dsl/source/source_map.h"

namespace weir::compiler {

// One input file's findings; several make one report.
struct FileReport {
  const dsl::SourceMap* sources = nullptr;
  CheckResult result;
};
using Report = std::vector<FileReport>;

std::size_t Count(const Report& report, dsl::Severity severity);
std::size_t CountUnknown(const Report& report);
std::size_t CountSilenced(const Report& report);

std::string AsText(const Report& report, bool colour);
std::string AsJson(const Report& report);    // design: version 1
std::string AsSarif(const Report& report);   // SARIF 2.1.0
std::string AsJunit(const Report& report);   // one test case a finding
std::string AsGithub(const Report& report);  // workflow commands

// "error", "warning" or "note".
const char* SeverityName(dsl::Severity severity);

// Where a span is; line 1 of no file when it was written nowhere.
struct TextPlace {
  std::string file;
  dsl::Position begin, end;
};
TextPlace WrittenAt(const dsl::SourceMap& sources, dsl::Span span);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_REPORT_REPORT_H_
