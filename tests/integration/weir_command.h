// The real `weir`, called as a user calls it, in a folder of the test's own.
#ifndef WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_
#define WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_

#include <stdlib.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace weir::tests {

struct Called {
  int status = 0;
  std::string out, err;
};

inline std::string Octets(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// A folder that goes with the object; commands run in it.
class Folder {
 public:
  Folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "weir-test-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void Write(const std::string& name, const std::string& octets) const {
    std::ofstream(path_ / name, std::ios::binary) << octets;
  }
  // A shell line; a program of the build by its name: "weir lint edge.weir".
  // One that still runs after 20 s has status 124.
  Called Call(const std::string& line) const {
    const std::string whole = "cd '" + path_.string() +
                              "' && export PATH=" WEIR_BINARY_DIR ":$PATH && timeout -k 1 20 " +
                              line + " >.out 2>.err </dev/null";
    Called called;
    const int status = std::system(whole.c_str());
    called.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    called.out = Octets(path_ / ".out");
    called.err = Octets(path_ / ".err");
    return called;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_
