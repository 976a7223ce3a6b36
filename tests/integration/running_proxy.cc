#include "tests/integration/running_proxy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "tests/integration/scripted_upstream.h"

namespace weir::tests {
namespace {

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::uint16_t PortAfter(const std::string& text, const std::string& mark) {
  const std::size_t at = text.find(mark);
  if (at == std::string::npos) return 0;
  return static_cast<std::uint16_t>(std::atoi(text.c_str() + at + mark.size()));
}

}  // namespace

bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 1000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

RunningProxy::RunningProxy(const TableSpec& spec, const std::vector<std::string>& more) {
  Start(TableOf(spec), more, {});
}

RunningProxy::RunningProxy(const TableOctets& table, const std::vector<std::string>& more,
                           const std::map<std::string, std::string>& files) {
  Start(table.octets, more, files);
}

void RunningProxy::Start(const std::string& octets, const std::vector<std::string>& more,
                         const std::map<std::string, std::string>& files) {
  WriteTable(octets);
  for (const auto& [name, text] : files) WriteFile(name, text);
  std::vector<std::string> arguments = {WEIR_BINARY_DIR "/weir-proxy",
                                        "--table",
                                        folder() / "edge.weirt",
                                        "--admin",
                                        "127.0.0.1:0",
                                        "--listen",
                                        "edge/0=127.0.0.1:0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const std::string out = folder() / "out", err = folder() / "err";
  pid_ = fork();
  if (pid_ == 0) {
    dup2(open(out.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), 1);
    dup2(open(err.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600), 2);
    if (descriptors_at_start > 0) {
      const rlimit both{descriptors_at_start, descriptors_at_start};
      setrlimit(RLIMIT_NOFILE, &both);
    }
    execv(argv[0], argv.data());
    _exit(127);
  }
  Eventually([this] {
    siginfo_t ended{};
    waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return ended.si_pid == pid_ || errors().find(": ready") != std::string::npos;
  });
  if (errors().find(": ready") == std::string::npos) {
    std::fprintf(stderr, "weir-proxy did not start: %s\n", errors().c_str());
    return;
  }
  port_ = PortAfter(errors(), "listening edge/0 on 127.0.0.1:");
  admin_ = PortAfter(errors(), "admin on 127.0.0.1:");
}

RunningProxy::~RunningProxy() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

std::string RunningProxy::errors() const { return ReadFile(folder() / "err"); }

void RunningProxy::WriteFile(const std::string& name, const std::string& octets) {
  std::ofstream(folder() / "new", std::ios::binary) << octets;
  std::filesystem::rename(folder() / "new", folder() / name);
}

void RunningProxy::Signal(int signal) { kill(pid_, signal); }

void RunningProxy::LimitDescriptors(unsigned descriptors) {
  rlimit limit{};
  prlimit(pid_, RLIMIT_NOFILE, nullptr, &limit);
  limit.rlim_cur = descriptors;
  prlimit(pid_, RLIMIT_NOFILE, &limit, nullptr);
}

std::size_t RunningProxy::ResidentOctets() const {
  std::istringstream in(ReadFile("/proc/" + std::to_string(pid_) + "/statm"));
  std::size_t size = 0, resident = 0;
  in >> size >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t RunningProxy::Descriptors() const {
  const std::filesystem::directory_iterator open("/proc/" + std::to_string(pid_) + "/fd");
  return static_cast<std::size_t>(std::distance(begin(open), end(open)));
}

std::size_t RunningProxy::HighestDescriptor() const {
  std::size_t highest = 0;
  for (const auto& each :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid_) + "/fd")) {
    highest = std::max<std::size_t>(highest, std::stoul(each.path().filename()));
  }
  return highest;
}

int RunningProxy::Wait() {
  int status = 0;
  if (!Eventually([&] { return waitpid(pid_, &status, WNOHANG) == pid_; })) return -1;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::vector<std::string> RunningProxy::Log(std::size_t records) {
  std::vector<std::string> lines;
  Eventually([&] {
    lines.clear();
    std::istringstream in(ReadFile(folder() / "out"));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines.size() >= records;
  });
  return lines;
}

bool RunningProxy::AwaitError(const std::string& text) {
  return Eventually([&] { return errors().find(text) != std::string::npos; });
}

std::string RunningProxy::Admin(const std::string& path) {
  Peer peer(ConnectTo(admin_));
  peer.Write("GET " + path + " HTTP/1.1\r\nhost: admin\r\n\r\n");
  return peer.ReadTo("\x01");  // to the end
}

}  // namespace weir::tests
