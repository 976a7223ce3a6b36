// Counters of requests, in Prometheus' text form.
//
// Each worker counts for itself, without locks; a scrape adds the workers up.
// The number of series is bounded: routes come from tables, methods are nine,
// and past kMaxRoutes names (many reloads) all others count as "other".
#ifndef WEIR_PROXY_OBSERVE_METRICS_H_
#define WEIR_PROXY_OBSERVE_METRICS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/base/mutex.h"
#include "runtime/request/reason.h"

namespace weir::proxy::observe {

// One writer, any reader.
class Counter {
 public:
  void Add(std::uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Upper bounds in ns.
inline constexpr std::array<std::int64_t, 13> kDurationBounds = {
    500'000,       1'000'000,     2'500'000,     5'000'000,   10'000'000,
    25'000'000,    50'000'000,    100'000'000,   250'000'000, 1'000'000'000,
    2'500'000'000, 5'000'000'000, 10'000'000'000};

// Names of routes as small numbers, for all workers and tables.
class RouteNames {
 public:
  static constexpr std::uint32_t kMaxRoutes = 4096;
  std::uint32_t Id(std::string_view route, std::string_view service);
  std::pair<std::string, std::string> Name(std::uint32_t id) const;

 private:
  mutable runtime::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint32_t, std::less<>> ids_
      WEIR_GUARDED_BY(mutex_);
  std::vector<std::pair<std::string, std::string>> names_ WEIR_GUARDED_BY(mutex_){
      {"", ""}, {"other", "other"}};
};

class WorkerMetrics {
 public:
  struct Request {
    std::uint32_t route = 0;  // RouteNames
    std::string_view method;
    std::uint16_t status = 0;
    runtime::Reason reason = runtime::Reason::kOk;
    std::int64_t duration = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };
  void Ended(const Request& request);

  Counter connections_opened, connections_closed;
  Counter requests_started, requests_ended;
  Counter retries, retry_budget_refusals, limit_refusals, accept_failures;
  Counter connections_given_way, address_refusals;
  Counter hedges, overflows, mirrors, mirrors_dropped;
  Counter bytes_in, bytes_out;

 private:
  friend class Exposition;
  struct Histogram {
    std::array<Counter, kDurationBounds.size() + 1> buckets;
    Counter sum_us;
  };
  mutable runtime::Mutex mutex_;  // taken by the worker only to add a series
  std::unordered_map<std::uint64_t, std::unique_ptr<Counter>> requests_;
  std::unordered_map<std::uint32_t, std::unique_ptr<Histogram>> durations_;
};

// One host of a service, as it stands.
struct HostMetrics {
  std::string address;
  bool healthy = true, ejected = false;
  std::uint64_t in_flight = 0;
};
struct ServiceMetrics {
  std::string name;
  std::vector<HostMetrics> hosts;
  bool has_pool = false;
  std::uint64_t connections = 0, in_flight = 0, waiting = 0;
  std::uint64_t ejections = 0;
};
struct BreakerMetrics {
  std::string name, service;
  int state = 0;  // 0 closed, 1 open, 2 half-open
  std::uint64_t openings = 0, refusals = 0;
};

// What is not counted by a worker.
struct ProcessMetrics {
  std::vector<ServiceMetrics> services;
  std::vector<BreakerMetrics> breakers;
  std::uint64_t endpoint_reloads = 0;
  std::uint64_t endpoint_failures = 0;
  std::uint64_t reloads = 0;
  std::uint64_t reload_failures = 0;
  std::uint64_t log_dropped = 0;
  std::uint64_t upstream_connects = 0;
  std::uint64_t upstream_reuses = 0;
  std::uint64_t limiter_entries = 0;
};

std::string Expose(std::span<const WorkerMetrics* const> workers, const RouteNames& names,
                   const ProcessMetrics& process);

}  // namespace weir::proxy::observe

#endif  // WEIR_PROXY_OBSERVE_METRICS_H_
