// A service's pool as the list of its connections and of who waits
// (spec/rules/pool.md). Nothing is counted that can be looked up.
#ifndef WEIR_SPEC_MODEL_POOL_H_
#define WEIR_SPEC_MODEL_POOL_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace weir::model {

struct PoolPolicy {
  std::uint64_t connections = 1024;
  std::uint64_t pending = 1024;
  std::uint64_t requests = 1024;
};

class Pool {
 public:
  enum class Use { kInFlight, kIdle, kPromised };
  enum class Verdict { kReuse, kConnect, kReplace, kWait, kOverflow };
  struct Connection {
    std::uint32_t worker = 0;
    Use use = Use::kInFlight;
  };
  struct Waiter {
    std::uint32_t worker = 0;
    std::uint64_t name = 0;
    bool operator==(const Waiter&) const = default;
  };
  struct Answer {
    Verdict verdict = Verdict::kOverflow;
    std::vector<std::uint32_t> givers;  // one of these is to be asked to yield; see Promise()
  };

  explicit Pool(const PoolPolicy& policy) : policy_(policy) {}

  // Worker w asks; `name` is what it is called by if it has to wait.
  Answer Ask(std::uint32_t w, bool match, std::uint64_t name);
  // Which of the givers is asked is not laid down.
  void Promise(std::uint32_t giver) { Change(giver, Use::kIdle, Use::kPromised); }

  // Who is granted the place that becomes free (POOL-8).
  std::optional<Waiter> Finish(std::uint32_t w, bool kept);
  std::optional<Waiter> IdleClosed(std::uint32_t w);
  std::optional<Waiter> Yield(std::uint32_t w, bool has_idle);
  bool GiveUp(std::uint64_t name);

  std::uint64_t Count(Use use) const;
  std::uint64_t Count(std::uint32_t w, Use use) const;
  std::uint64_t Connections() const { return connections_.size(); }
  const std::vector<Waiter>& waiting() const { return waiting_; }
  bool KeepsItsBounds() const;  // POOL-10

 private:
  bool Change(std::uint32_t w, Use from, Use to);
  std::optional<Waiter> Free(std::uint32_t w, Use use, bool usable);

  PoolPolicy policy_;
  std::vector<Connection> connections_;
  std::vector<Waiter> waiting_;  // who has waited longest first
};

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_POOL_H_
