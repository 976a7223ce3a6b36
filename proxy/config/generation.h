// A table file on its way into service: read, checked, its keys loaded, its log
// opened; everything that can fail does so here, before any worker is told.
#ifndef WEIR_PROXY_CONFIG_GENERATION_H_
#define WEIR_PROXY_CONFIG_GENERATION_H_

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "proxy/config/policy.h"
#include "proxy/observe/log_writer.h"
#include "runtime/auth/authenticator.h"

namespace weir::proxy {

struct Generation {
  std::shared_ptr<const Policy> policy;
  std::vector<std::unique_ptr<runtime::Authenticator>> authenticators;  // one a worker
  std::shared_ptr<observe::LogWriter> log;
};

// `octets` is what `file` holds. `previous` is the log in use: kept when the new table names the
// same. The errors are sentences, at least one.
std::expected<Generation, std::vector<std::string>> LoadGeneration(
    const std::string& file, std::string octets, std::size_t workers,
    std::shared_ptr<observe::LogWriter> previous, upstream::SharedStateRegistry& states);

}  // namespace weir::proxy

#endif  // WEIR_PROXY_CONFIG_GENERATION_H_
