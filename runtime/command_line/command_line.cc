#include "runtime/command_line/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace weir::command_line {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

void Add(CLI::App& app, const Option& option) {
  CLI::Option* added =
      std::visit(Overloaded{
                     [&](bool* flag) { return app.add_flag(option.names, *flag, option.help); },
                     [&](std::vector<std::string>* list) {
                       CLI::Option* made = app.add_option(option.names, *list, option.help);
                       if (option.names.starts_with('-')) made->allow_extra_args(false);
                       return made;
                     },
                     [&](auto* value) { return app.add_option(option.names, *value, option.help); },
                 },
                 option.target);
  const OptionRules& rules = option.rules;
  if (rules.required) added->required();
  if (!rules.choices.empty()) added->check(CLI::IsMember(rules.choices));
  if (rules.range) added->check(CLI::Range(rules.range->first, rules.range->second));
  if (rules.shows_default) added->capture_default_str();
}

bool IsCommand(const Program& program, std::string_view word) {
  return std::ranges::any_of(program.commands,
                             [&](const Command& command) { return command.name == word; });
}

}  // namespace

int Main(const Program& program, int argc, char** argv) {
  CLI::App app{program.summary, program.name};
  app.set_version_flag("--version", program.name + " " + program.version);
  app.add_flag("--man")->description("Print the man page, for man -l -");
  std::function<int()> chosen = program.run;
  for (const Option& option : program.options) Add(app, option);
  for (const Command& command : program.commands) {
    CLI::App* added = app.add_subcommand(command.name, command.summary);
    for (const Option& option : command.options) Add(*added, option);
    if (command.footer) added->footer(command.footer);
    added->callback([&chosen, &command] { chosen = command.run; });
  }
  // Before parsing: the page asks for neither a command nor its options.
  if (argc == 2 && std::string_view(argv[1]) == "--man") {
    const std::string page = ManPage(program);
    return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : kWrongCall;
  }
  if (!program.commands.empty()) app.require_subcommand(1);
  const bool word = argc > 1 && argv[1][0] != '-' && argv[1][0] != '\0';
  if (word && program.unknown_command && !IsCommand(program, argv[1])) {
    program.unknown_command(argv[1]);
    return kWrongCall;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongCall;
  }
  return chosen ? chosen() : 0;
}

}  // namespace weir::command_line
