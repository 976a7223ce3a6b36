// `weir table`: the decision tables and the call graph of a policy, to look at.

#include <memory>
#include <string>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "compiler/show/document.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

struct Options {
  std::string file;
  std::string format = "md";
};

int ShowTable(const Options& options) {
  const dsl::LoadResult loaded = dsl::Load(options.file);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return kBadCall;
  std::string text;
  if (options.format == "svg") {
    text = compiler::ToSvg(compiler::GraphOf(*loaded.policy));
  } else {
    const compiler::Document document = compiler::Describe(*loaded.policy, loaded.sources);
    text = options.format == "html" ? ToHtml(document) : ToMarkdown(document);
  }
  return Print(text) ? kFine : kBadCall;
}

}  // namespace

command_line::Command TableCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "table",
          .summary = "Show the decision tables and the call graph",
          .options = {{"FILE", "The policy file", &options->file, {.required = true}},
                      {"--format",
                       "md and html show both, svg the call graph",
                       &options->format,
                       {.shows_default = true, .choices = {"md", "html", "svg"}}}},
          .run = [options] { return ShowTable(*options); }};
}

}  // namespace weir::cli
