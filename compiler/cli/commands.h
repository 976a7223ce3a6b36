// The subcommands of `weir`, each with its options and what it runs. Exit
// statuses: 0 fine, 1 findings, 2 the call or the input is wrong, 3 undecided.
#ifndef WEIR_COMPILER_CLI_COMMANDS_H_
#define WEIR_COMPILER_CLI_COMMANDS_H_

#include "runtime/command_line/command_line.h"

namespace weir::cli {

command_line::Command CompileCommand();
command_line::Command DiffCommand();
command_line::Command ExplainCommand();
command_line::Command FmtCommand();
command_line::Command LintCommand();
command_line::Command ProveCommand();
command_line::Command RunCommand();
command_line::Command TableCommand();
command_line::Command TestCommand();

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_COMMANDS_H_
