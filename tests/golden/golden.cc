#include "tests/golden/golden.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace weir::golden {
namespace {

namespace fs = std::filesystem;

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Quoted(const std::string& word) { return "'" + word + "'"; }

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace

std::vector<fs::path> All() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(WEIR_SOURCE_DIR "/tests/golden")) {
    bool part = entry.path().parent_path().filename() == "parts";  // included by others
    if (entry.path().extension() == ".weir" && !part) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

Golden Read(const fs::path& path) {
  Golden golden;
  golden.path = path;
  std::istringstream lines(Slurp(path));
  for (std::string line; std::getline(lines, line);) {
    bool expectation = line.starts_with("#>");
    if (expectation) {
      golden.expectation += line.substr(std::min<std::size_t>(line.size(), 3)) + "\n";
      continue;
    }
    std::string ended = line + (lines.eof() ? "" : "\n");
    golden.whole += ended;
    if (line.starts_with("#$ "))
      golden.command = line.substr(3);
    else
      golden.policy += ended;
  }
  return golden;
}

Outcome Run(const Golden& golden) {
  fs::path scratch = fs::temp_directory_path() / ("weir_golden_" + std::to_string(getpid()));
  fs::create_directories(scratch);
  std::ofstream(scratch / "in", std::ios::binary) << golden.policy;
  std::string name = golden.path.filename().string();
  std::string command = "cd " + Quoted(golden.path.parent_path().string()) +
                        " && NO_COLOR=1 " WEIR_BINARY_DIR "/weir " +
                        Replaced(Replaced(golden.command, "FILE", name), "TMP", scratch.string()) +
                        " <" + (scratch / "in").string() + " >" + (scratch / "out").string() +
                        " 2>" + (scratch / "err").string();
  int status = std::system(command.c_str());
  Outcome outcome;
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  std::istringstream said(Slurp(scratch / "out") + Slurp(scratch / "err"));
  for (std::string line; std::getline(said, line);) {
    outcome.text += Replaced(line, scratch.string(), "TMP") + "\n";
  }
  outcome.text += "exit " + std::to_string(outcome.status) + "\n";
  fs::remove_all(scratch);
  return outcome;
}

void Update(const Golden& golden, const Outcome& outcome) {
  std::string text = golden.whole;
  if (!text.empty() && text.back() != '\n') text += '\n';
  std::istringstream lines(outcome.text);
  for (std::string line; std::getline(lines, line);) {
    text += line.empty() ? "#>\n" : "#> " + line + "\n";
  }
  if (text != Slurp(golden.path)) std::ofstream(golden.path, std::ios::binary) << text;
}

}  // namespace weir::golden
