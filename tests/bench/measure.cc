// Runs a command and writes its CPU seconds, its peak memory in MB and how it
// ended (its exit status, or the signal as s24) to a file.
//
//   weir-measure FILE COMMAND [ARGUMENT...]
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const pid_t child = fork();
  if (child == 0) {
    execv(argv[2], argv + 2);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) return 1;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::FILE* file = std::fopen(argv[1], "w");
  if (file == nullptr) return 1;
  std::fprintf(file, "%.2f %.0f %s%d\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
               static_cast<double>(usage.ru_maxrss) / 1024, WIFEXITED(status) ? "" : "s",
               WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
  std::fclose(file);
}
