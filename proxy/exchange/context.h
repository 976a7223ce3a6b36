// What exchanges use of their worker, which outlives them.
#ifndef WEIR_PROXY_EXCHANGE_CONTEXT_H_
#define WEIR_PROXY_EXCHANGE_CONTEXT_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "proxy/exchange/limit_store.h"
#include "proxy/exchange/mirror.h"
#include "proxy/exchange/random.h"
#include "proxy/net/loop.h"
#include "proxy/observe/log_writer.h"
#include "proxy/observe/metrics.h"

namespace weir::proxy {

class Exchange;

struct ExchangeContext {
  ExchangeContext(net::Loop& its_loop, LimitStore& its_limits, observe::WorkerLog& its_log,
                  observe::WorkerMetrics& its_metrics, Random& its_random);
  ~ExchangeContext();

  // An exchange in its first state; its worker need not keep it.
  Exchange* Take();

  net::Loop& loop;
  LimitStore& limits;
  observe::WorkerLog& log;
  observe::WorkerMetrics& metrics;
  Random& random;
  std::size_t body_lead = 0;  // of a body must have come before a place in a pool is asked for
  Mirrors mirrors;
  std::vector<std::unique_ptr<Exchange>> idle;  // to be used again
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_CONTEXT_H_
