// Golden files: tests/golden/AREA/NAME.weir, each a policy that carries what a
// command says about it.
//
//   #$ fmt --check FILE            the first line: arguments of `weir`
//   service a { ... }              the policy
//   #> error[syntax]: ...          the output, stdout before stderr, and
//   #> exit 2                      the exit status
//
// FILE stands for the file's own name, in whose folder the command runs. With
// `-` the policy comes from stdin, without the lines that begin #$ and #>.
// `fail_` begins the name exactly when the exit status is not 0.
// tests/golden/update writes the last part anew.
#ifndef WEIR_TESTS_GOLDEN_GOLDEN_H_
#define WEIR_TESTS_GOLDEN_GOLDEN_H_

#include <filesystem>
#include <string>
#include <vector>

namespace weir::golden {

struct Golden {
  std::filesystem::path path;
  std::string command;      // behind "#$ "
  std::string policy;       // without the lines that begin #$ and #>
  std::string whole;        // all but the expectation
  std::string expectation;  // the lines behind "#> "
};

std::vector<std::filesystem::path> All();
Golden Read(const std::filesystem::path& path);

struct Outcome {
  std::string text;  // as an expectation
  int status = 0;
};
Outcome Run(const Golden& golden);

void Update(const Golden& golden, const Outcome& outcome);

}  // namespace weir::golden

#endif  // WEIR_TESTS_GOLDEN_GOLDEN_H_
