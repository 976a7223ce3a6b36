#include "proxy/observe/metrics.h"

#include <cstdio>

namespace weir::proxy::observe {
namespace {

constexpr std::array<std::string_view, 9> kMethods = {"GET",   "HEAD",    "POST",  "PUT",  "DELETE",
                                                      "PATCH", "OPTIONS", "TRACE", "other"};

std::uint64_t MethodPlace(std::string_view method) {
  std::uint64_t place = 0;
  while (place + 1 < kMethods.size() && kMethods[place] != method) ++place;
  return place;
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void Family(std::string_view name, std::string_view type, std::string_view help, std::string& out) {
  out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
  out.append(name).append(" ").append(type).append("\n");
}

void Single(std::string_view name, std::string_view type, std::string_view help,
            std::uint64_t value, std::string& out) {
  Family(name, type, help, out);
  out.append(name).append(" ").append(std::to_string(value)).append("\n");
}

std::string Seconds(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", static_cast<double>(ns) / 1e9);
  return text;
}

}  // namespace

std::uint32_t RouteNames::Id(std::string_view route, std::string_view service) {
  const runtime::MutexLock lock(mutex_);
  const std::pair<std::string, std::string> name(route, service);
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  if (names_.size() >= kMaxRoutes) return 1;
  const auto id = static_cast<std::uint32_t>(names_.size());
  names_.push_back(name);
  ids_.emplace(name, id);
  return id;
}

std::pair<std::string, std::string> RouteNames::Name(std::uint32_t id) const {
  const runtime::MutexLock lock(mutex_);
  return names_[id];
}

void WorkerMetrics::Ended(const Request& request) {
  requests_ended.Add();
  bytes_in.Add(request.bytes_in);
  bytes_out.Add(request.bytes_out);
  const std::uint64_t key = std::uint64_t{request.route} << 32 | MethodPlace(request.method) << 16 |
                            static_cast<std::uint64_t>(request.status / 100) << 8 |
                            static_cast<std::uint64_t>(request.reason);
  auto series = requests_.find(key);
  if (series == requests_.end()) {
    const runtime::MutexLock lock(mutex_);
    series = requests_.emplace(key, std::make_unique<Counter>()).first;
  }
  series->second->Add();
  auto histogram = durations_.find(request.route);
  if (histogram == durations_.end()) {
    const runtime::MutexLock lock(mutex_);
    histogram = durations_.emplace(request.route, std::make_unique<Histogram>()).first;
  }
  std::size_t bucket = 0;
  while (bucket < kDurationBounds.size() && request.duration > kDurationBounds[bucket]) ++bucket;
  histogram->second->buckets[bucket].Add();
  histogram->second->sum_us.Add(static_cast<std::uint64_t>(request.duration / 1000));
}

// Adds the workers' series up, and writes them.
class Exposition {
 public:
  explicit Exposition(std::span<const WorkerMetrics* const> workers) : workers_(workers) {
    for (const WorkerMetrics* worker : workers) {
      const runtime::MutexLock lock(worker->mutex_);
      for (const auto& [key, counter] : worker->requests_) requests_[key] += counter->value();
      for (const auto& [route, histogram] : worker->durations_) {
        auto& sum = durations_[route];
        for (std::size_t i = 0; i < histogram->buckets.size(); ++i) {
          sum.buckets[i] += histogram->buckets[i].value();
        }
        sum.sum_us += histogram->sum_us.value();
      }
    }
  }

  void Requests(const RouteNames& names, std::string& out) const {
    Family("weir_requests_total", "counter", "Requests that ended.", out);
    for (const auto& [key, count] : requests_) {
      const auto [route, service] = names.Name(static_cast<std::uint32_t>(key >> 32));
      const auto reason = static_cast<runtime::Reason>(key & 0xff);
      out.append("weir_requests_total{route=").append(Quoted(route));
      out.append(",service=").append(Quoted(service));
      out.append(",method=\"").append(kMethods[key >> 16 & 0xff]);
      out.append("\",status=\"").append(std::to_string(key >> 8 & 0xff)).append("xx\",reason=\"");
      out.append(runtime::ReasonName(reason))
          .append("\"} ")
          .append(std::to_string(count))
          .append("\n");
    }
  }

  void Durations(const RouteNames& names, std::string& out) const {
    constexpr std::string_view kName = "weir_request_duration_seconds";
    Family(kName, "histogram", "From a request's head to its record.", out);
    for (const auto& [id, histogram] : durations_) {
      const auto [route, service] = names.Name(id);
      const std::string labels = "route=" + Quoted(route) + ",service=" + Quoted(service);
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < histogram.buckets.size(); ++i) {
        below += histogram.buckets[i];
        const std::string bound = i < kDurationBounds.size() ? Seconds(kDurationBounds[i]) : "+Inf";
        out.append(kName).append("_bucket{").append(labels).append(",le=\"").append(bound);
        out.append("\"} ").append(std::to_string(below)).append("\n");
      }
      char sum[48];
      std::snprintf(sum, sizeof sum, "%.6f", static_cast<double>(histogram.sum_us) / 1e6);
      out.append(kName).append("_sum{").append(labels).append("} ").append(sum).append("\n");
      out.append(kName).append("_count{").append(labels).append("} ");
      out.append(std::to_string(below)).append("\n");
    }
  }

  std::uint64_t Sum(Counter WorkerMetrics::* counter) const {
    std::uint64_t sum = 0;
    for (const WorkerMetrics* worker : workers_) sum += (worker->*counter).value();
    return sum;
  }

 private:
  struct Sums {
    std::array<std::uint64_t, kDurationBounds.size() + 1> buckets{};
    std::uint64_t sum_us = 0;
  };
  std::span<const WorkerMetrics* const> workers_;
  std::map<std::uint64_t, std::uint64_t> requests_;
  std::map<std::uint32_t, Sums> durations_;
};

// A family whose series have labels.
class Labelled {
 public:
  Labelled(std::string_view name, std::string_view type, std::string_view help, std::string& out)
      : name_(name), out_(out) {
    Family(name, type, help, out);
  }
  void Add(std::initializer_list<std::pair<std::string_view, std::string_view>> labels,
           std::uint64_t value) {
    out_.append(name_);
    char before = '{';
    for (const auto& [label, text] : labels) {
      (out_ += std::exchange(before, ',')).append(label).append("=").append(Quoted(text));
    }
    out_.append("} ").append(std::to_string(value)).append("\n");
  }

 private:
  std::string_view name_;
  std::string& out_;
};

void Hosts(const std::vector<ServiceMetrics>& services, std::string& out) {
  const auto each = [&](std::string_view name, std::string_view help, auto value) {
    Labelled family(name, "gauge", help, out);
    for (const ServiceMetrics& service : services) {
      for (const HostMetrics& host : service.hosts) {
        family.Add({{"service", service.name}, {"host", host.address}}, value(host));
      }
    }
  };
  each("weir_host_healthy", "1 while the active checks hold a host for healthy.",
       [](const HostMetrics& host) { return std::uint64_t{host.healthy}; });
  each("weir_host_ejected", "1 while a host is ejected.",
       [](const HostMetrics& host) { return std::uint64_t{host.ejected}; });
  each("weir_host_requests_active", "Tries under way at a host.",
       [](const HostMetrics& host) { return host.in_flight; });
}

void Services(const std::vector<ServiceMetrics>& services, std::string& out) {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help,
                        auto value, bool pools_only) {
    Labelled family(name, type, help, out);
    for (const ServiceMetrics& service : services) {
      if (!pools_only || service.has_pool) family.Add({{"service", service.name}}, value(service));
    }
  };
  each(
      "weir_pool_connections", "gauge", "Connections of a service's pool, over all workers.",
      [](const ServiceMetrics& s) { return s.connections; }, true);
  each(
      "weir_pool_requests_active", "gauge", "Tries that hold a place of a service's pool.",
      [](const ServiceMetrics& s) { return s.in_flight; }, true);
  each(
      "weir_pool_pending", "gauge", "Tries that wait for a place of a service's pool.",
      [](const ServiceMetrics& s) { return s.waiting; }, true);
  each(
      "weir_ejections_total", "counter", "Hosts that were ejected.",
      [](const ServiceMetrics& s) { return s.ejections; }, false);
}

void Breakers(const std::vector<BreakerMetrics>& breakers, std::string& out) {
  const auto each = [&](std::string_view name, std::string_view type, std::string_view help,
                        auto value) {
    Labelled family(name, type, help, out);
    for (const BreakerMetrics& breaker : breakers) {
      family.Add({{"breaker", breaker.name}, {"service", breaker.service}}, value(breaker));
    }
  };
  each("weir_breaker_state", "gauge", "0 closed, 1 open, 2 half-open.",
       [](const BreakerMetrics& b) { return static_cast<std::uint64_t>(b.state); });
  each("weir_breaker_openings_total", "counter", "Times that a breaker opened.",
       [](const BreakerMetrics& b) { return b.openings; });
  each("weir_breaker_refusals_total", "counter", "Tries that a breaker refused.",
       [](const BreakerMetrics& b) { return b.refusals; });
}

std::string Expose(std::span<const WorkerMetrics* const> workers, const RouteNames& names,
                   const ProcessMetrics& process) {
  using W = WorkerMetrics;
  const Exposition all(workers);
  std::string out;
  all.Requests(names, out);
  all.Durations(names, out);
  const auto counter = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    Single(name, "counter", help, value, out);
  };
  const std::uint64_t ended = all.Sum(&W::requests_ended), closed = all.Sum(&W::connections_closed);
  Single("weir_requests_active", "gauge", "Requests in progress.",
         all.Sum(&W::requests_started) - ended, out);
  Single("weir_connections_active", "gauge", "Client connections open.",
         all.Sum(&W::connections_opened) - closed, out);
  counter("weir_connections_total", "Client connections accepted.",
          all.Sum(&W::connections_opened));
  counter("weir_accept_failures_total", "Connections that could not be accepted.",
          all.Sum(&W::accept_failures));
  counter("weir_connections_given_way_total",
          "Waiting connections closed for others to have their place.",
          all.Sum(&W::connections_given_way));
  counter("weir_address_refusals_total",
          "Connections refused to an address that has as many as it may.",
          all.Sum(&W::address_refusals));
  counter("weir_retries_total", "Tries after the first.", all.Sum(&W::retries));
  counter("weir_retry_budget_refusals_total", "Retries that the budget refused.",
          all.Sum(&W::retry_budget_refusals));
  counter("weir_hedges_total", "Tries made beside one that had not answered.", all.Sum(&W::hedges));
  counter("weir_pool_overflows_total", "Tries for which a service's pool had no place.",
          all.Sum(&W::overflows));
  counter("weir_mirrors_total", "Copies of requests that were sent.", all.Sum(&W::mirrors));
  counter("weir_mirrors_dropped_total", "Copies of requests that could not be sent.",
          all.Sum(&W::mirrors_dropped));
  counter("weir_limit_refusals_total", "Requests refused by a rate limit.",
          all.Sum(&W::limit_refusals));
  counter("weir_request_body_bytes_total", "Octets of request bodies.", all.Sum(&W::bytes_in));
  counter("weir_response_body_bytes_total", "Octets of response bodies.", all.Sum(&W::bytes_out));
  counter("weir_upstream_connects_total", "Connections opened to upstreams.",
          process.upstream_connects);
  counter("weir_upstream_reuses_total", "Streams on kept connections.", process.upstream_reuses);
  Hosts(process.services, out);
  Services(process.services, out);
  Breakers(process.breakers, out);
  counter("weir_endpoint_reloads_total", "Endpoints files taken into use.",
          process.endpoint_reloads);
  counter("weir_endpoint_failures_total", "Endpoints files refused.", process.endpoint_failures);
  counter("weir_reloads_total", "Tables taken into use.", process.reloads);
  counter("weir_reload_failures_total", "Tables refused on reload.", process.reload_failures);
  counter("weir_log_dropped_total", "Access-log records dropped.", process.log_dropped);
  Single("weir_limiter_entries", "gauge", "Keys held by the local limiter.",
         process.limiter_entries, out);
  return out;
}

}  // namespace weir::proxy::observe
