// The subcommands of `weir`. Each Add function declares one with its options
// and sets `status` to the exit status when it has run (design: 0 fine,
// 1 findings, 2 the call or the input is wrong, 3 undecided).
#ifndef WEIR_COMPILER_CLI_COMMANDS_H_
#define WEIR_COMPILER_CLI_COMMANDS_H_

namespace CLI {
class App;
}

namespace weir::cli {

using AddCommand = void (*)(CLI::App& app, int& status);

void AddCompile(CLI::App& app, int& status);
void AddDiff(CLI::App& app, int& status);
void AddExplain(CLI::App& app, int& status);
void AddFmt(CLI::App& app, int& status);
void AddLint(CLI::App& app, int& status);
void AddProve(CLI::App& app, int& status);
void AddRun(CLI::App& app, int& status);
void AddTable(CLI::App& app, int& status);
void AddTest(CLI::App& app, int& status);

inline constexpr AddCommand kCommands[] = {
    AddCompile, AddDiff, AddExplain, AddFmt, AddLint, AddProve, AddRun, AddTable, AddTest,
};

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_COMMANDS_H_
