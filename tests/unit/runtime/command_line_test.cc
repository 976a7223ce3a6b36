// One description gives parsing, help and the man page.
#include "runtime/command_line/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace weir::command_line {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Values {
  std::string file, format = "text";
  std::vector<std::string> headers;
  bool all = false;
  unsigned workers = 0;
  double drain = 30;
};

Program Made(Values& values, int status = 0) {
  Program program;
  program.name = "tool";
  program.summary = "Does things";
  program.version = "1.2";
  Command show{.name = "show", .summary = "Show a file"};
  show.options = {
      {"FILE", "The file", &values.file, {.required = true}},
      {"-H,--header", "A header, 'Name: value'", &values.headers},
      {"--format", "How", &values.format, {.shows_default = true, .choices = {"text", "json"}}},
      {"--all", "Everything", &values.all},
      {"--workers", "Threads", &values.workers, {.range = {{1, 256}}}},
      {"--drain", "How long", &values.drain, {.shows_default = true}},
  };
  show.run = [status] { return status; };
  show.footer = [] { return std::string(".footer\n'quoted \\ back"); };
  program.commands = {show};
  program.exit_statuses = {{0, "Fine"}};
  return program;
}

int RunTool(const Program& program, std::vector<std::string> words) {
  std::vector<char*> argv = {const_cast<char*>("tool")};
  for (std::string& word : words) argv.push_back(word.data());
  return Main(program, static_cast<int>(argv.size()), argv.data());
}

TEST(CommandLine, FillsTargetsAndReturnsTheStatusOfTheCommand) {
  Values values;
  EXPECT_EQ(RunTool(Made(values, 3), {"show", "-H", "a: 1", "f.txt", "--header", "b: 2", "--all",
                                      "--format", "json", "--workers", "7", "--drain", "2.5"}),
            3);
  EXPECT_EQ(values.file, "f.txt");
  EXPECT_THAT(values.headers, ElementsAre("a: 1", "b: 2"));
  EXPECT_TRUE(values.all);
  EXPECT_EQ(values.format, "json");
  EXPECT_EQ(values.workers, 7u);
  EXPECT_EQ(values.drain, 2.5);
}

TEST(CommandLine, RefusesWhatTheDescriptionDoesNotAllow) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"show"},
      {"show", "f", "--format", "xml"},
      {"show", "f", "--workers", "0"},
      {"show", "f", "--workers", "257"},
      {"show", "f", "--drain", "soon"},
      {"show", "f", "g"},
      {"show", "f", "--other"},
      {"other"},
  };
  for (const auto& words : wrong) {
    Values values;
    testing::internal::CaptureStderr();
    EXPECT_EQ(RunTool(Made(values), words), kWrongCall) << testing::PrintToString(words);
    EXPECT_NE(testing::internal::GetCapturedStderr(), "");
  }
}

TEST(CommandLine, AnUnknownCommandIsTheProgramsToExplain) {
  Values values;
  Program program = Made(values);
  std::string heard;
  program.unknown_command = [&](std::string_view word) { heard = word; };
  EXPECT_EQ(RunTool(program, {"shwo"}), kWrongCall);
  EXPECT_EQ(heard, "shwo");
}

TEST(CommandLine, HelpVersionAndManPageComeFromTheDescription) {
  for (const std::string flag : {"--help", "--version", "--man"}) {
    Values values;
    testing::internal::CaptureStdout();
    EXPECT_EQ(RunTool(Made(values), {flag}), 0);
    const std::string out = testing::internal::GetCapturedStdout();
    EXPECT_THAT(out, HasSubstr(flag == "--help" ? "Show a file" : flag == "--man" ? ".TH" : "1.2"));
  }
}

TEST(ManPage, NamesEveryCommandOptionAndStatusAndEscapesTroff) {
  Values values;
  const Program program = Made(values);
  const std::string page = ManPage(program);
  EXPECT_THAT(page, HasSubstr(".TH TOOL 1 \"\" \"tool 1.2\"\n"));
  EXPECT_THAT(page, HasSubstr("tool \\- Does things\n"));
  EXPECT_THAT(page, HasSubstr(".B tool show\n[\\fIoptions\\fR]\n\\fIFILE\\fR\n"));
  EXPECT_THAT(page,
              HasSubstr("\\fB\\-H, \\-\\-header\\fR \\fIVALUE\\fR\nA header, 'Name: value'.\n"));
  EXPECT_THAT(page, HasSubstr("\\fItext|json\\fR\nHow (default: text).\n"));
  EXPECT_THAT(page, HasSubstr("How long (default: 30).\n"));
  EXPECT_THAT(page, HasSubstr("\\&.footer\n\\&'quoted \\e back\n"));
  EXPECT_THAT(page, HasSubstr(".SH EXIT STATUS\n.TP\n\\fB0\\fR\nFine.\n"));
  EXPECT_THAT(page, Not(HasSubstr("..\n")));
}

}  // namespace
}  // namespace weir::command_line
