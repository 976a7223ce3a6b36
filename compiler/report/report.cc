#include "compiler/report/report.h"

#include <algorithm>

namespace weir::compiler {

std::size_t Count(const Report& report, dsl::Severity severity) {
  std::size_t count = 0;
  for (const auto& file : report) {
    count += static_cast<std::size_t>(std::ranges::count_if(
        file.result.findings,
        [severity](const Finding& finding) { return finding.diagnostic.severity == severity; }));
  }
  return count;
}

std::size_t CountUnknown(const Report& report) {
  std::size_t count = 0;
  for (const auto& file : report) count += file.result.unknown.size();
  return count;
}

std::size_t CountSilenced(const Report& report) {
  std::size_t count = 0;
  for (const auto& file : report) count += file.result.silenced.size();
  return count;
}

const char* SeverityName(dsl::Severity severity) {
  switch (severity) {
    case dsl::Severity::kError:
      return "error";
    case dsl::Severity::kWarning:
      return "warning";
    case dsl::Severity::kNote:
      break;
  }
  return "note";
}

TextPlace WrittenAt(const dsl::SourceMap& sources, dsl::Span span) {
  if (span.file >= sources.file_count()) return {};
  return {sources.name(span.file), sources.Begin(span), sources.End(span)};
}

}  // namespace weir::compiler
