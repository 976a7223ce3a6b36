// What all subcommands share: saying things, and writing files.
//
// Findings go to stdout, everything else to stderr. Colour only on a terminal,
// and never with NO_COLOR.
#ifndef WEIR_COMPILER_CLI_OUTPUT_H_
#define WEIR_COMPILER_CLI_OUTPUT_H_

#include <chrono>
#include <cstdio>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/source_map.h"

namespace weir::cli {

// Exit status of every command (design: what the commands promise).
inline constexpr int kFine = 0;
inline constexpr int kFindings = 1;
inline constexpr int kBadCall = 2;  // or input that cannot be read, parsed or resolved
inline constexpr int kUndecided = 3;

// Whether text for this stream may be coloured.
bool Colored(std::FILE* stream);

// The diagnostics with their excerpts, to stderr.
void Report(const std::vector<dsl::Diagnostic>& diagnostics, const dsl::SourceMap& sources);

// An error about a whole file, such as one that is missing, to stderr.
void ReportError(std::string_view rule, std::string_view message);

// "weir: MESSAGE" to stderr.
void Complain(std::string_view message);

// Writes all of `text` to stdout; false when that fails (a closed pipe, a full disk).
[[nodiscard]] bool Print(std::string_view text);

// Writes the file whole or not at all: under another name beside it, then
// renamed. An existing file keeps its permissions, and a symbolic link stays
// one. The error names the path.
[[nodiscard]] std::expected<void, std::string> WriteWhole(const std::string& path,
                                                          std::string_view octets);

// One line on a terminal for work that takes over a second; nothing elsewhere.
//
//   Progress progress("checking routes");
//   while (...) progress.Update(done, total);
class Progress {
 public:
  explicit Progress(std::string what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(std::size_t done, std::size_t total);

 private:
  std::string what_;
  bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_OUTPUT_H_
