// Success rates in whole numbers. The rate of a host is x = floor(10^6 s / r)
// of its s successes in r requests. With n hosts, S = sum of x and Q = sum of
// x^2, the standard deviation is sqrt(n Q - S^2) / n, so
//   x < mean - 1.9 sigma   iff   d > 0 and 100 d^2 > 361 (n Q - S^2),  d = S - n x.
// x <= 10^6 < 2^20 and n < 2^32, so S and d are below 2^52, and both sides of the
// last comparison below 2^113: 128 bits hold them, nothing is rounded but x.
#include "runtime/state/ejection.h"

#include <algorithm>
#include <limits>

namespace weir::runtime {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::int64_t kLongest = 300'000'000'000;
constexpr std::uint64_t kRequestsForRate = 100;
constexpr std::size_t kHostsForRate = 5;
constexpr std::uint64_t kWholeRate = 1'000'000;

void Raise(std::uint32_t& count) {
  if (count != std::numeric_limits<std::uint32_t>::max()) ++count;
}

bool Reached(std::uint32_t run, std::uint32_t number) { return number != 0 && run >= number; }

}  // namespace

std::int64_t Ejection::Clock(std::int64_t now) { return now_ = std::max(now_, now); }

std::uint32_t Ejection::allowed() const {
  const auto share =
      static_cast<std::uint32_t>(std::uint64_t{host_count_} * settings_.max_percent / 100);
  // One may go though the share is none, but never the last host.
  return settings_.at_least_one && host_count_ > 1 ? std::max<std::uint32_t>(share, 1) : share;
}

std::uint32_t Ejection::Add() {
  std::uint32_t id = static_cast<std::uint32_t>(hosts_.size());
  if (free_.empty()) {
    hosts_.emplace_back();
  } else {
    id = free_.back();
    free_.pop_back();
  }
  hosts_[id] = {};
  hosts_[id].present = true;
  ++host_count_;
  return id;
}

void Ejection::Remove(std::uint32_t host) {
  if (!Has(host)) return;
  if (hosts_[host].ejected) --ejected_count_;
  hosts_[host] = {};
  free_.push_back(host);
  --host_count_;
}

// What led to the ejection is forgotten: when it ends the host starts afresh.
bool Ejection::Eject(Host& host, std::int64_t now) {
  if (ejected_count_ >= allowed()) return false;
  const std::int64_t longest = std::max(kLongest, settings_.base);
  const auto time = [&] { return static_cast<Wide>(settings_.base) * host.times; };
  if (time() < static_cast<Wide>(longest)) Raise(host.times);
  const std::int64_t wait =
      time() < static_cast<Wide>(longest) ? static_cast<std::int64_t>(time()) : longest;
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  host = {.present = true,
          .ejected = true,
          .was_ejected = true,
          .times = host.times,
          .until = wait > kLast - now ? kLast : now + wait};
  ++ejected_count_;
  return true;
}

bool Ejection::Report(std::uint32_t id, Outcome outcome, std::int64_t now) {
  now = Clock(now);
  if (!Has(id) || hosts_[id].ejected) return false;
  Host& host = hosts_[id];
  if (outcome == Outcome::kLocalFailure && settings_.consecutive_local != 0) {
    Raise(host.run_local);
    return Reached(host.run_local, settings_.consecutive_local) && Eject(host, now);
  }
  host.run_local = 0;
  ++host.requests;
  if (outcome == Outcome::kSuccess) {
    host.run_5xx = host.run_gateway = 0;
    ++host.successes;
    return false;
  }
  Raise(host.run_5xx);
  if (outcome == Outcome::k5xx) {
    host.run_gateway = 0;
  } else {
    Raise(host.run_gateway);
  }
  return (Reached(host.run_5xx, settings_.consecutive_5xx) ||
          Reached(host.run_gateway, settings_.consecutive_gateway)) &&
         Eject(host, now);
}

void Ejection::Clear(std::uint32_t host) {
  if (!ejected(host)) return;
  hosts_[host].ejected = false;
  --ejected_count_;
}

void Ejection::EjectByRate(std::int64_t now) {
  rated_.clear();
  Wide sum = 0;
  Wide squares = 0;
  for (std::uint32_t id = 0; id < hosts_.size(); ++id) {
    const Host& host = hosts_[id];
    if (!host.present || host.ejected || host.requests < kRequestsForRate) continue;
    const auto rate = static_cast<std::uint64_t>(Wide{host.successes} * kWholeRate / host.requests);
    rated_.push_back({rate, id});
    sum += rate;
    squares += Wide{rate} * rate;
  }
  const Wide n = rated_.size();
  if (n < kHostsForRate) return;
  const Wide spread = n * squares - sum * sum;
  // The worst first, since there may not be room for all.
  std::sort(rated_.begin(), rated_.end(), [](const Rated& a, const Rated& b) {
    return a.rate != b.rate ? a.rate < b.rate : a.host < b.host;
  });
  for (const Rated& rated : rated_) {
    const Wide own = n * rated.rate;
    if (own >= sum || 100 * (sum - own) * (sum - own) <= 361 * spread) break;
    if (!Eject(hosts_[rated.host], now)) break;
  }
}

void Ejection::Sweep(std::int64_t now) {
  now = Clock(now);
  for (Host& host : hosts_) {
    if (!host.present) continue;
    if (host.ejected && host.until <= now) {
      host.ejected = false;
      --ejected_count_;
    }
    if (!host.was_ejected && host.times > 0) --host.times;
  }
  if (settings_.success_rate) EjectByRate(now);
  for (Host& host : hosts_) {
    host.was_ejected = host.ejected;
    host.requests = host.successes = 0;
  }
}

}  // namespace weir::runtime
