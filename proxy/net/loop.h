// One thread's event loop on epoll.
//
// Connections register once, edge-triggered, for reading and writing together:
// in steady state a request costs its reads and writes and a share of one
// epoll_wait, and never an epoll_ctl. A handler must therefore remember that it
// may read or write until the kernel says "would block". Listeners and mailboxes
// register level-triggered.
//
// A handler is never deleted inside an event: Defer() runs after the batch.
#ifndef WEIR_PROXY_NET_LOOP_H_
#define WEIR_PROXY_NET_LOOP_H_

#include <sys/epoll.h>

#include <atomic>
#include <cstdint>
#include <vector>

#include "proxy/net/fd.h"
#include "proxy/net/in_buffer.h"
#include "proxy/net/timer.h"

namespace weir::proxy::net {

class Handler {
 public:
  virtual ~Handler() = default;
  // EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR; 0 after Loop::Again.
  virtual void OnEvents(std::uint32_t events) = 0;
};

// Something to do once the current batch of events is over.
class Deferred {
 public:
  virtual ~Deferred() = default;
  virtual void RunDeferred() = 0;
};

class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // False when the kernel refuses (descriptors or watches exhausted).
  bool WatchEdges(int fd, Handler* handler);
  bool WatchReading(int fd, Handler* handler);  // level-triggered
  void Unwatch(int fd);

  // Calls handler->OnEvents(0) in the next round: for one that stops early so
  // that others get their turn. Forget() takes it back.
  void Again(Handler* handler) { again_.push_back(handler); }
  void Forget(Handler* handler);
  void Defer(Deferred* deferred) { deferred_.push_back(deferred); }

  void Run();              // until Stop()
  void RunDeferredWork();  // once stopped: what the last calls left to be deleted
  void Stop() { stopped_.store(true, std::memory_order_relaxed); }

  TimerHeap& timers() { return timers_; }
  std::int64_t now() const { return now_; }          // ns, monotonic, of this round
  std::int64_t unix_ms() const { return unix_ms_; }  // wall clock of this round
  // Shared by the handlers of this loop, for data that is handed on at once.
  static constexpr std::size_t kScratchSize = 65536;
  char* scratch() { return scratch_.data(); }
  BlockPool& blocks() { return blocks_; }

 private:
  void ReadClocks();

  Fd epoll_;
  BlockPool blocks_;
  TimerHeap timers_;
  std::vector<Handler*> again_, again_now_;
  std::vector<Deferred*> deferred_, deferred_now_;
  std::vector<char> scratch_;
  std::int64_t now_ = 0;
  std::int64_t unix_ms_ = 0;
  std::atomic<bool> stopped_{false};
};

// The monotonic clock itself, in ns.
std::int64_t MonotonicNow();

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_LOOP_H_
