// `weir-proxy` processes under one roof: started together, signalled together,
// and when one ends, all end.
#ifndef WEIR_COMPILER_CLI_SERVE_H_
#define WEIR_COMPILER_CLI_SERVE_H_

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

// Runs all of them to their end. SIGINT, SIGTERM, SIGHUP and SIGUSR1 are passed
// on. 0 when every one ended so, 2 when one could not start or failed.
int Serve(const std::vector<ProxyCommand>& commands);

}  // namespace weir::cli

#endif  // WEIR_COMPILER_CLI_SERVE_H_
