#include "tests/demo/client.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <sstream>

namespace weir::demo {
namespace {

std::string Url(const Sent& request) {
  return "http://" + request.host + ":" + std::to_string(request.port) + request.path;
}

// Runs a program and gives what it writes to stdout.
std::string Capture(std::vector<std::string> command) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments;
    for (std::string& argument : command) arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    close(ends[1]);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(ends[1]);
  std::string output;
  char buffer[8192];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    output.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return output;
}

}  // namespace

std::string Received::Header(const std::string& name) const {
  for (const auto& [field, value] : headers) {
    if (field == name) return value;
  }
  return {};
}

Received Send(const Sent& request) {
  std::vector<std::string> command = {
      "curl",
      "--silent",
      "--include",
      "--max-time",
      "20",
      "--noproxy",
      "*",
      "--request",
      request.method,
      "--resolve",
      request.host + ":" + std::to_string(request.port) + ":127.0.0.1"};
  for (const auto& [name, value] : request.headers) {
    command.push_back("--header");
    command.push_back(name + ": " + value);
  }
  command.push_back(Url(request));
  std::istringstream answer(Capture(std::move(command)));

  Received received;
  std::string line;
  std::getline(answer, line);
  if (line.starts_with("HTTP/") && line.size() > 12) received.status = std::atoi(&line[9]);
  while (std::getline(answer, line) && line != "\r" && !line.empty()) {
    auto colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::string name = line.substr(0, colon);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string value = line.substr(std::min(line.size(), colon + 2));
    if (value.ends_with('\r')) value.pop_back();
    received.headers.emplace_back(std::move(name), std::move(value));
  }
  received.body.assign(std::istreambuf_iterator<char>(answer), {});
  return received;
}

std::string CommandLine(const Sent& request) {
  std::string line = "curl -X " + request.method;
  for (const auto& [name, value] : request.headers) {
    std::string shown = value.size() > 40 ? value.substr(0, 24) + "..." : value;
    line += " -H '" + name + ": " + shown + "'";
  }
  return line + " " + Url(request);
}

}  // namespace weir::demo
