#include "compiler/cli/serve.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "compiler/cli/output.h"

namespace weir::cli {
namespace {

constexpr int kPassedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

sigset_t Awaited() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kPassedOn) sigaddset(&set, signal);
  sigaddset(&set, SIGCHLD);
  return set;
}

// In a process group of its own: Ctrl-C at a terminal would otherwise reach the
// proxy twice, once from the terminal and once from here, and the second one
// cuts off what the first began to drain. It ends when this program is killed.
pid_t Start(const std::vector<std::string>& command, const sigset_t& before,
            bool print_to_stderr = false) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child != 0) return child;
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(kBadCall);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  if (print_to_stderr) dup2(STDERR_FILENO, STDOUT_FILENO);
  execv(arguments[0], arguments.data());
  _exit(127);
}

class Family {
 public:
  Family(const Recompilation& recompilation, const sigset_t& before)
      : recompilation_(recompilation), before_(before) {}

  void Add(pid_t child, const std::string& name) { running_[child] = name; }
  bool empty() const { return running_.empty(); }
  int status() const { return status_; }

  void Fail(const std::string& why) {
    Complain(why);
    status_ = kBadCall;
    End();
  }
  void Signal(int signal) {
    ending_ = ending_ || signal == SIGINT || signal == SIGTERM;
    if (ending_ && compiler_ > 0) kill(compiler_, SIGTERM);
    for (const auto& [child, name] : running_) kill(child, signal);
  }
  // Another request while one is under way is served after it.
  void Recompile(const std::string& why) {
    if (ending_) return;
    if (compiler_ > 0) {
      again_ = why;
      return;
    }
    why_ = why;
    recompilation_.take();  // what changes while it is compiled is compiled again
    compiler_ = Start(recompilation_.arguments, before_, true);
    if (compiler_ > 0) return;
    compiler_ = 0;
    Compiled(false);
  }
  void LookForChanges() {
    if (compiler_ == 0 && !ending_ && recompilation_.changed()) Recompile("the policy changed");
  }

  // The first that ends takes the others with it: half a mesh serves nobody.
  void Reap() {
    int status = 0;
    for (pid_t child; (child = waitpid(-1, &status, WNOHANG)) > 0;) {
      if (child == compiler_) {
        compiler_ = 0;
        Compiled(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        continue;
      }
      const auto found = running_.find(child);
      if (found == running_.end()) continue;
      const std::string name = "weir-proxy of '" + found->second + "'";
      running_.erase(found);
      const bool fine = WIFEXITED(status) && WEXITSTATUS(status) == 0;
      const std::string others = running_.empty() || ending_ ? "" : "; the others are stopped";
      if (!fine) {
        Fail(name +
             (WIFSIGNALED(status)
                  ? std::string(" was ended by signal ") + strsignal(WTERMSIG(status))
                  : " ended with status " + std::to_string(WEXITSTATUS(status))) +
             others);
      } else if (!ending_) {
        if (!others.empty()) Complain(name + " has ended" + others);
        End();
      }
    }
  }

 private:
  void End() {
    if (!ending_) Signal(SIGTERM);
  }
  void Compiled(bool fine) {
    if (ending_) return;
    const std::string what = why_ + ": '" + recompilation_.policy + "' ";
    if (fine) {
      Complain(what + "is compiled anew; " +
               (running_.size() == 1
                    ? "its proxy loads its table"
                    : std::to_string(running_.size()) + " proxies load their tables"));
      Signal(SIGHUP);
    } else {
      Complain(what + "is not taken: the tables in force stay");
    }
    if (!again_.empty()) Recompile(std::exchange(again_, {}));
  }

  const Recompilation& recompilation_;
  const sigset_t before_;
  pid_t compiler_ = 0;  // 0: none
  std::string why_, again_;
  std::map<pid_t, std::string> running_;
  int status_ = kFine;
  bool ending_ = false;
};

}  // namespace

std::string FindProxy() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const std::string path = (self.parent_path() / "weir-proxy").string();
  if (!error && access(path.c_str(), X_OK) == 0) return path;
  Complain("'" + path + "' is not there or cannot be executed: weir run starts the weir-proxy " +
           "that lies beside weir");
  return "";
}

int Serve(const std::vector<ProxyCommand>& commands, const Recompilation& recompilation) {
  constexpr timespec kLook{.tv_sec = 0, .tv_nsec = 500'000'000};
  const sigset_t awaited = Awaited();
  sigset_t before;
  sigprocmask(SIG_BLOCK, &awaited, &before);
  Family family(recompilation, before);
  for (const ProxyCommand& command : commands) {
    const pid_t child = Start(command.arguments, before);
    if (child > 0) {
      family.Add(child, command.name);
      continue;
    }
    family.Fail("weir-proxy of '" + command.name + "' cannot be started: " + std::strerror(errno));
    break;
  }
  while (!family.empty()) {
    siginfo_t info{};
    const int signal = sigtimedwait(&awaited, &info, &kLook);
    if (signal == SIGHUP) {
      family.Recompile("SIGHUP");
    } else if (signal > 0 && signal != SIGCHLD) {
      family.Signal(signal);
    }
    family.Reap();
    if (signal < 0) family.LookForChanges();
  }
  sigprocmask(SIG_SETMASK, &before, nullptr);
  return family.status();
}

}  // namespace weir::cli
