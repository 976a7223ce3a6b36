// `weir-proxy` processes under one roof: started together, signalled together,
// and when one ends, all end.
#ifndef WEIR_COMPILER_CLI_SERVE_H_
#define WEIR_COMPILER_CLI_SERVE_H_

#include <functional>
#include <string>
#include <vector>

namespace weir::cli {

struct ProxyCommand {
  std::string name;                    // of the gateway or sidecar
  std::vector<std::string> arguments;  // the program first
};

// The path of the weir-proxy beside this program; empty when there is none, and
// it has been said where it was looked for.
std::string FindProxy();

// How their tables are made anew while they run: by another process, so that
// signals are heard meanwhile.
struct Recompilation {
  std::vector<std::string> arguments;  // the program first; its status 0: the tables are written
  std::string policy;                  // its file, for what is said
  std::function<bool()> changed;       // since it was last taken, and no more between two looks
  std::function<void()> take;          // it is compiled as it stands
};

// Runs all of them to their end. SIGINT, SIGTERM and SIGUSR1 are passed on. On
// SIGHUP, and when the policy has changed, the tables are made anew, and SIGHUP is
// passed on once they are; what came of it is said on stderr. 0 when every one
// ended as it was told to, 2 when one could not start or failed.
int Serve(const std::vector<ProxyCommand>& commands, const Recompilation& recompilation);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_SERVE_H_
