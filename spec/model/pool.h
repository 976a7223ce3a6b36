// A service's pool as the list of its connections and of who waits
// (spec/rules/pool.md). Nothing is counted that can be looked up.
#ifndef WEIR_SPEC_MODEL_POOL_H_
#define WEIR_SPEC_MODEL_POOL_H_

#include <cstddef>
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
  enum class Use { kInUse, kIdle, kPromised };
  enum class Verdict { kShare, kReuse, kConnect, kReplace, kWait, kOverflow };
  struct Connection {
    std::uint32_t worker = 0;
    Use use = Use::kInUse;
    std::uint64_t capacity = 1;
    std::uint64_t requests = 0;  // that it carries
    bool draining = false;
    bool HasRoom() const { return use == Use::kInUse && requests < capacity && !draining; }
  };
  struct Waiter {
    std::uint32_t worker = 0;
    std::uint64_t name = 0;
    std::uint64_t overtaken = 0;  // by how many that took room while it waited longest
  };
  struct Answer {
    Verdict verdict = Verdict::kOverflow;
    std::vector<std::uint32_t> givers;  // one of these is to be asked to yield; see Promise()
  };

  explicit Pool(const PoolPolicy& policy) : policy_(policy) {}

  // Worker w asks; `name` is what it is called by if it has to wait. `endpoint`: those of
  // its connections that lead to the endpoint, as places in connections().
  Answer Ask(std::uint32_t w, const std::vector<std::size_t>& endpoint, std::uint64_t capacity,
             std::uint64_t name);
  // Which of the givers is asked is not laid down.
  void Promise(std::uint32_t giver) { Change(giver, Use::kIdle, Use::kPromised); }

  // A request ends on this connection, which can be used again or not.
  // Who is granted the connection that becomes free (POOL-8), with the capacity of the new one.
  std::optional<Waiter> Finish(std::size_t connection, bool usable, std::uint64_t capacity);
  std::optional<Waiter> IdleClosed(std::uint32_t w, std::uint64_t capacity);
  std::optional<Waiter> Yield(std::uint32_t w, bool has_idle, std::uint64_t capacity);
  bool GiveUp(std::uint64_t name);
  // POOL-13: this waiter takes room there. False: POOL-1 does not let it.
  bool Share(std::size_t connection, std::uint64_t name);
  // POOL-14: who may be asked to drain; nobody while one does.
  std::vector<std::uint32_t> WhoDrains() const;
  void Drain(std::size_t connection) { connections_[connection].draining = true; }

  std::uint64_t Count(Use use) const;
  std::uint64_t Count(std::uint32_t w, Use use) const;
  std::uint64_t Requests() const;
  const std::vector<Connection>& connections() const { return connections_; }
  const std::vector<Waiter>& waiting() const { return waiting_; }
  bool KeepsItsBounds() const;  // POOL-10

 private:
  bool Change(std::uint32_t w, Use from, Use to);
  std::optional<Waiter> Free(std::size_t connection, bool usable, std::uint64_t capacity);
  std::optional<std::size_t> Find(std::uint32_t w, Use use) const;

  PoolPolicy policy_;
  std::vector<Connection> connections_;
  std::vector<Waiter> waiting_;  // who has waited longest first
};

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_POOL_H_
