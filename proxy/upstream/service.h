// A service as one worker sees it: its endpoints, and whose turn it is.
//
// Turns are smooth and weighted: of endpoints with weights 3 and 1 every fourth
// try goes to the second, spread evenly. The same picks among weighted targets.
#ifndef WEIR_PROXY_UPSTREAM_SERVICE_H_
#define WEIR_PROXY_UPSTREAM_SERVICE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "proxy/upstream/pool.h"
#include "runtime/table/table.h"

namespace weir::proxy::upstream {

class Turns {
 public:
  void Add(std::uint32_t weight) { entries_.push_back({weight, 0}); }
  std::size_t size() const { return entries_.size(); }
  // The next place, leaving out those for which `skip` is set where another is
  // left (bit i is place i; places from 64 on are never skipped).
  std::size_t Next(std::uint64_t skip = 0);

 private:
  struct Entry {
    std::int64_t weight;
    std::int64_t current;
  };
  std::vector<Entry> entries_;
};

struct Endpoint {
  std::shared_ptr<Pool> pool;
  std::string text;  // "127.0.0.1:3001", for the log
};

// The pools of a worker by address: they outlive a reload that keeps the endpoint.
class Pools {
 public:
  Pools(net::Loop& loop, const PoolSettings& settings) : loop_(loop), settings_(settings) {}
  std::shared_ptr<Pool> Get(const net::SocketAddress& address);
  void CloseIdle();
  const PoolCounters& counters() const { return counters_; }

 private:
  net::Loop& loop_;
  PoolSettings settings_;
  PoolCounters counters_;
  std::map<net::SocketAddress, std::weak_ptr<Pool>> pools_;
};

class Service {
 public:
  Service(const runtime::Table& table, const runtime::ServiceRecord& record, Pools& pools);
  std::size_t Pick(std::uint64_t tried) { return turns_.Next(tried); }
  bool empty() const { return endpoints_.empty(); }
  const Endpoint& endpoint(std::size_t place) const { return endpoints_[place]; }

 private:
  std::vector<Endpoint> endpoints_;
  Turns turns_;
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_SERVICE_H_
