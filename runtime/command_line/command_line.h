// The command line of a program: its commands and options, described once.
// Parsing, --help, --version and the man page all come from the description.
//
//   auto options = std::make_shared<Options>();
//   Command lint{.name = "lint", .summary = "Check policies"};
//   lint.options = {{"FILE", "The policy files", &options->files, {.required = true}},
//                   {"--format", "How findings are shown", &options->format,
//                    {.choices = {"text", "json"}}}};
//   lint.run = [options] { return Lint(*options); };
//   return Main({.name = "weir", .summary = "...", .version = "0.1", .commands = {lint}},
//               argc, argv);
//
// Targets must live as long as the command: `run` holds them. What a target
// holds before parsing is the default.
#ifndef WEIR_RUNTIME_COMMAND_LINE_COMMAND_LINE_H_
#define WEIR_RUNTIME_COMMAND_LINE_COMMAND_LINE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace weir::command_line {

inline constexpr int kWrongCall = 2;  // exit status of a command line that cannot be parsed

using Target = std::variant<std::string*, std::vector<std::string>*, bool*, unsigned*, double*>;

struct OptionRules {
  bool required = false;
  bool shows_default = false;                          // --help prints what the target holds
  std::vector<std::string> choices;                    // the only values; empty: any
  std::optional<std::pair<unsigned, unsigned>> range;  // of a number, inclusive
};

struct Option {
  std::string names;  // "-o,--output", or "FILE" for a positional argument
  std::string help;
  Target target;  // a bool is a flag; a list of a named option takes one value each time
  OptionRules rules = {};
};

struct Command {
  std::string name;
  std::string summary;
  std::vector<Option> options = {};
  std::function<int()> run = {};             // the exit status
  std::function<std::string()> footer = {};  // what --help says after the options
};

struct ExitStatus {
  int status;
  std::string meaning;
};

struct Program {
  std::string name;
  std::string summary;
  std::string version;
  std::vector<Command> commands = {};  // none: `options` and `run` are the program's own
  std::vector<Option> options = {};
  std::function<int()> run = {};
  std::vector<ExitStatus> exit_statuses = {};  // for the man page
  // What to say of a word that is no command; after it, kWrongCall.
  std::function<void(std::string_view word)> unknown_command = {};
};

// Parses, runs what was asked for and returns the exit status.
int Main(const Program& program, int argc, char** argv);

// The man page, section 1, in troff. `weir --man` prints it.
std::string ManPage(const Program& program);

}  // namespace weir::command_line

#endif  // WEIR_RUNTIME_COMMAND_LINE_COMMAND_LINE_H_
