// Which hosts of a service are ejected for how they answer: passive health
// (spec/rules/ejection.md).
//
//   Ejection ejection(settings);
//   const std::uint32_t host = ejection.Add();
//   if (ejection.Report(host, Ejection::Outcome::k5xx, now)) LogEjected(host);
//   ...                      // every settings.every:
//   ejection.Sweep(now);
//
// Times are nanoseconds from 0 on; a clock that was read out of turn counts as
// the latest time seen. Not synchronised. An id must be removed before it can be
// handed out again; a result that arrives after Remove() must not be reported,
// or it may count for the id's next host. What names no host changes nothing.
#ifndef WEIR_RUNTIME_STATE_EJECTION_H_
#define WEIR_RUNTIME_STATE_EJECTION_H_

#include <cstdint>
#include <vector>

namespace weir::runtime {

struct EjectionSettings {
  std::uint32_t consecutive_5xx = 5;  // 0: off, here and in the next
  std::uint32_t consecutive_gateway = 0;
  std::uint32_t consecutive_local = 0;  // 0: a local failure is a gateway error
  bool success_rate = false;
  std::int64_t every = 10'000'000'000;  // the caller's: it calls Sweep so often
  std::int64_t base = 30'000'000'000;
  std::uint32_t max_percent = 10;
  bool at_least_one = false;
};

class Ejection {
 public:
  enum class Outcome : std::uint8_t {
    kSuccess,       // any answer below 500, 429 among them
    k5xx,           // 5xx other than the next
    kGatewayError,  // 502, 503, 504: counts as 5xx too
    kLocalFailure,  // no answer: connect failure, reset, time-out
  };

  explicit Ejection(const EjectionSettings& settings) : settings_(settings) {}

  std::uint32_t Add();
  void Remove(std::uint32_t host);

  // True: this ejected the host.
  bool Report(std::uint32_t host, Outcome outcome, std::int64_t now);
  // The end of an interval: ends ejections that are over, lowers the multiplier
  // of who was never ejected in it, and ejects by success rate.
  void Sweep(std::int64_t now);
  // An active check passed: ends the host's ejection, if it is ejected.
  void Clear(std::uint32_t host);

  bool ejected(std::uint32_t host) const { return Has(host) && hosts_[host].ejected; }
  // Has a meaning while the host is ejected.
  std::int64_t ejected_until(std::uint32_t host) const {
    return Has(host) ? hosts_[host].until : 0;
  }
  std::uint32_t ejected_count() const { return ejected_count_; }
  std::uint32_t hosts() const { return host_count_; }
  // No ejection takes the count above this, for the hosts that there are now.
  std::uint32_t allowed() const;

 private:
  struct Host {
    bool present = false;
    bool ejected = false;
    bool was_ejected = false;  // at some time in this interval
    std::uint32_t times = 0;   // the multiplier
    std::uint32_t run_5xx = 0;
    std::uint32_t run_gateway = 0;
    std::uint32_t run_local = 0;
    std::uint64_t requests = 0;  // in this interval
    std::uint64_t successes = 0;
    std::int64_t until = 0;
  };
  struct Rated {
    std::uint64_t rate;
    std::uint32_t host;
  };

  bool Has(std::uint32_t host) const { return host < hosts_.size() && hosts_[host].present; }
  bool Eject(Host& host, std::int64_t now);
  void EjectByRate(std::int64_t now);
  std::int64_t Clock(std::int64_t now);

  EjectionSettings settings_;
  std::vector<Host> hosts_;
  std::vector<std::uint32_t> free_;
  std::vector<Rated> rated_;
  std::uint32_t host_count_ = 0;
  std::uint32_t ejected_count_ = 0;
  std::int64_t now_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_EJECTION_H_
