// What services and breakers of a policy stand at, for a scrape.
#ifndef WEIR_PROXY_SERVER_SERVICE_METRICS_H_
#define WEIR_PROXY_SERVER_SERVICE_METRICS_H_

#include <vector>

#include "proxy/config/policy.h"
#include "proxy/observe/metrics.h"

namespace weir::proxy::server {

std::vector<observe::ServiceMetrics> ServiceMetrics(const Policy& policy);
std::vector<observe::BreakerMetrics> BreakerMetrics(const Policy& policy);

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_SERVICE_METRICS_H_
