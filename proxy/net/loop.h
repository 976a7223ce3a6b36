// One thread's event loop on epoll.
//
//   loop.Watch(fd, this, Interest::kRead);       // OnReady as long as input waits
//   loop.Change(fd, this, Interest::kReadWrite);
//   loop.Unwatch(fd);                            // or close it
//
// Connections register once, with Interest::kEdges: in steady state a request
// costs its reads and writes and a share of one epoll_wait, and never an
// epoll_ctl. Their handler, net::Stream, therefore remembers that it may read or
// write until the kernel says "would block". Listeners, mailboxes and descriptors
// of other libraries register for levels.
//
// A handler is never deleted inside an event: Defer() runs after the batch.
#ifndef WEIR_PROXY_NET_LOOP_H_
#define WEIR_PROXY_NET_LOOP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "proxy/net/block_pool.h"
#include "proxy/net/clock.h"
#include "proxy/net/fd.h"
#include "proxy/net/timer.h"

namespace weir::proxy::net {

// What the kernel tells of a descriptor.
struct Ready {
  bool readable = false;
  bool writable = false;
  bool ended = false;   // the peer sends no more; what it sent before may be unread
  bool failed = false;  // both directions are over, or an error waits
};

// What a handler wants to hear of; of failures it hears in any case.
enum class Interest : std::uint8_t {
  kRead,       // as long as there is input, or its end
  kWrite,      // as long as there is room
  kReadWrite,  // either
  kEdges,      // either, and once each time that it comes about
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Nothing is set after Loop::Again.
  virtual void OnReady(Ready ready) = 0;
};

// Something to do once the current batch of events is over.
class Deferred {
 public:
  virtual ~Deferred() = default;
  virtual void RunDeferred() = 0;
};

class Loop {
 public:
  explicit Loop(const Clock& clock = SystemClock());
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // False when the kernel refuses (descriptors or watches exhausted).
  bool Watch(int fd, Handler* handler, Interest interest);
  bool Change(int fd, Handler* handler, Interest interest);  // of one that is watched
  void Unwatch(int fd);

  // Calls handler->OnReady({}) in the next round: for one that stops early so
  // that others get their turn. Forget() takes it back.
  void Again(Handler* handler) { again_.push_back(handler); }
  void Forget(Handler* handler);
  void Defer(Deferred* deferred) { deferred_.push_back(deferred); }

  void Run();      // until Stop(); waits in real time, whatever the clock
  void RunOnce();  // what is ready or due now, without waiting
  // ns. When a round has something to do though no descriptor is ready: at once if
  // somebody asked for another turn; INT64_MAX: never.
  std::int64_t NextDue() const { return again_.empty() ? timers_.Next() : now_; }
  void RunDeferredWork();  // once stopped: what the last calls left to be deleted
  void Stop() { stopped_.store(true, std::memory_order_relaxed); }

  TimerHeap& timers() { return timers_; }
  const Clock& clock() const { return clock_; }
  std::int64_t now() const { return now_; }          // ns, monotonic, of this round
  std::int64_t unix_ms() const { return unix_ms_; }  // wall clock of this round
  // Shared by the handlers of this loop, for data that is handed on at once.
  static constexpr std::size_t kScratchSize = 65536;
  char* scratch() { return scratch_.data(); }
  // Likewise, for text that is composed and appended somewhere at once. Empty.
  std::string& draft() {
    draft_.clear();
    return draft_;
  }
  BlockPool& blocks() { return blocks_; }

 private:
  void ReadClocks();
  int Wait() const;  // ms
  void Round(int wait);

  const Clock& clock_;
  Fd epoll_;
  BlockPool blocks_;
  TimerHeap timers_;
  std::vector<Handler*> again_, again_now_;
  std::vector<Deferred*> deferred_, deferred_now_;
  std::vector<char> scratch_;
  std::string draft_;
  std::int64_t now_ = 0;
  std::int64_t unix_ms_ = 0;
  std::atomic<bool> stopped_{false};
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_LOOP_H_
