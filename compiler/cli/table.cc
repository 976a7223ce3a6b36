// `weir table`: the decision tables and the call graph of a policy, to look at.
#include <CLI/CLI.hpp>

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

void AddTable(CLI::App& app, int& status) {
  auto options = std::make_shared<Options>();
  CLI::App* table = app.add_subcommand("table", "Show the decision tables and the call graph");
  table->add_option("FILE", options->file, "The policy file")->required();
  table->add_option("--format", options->format, "md and html show both, svg the call graph")
      ->check(CLI::IsMember({"md", "html", "svg"}))
      ->capture_default_str();
  table->callback([options, &status] { status = ShowTable(*options); });
}

}  // namespace weir::cli
