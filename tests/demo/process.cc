#include "tests/demo/process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace weir::demo {
namespace {

using namespace std::chrono_literals;

void Redirect(const std::string& file, int descriptor) {
  int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (opened < 0 || dup2(opened, descriptor) < 0) _exit(126);
  close(opened);
}

}  // namespace

std::string ReadWhole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool PortAnswers(int port) {
  int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  bool answers = connect(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return answers;
}

Process::Process(std::vector<std::string> command, const std::string& log)
    : name_(command[0].substr(command[0].rfind('/') + 1)), log_(log) {
  std::vector<char*> arguments;
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("cannot start " + name_);
  if (pid_ > 0) return;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  sigset_t none;  // what the demo blocks for itself, the child must hear
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Redirect(log_ + ".out", STDOUT_FILENO);
  Redirect(log_ + ".err", STDERR_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  if (Ended(5)) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Process::Reap() {
  if (pid_ < 0) return true;
  if (waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
  pid_ = -1;
  return true;
}

bool Process::Ended(double seconds) {
  auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (!Reap()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

void Process::AwaitPort(int port) {
  auto until = std::chrono::steady_clock::now() + 10s;
  while (!PortAnswers(port)) {
    bool ended = Reap();
    if (ended || std::chrono::steady_clock::now() > until) {
      throw std::runtime_error(name_ + (ended ? " ended" : " does not listen") + ":\n" +
                               ReadWhole(log_ + ".err"));
    }
    std::this_thread::sleep_for(20ms);
  }
}

std::string Process::Output() const { return ReadWhole(log_ + ".out"); }

}  // namespace weir::demo
