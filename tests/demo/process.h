// Child processes of the demo: started with their output in a file, ended when
// the object goes, and waited for until they listen.
#ifndef WEIR_TESTS_DEMO_PROCESS_H_
#define WEIR_TESTS_DEMO_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace weir::demo {

class Process {
 public:
  // Starts `command` (a program's path and its arguments); stdout and stderr go
  // to `log` + ".out" and ".err". Throws std::runtime_error.
  Process(std::vector<std::string> command, const std::string& log);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // SIGTERM, then after 5 s SIGKILL

  // Waits until 127.0.0.1:port accepts a connection; throws with the process's
  // last words when it ends or 10 s pass first.
  void AwaitPort(int port);
  // True when the process has ended by itself within `seconds`.
  bool Ended(double seconds);
  std::string Output() const;
  pid_t pid() const { return pid_; }

 private:
  bool Reap();
  std::string name_;
  std::string log_;
  pid_t pid_ = -1;
};

// Whether anything accepts on 127.0.0.1:port.
bool PortAnswers(int port);
std::string ReadWhole(const std::string& path);

}  // namespace weir::demo

#endif  // WEIR_TESTS_DEMO_PROCESS_H_
