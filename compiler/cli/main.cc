// `weir`: one program, one file a subcommand.
#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "dsl/source/did_you_mean.h"

namespace {

// What CLI11 does not say: that a word is not one of the commands.
bool KnowsCommand(const CLI::App& app, std::string_view word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  std::vector<std::string_view> views(names.begin(), names.end());
  for (std::string_view name : views) {
    if (name == word) return true;
  }
  std::string help = weir::dsl::DidYouMeanHelp(word, views);
  weir::cli::Complain("'" + std::string(word) + "' is not a command" +
                      (help.empty() ? "; weir --help lists them" : "; " + help));
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Weir: gateway policies that can be proved", "weir"};
  app.set_version_flag("--version", "weir " WEIR_VERSION);
  app.require_subcommand(1);
  int status = weir::cli::kFine;
  for (auto* add : weir::cli::kCommands) add(app, status);
  bool word = argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0';
  if (word && !KnowsCommand(app, argv[1])) return weir::cli::kBadCall;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? weir::cli::kFine : weir::cli::kBadCall;
  }
  return status;
}
