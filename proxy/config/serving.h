// A policy as one worker serves it: its verifier of tokens, its ways to the
// services, and what is computed once for a listener or route. A reload makes a
// new one; requests keep the one they began with.
#ifndef WEIR_PROXY_CONFIG_SERVING_H_
#define WEIR_PROXY_CONFIG_SERVING_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "proxy/config/policy.h"
#include "proxy/observe/metrics.h"
#include "proxy/upstream/service.h"
#include "runtime/auth/authenticator.h"
#include "runtime/decide/options.h"

namespace weir::proxy {

class Serving {
 public:
  Serving(std::shared_ptr<const Policy> policy,
          std::unique_ptr<runtime::Authenticator> authenticator,
          upstream::WorkerPools& worker_pools, std::string_view zone, observe::RouteNames& names);

  const Policy& policy() const { return *policy_; }
  const runtime::Table& table() const { return policy_->table(); }
  runtime::Authenticator& authenticator() { return *authenticator_; }
  const runtime::ListenerOptions& options(std::uint32_t listener) const {
    return options_[listener];
  }
  upstream::Service& service(runtime::Index service) { return services_[service]; }
  std::uint32_t metrics_id(runtime::Index route) const { return route_ids_[route]; }

 private:
  std::shared_ptr<const Policy> policy_;
  std::unique_ptr<runtime::Authenticator> authenticator_;
  std::vector<runtime::ListenerOptions> options_;
  std::vector<upstream::Service> services_;
  std::vector<std::uint32_t> route_ids_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_CONFIG_SERVING_H_
