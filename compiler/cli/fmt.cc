// `weir fmt`: prints policy files in the canonical form, in place.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "dsl/format/format.h"
#include "dsl/parse/parse.h"
#include "dsl/source/read_file.h"
#include "dsl/tree/same.h"

namespace weir::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  bool check = false;
};

// The canonical form of a text, or nothing when it cannot be parsed: that has
// been reported.
std::optional<std::string> Canonical(const std::string& name, const std::string& text) {
  dsl::SourceMap sources;
  dsl::ParseResult parsed = dsl::Parse(sources, sources.Add(name, text));
  if (!parsed.diagnostics.empty()) {
    Report(parsed.diagnostics, sources);
    return std::nullopt;
  }
  std::string canonical = dsl::Format(parsed.tree);
  // Nobody's policy may change its meaning by being printed.
  dsl::ParseResult again = dsl::Parse(sources, sources.Add(name, canonical));
  if (!again.diagnostics.empty() || !dsl::tree::Same(parsed.tree, again.tree)) {
    Complain("'" + name +
             "' is left as it is: its canonical form would read otherwise, "
             "which is a mistake of this program");
    return std::nullopt;
  }
  return canonical;
}

int FormatOne(const std::string& path, bool check) {
  bool standard_input = path == "-";
  auto text = standard_input ? dsl::ReadStandardInput() : dsl::ReadFile(path);
  if (!text) {
    ReportError(text.error().rule, text.error().message);
    return kBadCall;
  }
  std::optional<std::string> canonical = Canonical(standard_input ? "<stdin>" : path, *text);
  if (!canonical) return kBadCall;
  bool differs = *canonical != *text;
  if (check) {
    if (!differs) return kFine;
    return Print(path + "\n") ? kFindings : kBadCall;
  }
  if (standard_input) return Print(*canonical) ? kFine : kBadCall;
  if (!differs) return kFine;
  if (auto written = WriteWhole(path, *canonical); !written) {
    Complain(written.error());
    return kBadCall;
  }
  return kFine;
}

}  // namespace

command_line::Command FmtCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "fmt",
          .summary = "Print policies in the canonical form, in place",
          .options = {{"FILE",
                       "The policy files; - reads stdin and prints to stdout",
                       &options->files,
                       {.required = true}},
                      {"--check",
                       "Change nothing; list the files that would change, and exit with 1 if "
                       "there are any",
                       &options->check}},
          .run = [options] {
            int status = kFine;
            for (const std::string& file : options->files) {
              status = std::max(status, FormatOne(file, options->check));
            }
            return status;
          }};
}

}  // namespace weir::cli
