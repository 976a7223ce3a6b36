// Timers of one loop.
//
// Almost every timer of a proxy is armed, moved and cancelled many times and
// never fires. So moving a deadline later, and cancelling, only write a number:
// the heap keeps its earlier entry and puts it right when that comes due.
//
//   class Exchange { net::Timer timeout_{timers, [this] { OnTimeout(); }}; };
//   timeout_.Arm(loop.now() + 15'000'000'000);
//
// A timer and its heap belong to one thread; the heap must outlive the timer.
#ifndef WEIR_PROXY_NET_TIMER_H_
#define WEIR_PROXY_NET_TIMER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace weir::proxy::net {

class Timer;

class TimerHeap {
 public:
  // Calls every timer due at `now` (ns).
  void Run(std::int64_t now);
  // The earliest time at which Run may have something to do; INT64_MAX: none.
  std::int64_t Next() const;

 private:
  friend class Timer;
  struct Entry {
    std::int64_t at;
    Timer* timer;
  };
  void Push(Timer* timer, std::int64_t at);
  void Remove(std::size_t place);
  void Up(std::size_t place);
  void Down(std::size_t place);
  void Put(std::size_t place, Entry entry);

  std::vector<Entry> entries_;
};

class Timer {
 public:
  Timer(TimerHeap& heap, std::function<void()> action) : heap_(&heap), action_(std::move(action)) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void Arm(std::int64_t at);  // ns on the loop's clock; replaces an earlier deadline
  void Cancel() { deadline_ = kNever; }
  bool armed() const { return deadline_ != kNever; }

 private:
  friend class TimerHeap;
  static constexpr std::int64_t kNever = INT64_MAX;
  static constexpr std::size_t kNowhere = SIZE_MAX;
  TimerHeap* heap_;
  std::function<void()> action_;
  std::int64_t deadline_ = kNever;
  std::size_t place_ = kNowhere;  // in the heap
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_TIMER_H_
