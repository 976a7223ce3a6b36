// Ejection by the whole history of every host (spec/rules/ejection.md).
//
// For each host all that ever happened to it is kept, in order; runs, counts and
// the multiplier are read off that list whenever they are asked for.
#ifndef WEIR_SPEC_MODEL_EJECTION_H_
#define WEIR_SPEC_MODEL_EJECTION_H_

#include <cstdint>
#include <map>
#include <vector>

namespace weir::model {

struct EjectionPolicy {
  std::uint64_t consecutive_5xx = 0;
  std::uint64_t consecutive_gateway = 0;
  std::uint64_t consecutive_local = 0;  // 0: a local failure is a gateway error
  bool success_rate = false;
  std::int64_t base = 0;
  std::uint64_t max_percent = 10;
  bool at_least_one = false;
};

class Ejection {
 public:
  enum class Event {
    kSuccess,
    k5xx,
    kGatewayError,
    kLocalFailure,  // what was reported
    kEjected,
    kReturned,
    kIntervalEnds,
  };
  using History = std::vector<Event>;

  explicit Ejection(const EjectionPolicy& policy) : policy_(policy) {}

  void Join(std::uint32_t id) { hosts_[id] = {}; }
  void Leave(std::uint32_t id) { hosts_.erase(id); }
  // Whether this ejected the host.
  bool Report(std::uint32_t id, Event outcome, std::int64_t now);
  void EndInterval(std::int64_t now);
  void CheckPassed(std::uint32_t id);

  bool IsEjected(std::uint32_t id) const;
  std::int64_t Until(std::uint32_t id) const { return hosts_.at(id).until; }
  std::uint64_t Ejected() const;
  std::uint64_t Hosts() const { return hosts_.size(); }
  std::uint64_t MayBeEjected() const;  // EJECT-6

 private:
  struct Host {
    History history;
    std::int64_t until = 0;
  };

  bool Eject(Host& host, std::int64_t now);
  std::vector<std::uint32_t> FarBelowTheMean() const;
  std::int64_t Longest() const;
  std::int64_t Multiplier(const History& history) const;
  std::int64_t Clock(std::int64_t now);

  EjectionPolicy policy_;
  std::map<std::uint32_t, Host> hosts_;
  std::int64_t latest_ = 0;
};

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_EJECTION_H_
