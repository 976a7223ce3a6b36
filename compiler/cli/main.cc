// `weir`: one program, one file a subcommand.
#include <string_view>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "dsl/source/did_you_mean.h"

int main(int argc, char** argv) {
  using namespace weir::cli;
  weir::command_line::Program weir;
  weir.name = "weir";
  weir.summary = "Gateway policies that can be proved";
  weir.version = WEIR_VERSION;
  weir.commands = {CompileCommand(), DiffCommand(), ExplainCommand(), FmtCommand(), LintCommand(),
                   ProveCommand(),   RunCommand(),  TableCommand(),   TestCommand()};
  weir.exit_statuses = {
      {kFine, "Nothing to report: no finding, everything proved, no difference"},
      {kFindings, "Findings, a refuted claim, a failed example, or a difference"},
      {kBadCall, "The call is wrong, or a file cannot be read, parsed or resolved"},
      {kUndecided, "None of these, but something stayed undecided"},
  };
  weir.unknown_command = [&weir](std::string_view word) {
    std::vector<std::string_view> names;
    for (const auto& command : weir.commands) names.push_back(command.name);
    const std::string help = ::weir::dsl::DidYouMeanHelp(word, names);
    Complain("'" + std::string(word) + "' is not a command" +
             (help.empty() ? "; weir --help lists them" : "; " + help));
  };
  return ::weir::command_line::Main(weir, argc, argv);
}
