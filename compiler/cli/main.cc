// `weir`: one program, one file a subcommand.
#include <CLI/CLI.hpp>

#include "compiler/cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Weir: gateway policies that can be proved"};
  app.set_version_flag("--version", "weir " WEIR_VERSION);
  app.require_subcommand(1);
  int status = 0;
  for (auto* add : weir::cli::kCommands) add(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  return status;
}
