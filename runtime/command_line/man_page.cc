// troff's man macros: a line that begins with '.' or ''' is a request, '\'
// begins an escape, and '-' is a hyphen unless escaped.
#include "runtime/command_line/command_line.h"

namespace weir::command_line {
namespace {

std::string Escaped(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (line_begins && (c == '.' || c == '\'')) out += "\\&";
    line_begins = c == '\n';
    if (c == '\\')
      out += "\\e";
    else if (c == '-')
      out += "\\-";
    else
      out += c;
  }
  return out;
}

// As a sentence: help texts have no full stop of their own.
std::string Sentence(const std::string& text) {
  return Escaped(text) + (text.ends_with('.') ? "" : ".");
}

bool IsPositional(const Option& option) { return !option.names.starts_with('-'); }

// Whether the option takes a value, and how the page calls it.
std::string ValueOf(const Option& option) {
  if (std::holds_alternative<bool*>(option.target)) return "";
  if (!option.rules.choices.empty()) {
    std::string joined;
    for (const std::string& choice : option.rules.choices) {
      joined += (joined.empty() ? "" : "|") + choice;
    }
    return joined;
  }
  if (std::holds_alternative<unsigned*>(option.target)) return "N";
  if (std::holds_alternative<double*>(option.target)) return "SECONDS";
  return "VALUE";
}

std::string DefaultOf(const Option& option) {
  if (!option.rules.shows_default) return "";
  if (const auto* text = std::get_if<std::string*>(&option.target)) return **text;
  if (const auto* number = std::get_if<unsigned*>(&option.target)) return std::to_string(**number);
  if (const auto* number = std::get_if<double*>(&option.target)) {
    std::string digits = std::to_string(**number);
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
    return digits;
  }
  return "";
}

std::string Synopsis(const std::string& name, const std::vector<Option>& options) {
  std::string line = ".B " + Escaped(name) + "\n";
  bool named = false;
  for (const Option& option : options) named |= !IsPositional(option);
  if (named) line += "[\\fIoptions\\fR]\n";
  for (const Option& option : options) {
    if (!IsPositional(option)) continue;
    const bool many = std::holds_alternative<std::vector<std::string>*>(option.target);
    line += "\\fI" + Escaped(option.names) + "\\fR" + (many ? "...\n" : "\n");
  }
  return line;
}

std::string OptionList(const std::vector<Option>& options) {
  std::string text;
  for (const Option& option : options) {
    std::string names;
    for (const char c : option.names) names += c == ',' ? std::string(", ") : std::string(1, c);
    text += ".TP\n\\fB" + Escaped(names) + "\\fR";
    if (!IsPositional(option) && !ValueOf(option).empty()) {
      text += " \\fI" + Escaped(ValueOf(option)) + "\\fR";
    }
    std::string help = option.help;
    if (const std::string value = DefaultOf(option); !value.empty()) {
      help += " (default: " + value + ")";
    }
    text += "\n" + Sentence(help) + "\n";
  }
  return text;
}

std::string Upper(std::string_view name) {
  std::string upper;
  for (const char c : name) upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return upper;
}

}  // namespace

std::string ManPage(const Program& program) {
  std::string page = ".TH " + Escaped(Upper(program.name)) + " 1 \"\" \"" +
                     Escaped(program.name + " " + program.version) + "\"\n";
  page += ".SH NAME\n" + Escaped(program.name) + " \\- " + Escaped(program.summary) + "\n";
  page += ".SH SYNOPSIS\n";
  if (program.commands.empty()) page += Synopsis(program.name, program.options);
  for (const Command& command : program.commands) {
    page += Synopsis(program.name + " " + command.name, command.options) + ".br\n";
  }
  if (!program.options.empty()) page += ".SH OPTIONS\n" + OptionList(program.options);
  if (!program.commands.empty()) page += ".SH COMMANDS\n";
  for (const Command& command : program.commands) {
    page += ".SS " + Escaped(program.name + " " + command.name) + "\n" + Sentence(command.summary) +
            "\n" + OptionList(command.options);
    if (command.footer) page += ".PP\n.nf\n" + Escaped(command.footer()) + "\n.fi\n";
  }
  if (!program.exit_statuses.empty()) page += ".SH EXIT STATUS\n";
  for (const ExitStatus& exit : program.exit_statuses) {
    page += ".TP\n\\fB" + std::to_string(exit.status) + "\\fR\n" + Sentence(exit.meaning) + "\n";
  }
  return page;
}

}  // namespace weir::command_line
