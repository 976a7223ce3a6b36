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
  const std::lock_guard lock(mutex_);
  const std::pair<std::string, std::string> name(route, service);
  if (const auto known = ids_.find(name); known != ids_.end()) return known->second;
  if (names_.size() >= kMaxRoutes) return 1;
  const auto id = static_cast<std::uint32_t>(names_.size());
  names_.push_back(name);
  ids_.emplace(name, id);
  return id;
}

std::pair<std::string, std::string> RouteNames::Name(std::uint32_t id) const {
  const std::lock_guard lock(mutex_);
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
    const std::lock_guard lock(mutex_);
    series = requests_.emplace(key, std::make_unique<Counter>()).first;
  }
  series->second->Add();
  auto histogram = durations_.find(request.route);
  if (histogram == durations_.end()) {
    const std::lock_guard lock(mutex_);
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
      const std::lock_guard lock(worker->mutex_);
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
      out.append(runtime::ReasonName(reason)).append("\"} ").append(std::to_string(count)).append("\n");
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

  std::uint64_t Sum(Counter WorkerMetrics::*counter) const {
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
  counter("weir_connections_total", "Client connections accepted.", all.Sum(&W::connections_opened));
  counter("weir_accept_failures_total", "Connections that could not be accepted.",
          all.Sum(&W::accept_failures));
  counter("weir_retries_total", "Tries after the first.", all.Sum(&W::retries));
  counter("weir_retry_budget_refusals_total", "Retries that the budget refused.",
          all.Sum(&W::retry_budget_refusals));
  counter("weir_limit_refusals_total", "Requests refused by a rate limit.",
          all.Sum(&W::limit_refusals));
  counter("weir_request_body_bytes_total", "Octets of request bodies.", all.Sum(&W::bytes_in));
  counter("weir_response_body_bytes_total", "Octets of response bodies.", all.Sum(&W::bytes_out));
  counter("weir_upstream_connects_total", "Connections opened to upstreams.", process.upstream_connects);
  counter("weir_upstream_reuses_total", "Streams on kept connections.", process.upstream_reuses);
  counter("weir_reloads_total", "Tables taken into use.", process.reloads);
  counter("weir_reload_failures_total", "Tables refused on reload.", process.reload_failures);
  counter("weir_log_dropped_total", "Access-log records dropped.", process.log_dropped);
  Single("weir_limiter_entries", "gauge", "Keys held by the local limiter.", process.limiter_entries, out);
  return out;
}

}  // namespace weir::proxy::observe
