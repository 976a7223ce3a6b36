// The real `weir`, called as a user calls it, in a folder of the test's own.
#ifndef WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_
#define WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/temporary_folder.h"

namespace weir::tests {

struct Called {
  int status = 0;
  std::string out, err;
};

inline std::string Octets(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Commands run in it.
class Folder : public TemporaryFolder {
 public:
  // A shell line; a program of the build by its name: "weir lint edge.weir".
  // One that still runs after 20 s has status 124.
  Called Call(const std::string& line) const {
    const std::string whole = "cd '" + path().string() +
                              "' && export PATH=" WEIR_BINARY_DIR ":$PATH && timeout -k 1 20 " +
                              line + " >.out 2>.err </dev/null";
    Called called;
    const int status = std::system(whole.c_str());
    called.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    called.out = Octets(path() / ".out");
    called.err = Octets(path() / ".err");
    return called;
  }
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_WEIR_COMMAND_H_
