// Virtual time, and what is to be done at which moment of it.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_SCHEDULE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_SCHEDULE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "proxy/net/clock.h"

namespace weir::simulator {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000 * kMillisecond;

class Schedule final : public proxy::net::Clock {
 public:
  static constexpr std::int64_t kStart = kSecond;

  std::int64_t Monotonic() const override { return now_; }
  std::int64_t UnixMilliseconds() const override { return 1'800'000'000'000 + now_ / 1'000'000; }
  const std::int64_t& now() const { return now_; }

  // In the order of their times; of equal ones, in the order in which they were asked for.
  void After(std::int64_t span, std::function<void()> action) {
    actions_.emplace(now_ + span, std::move(action));
  }
  std::int64_t Next() const { return actions_.empty() ? INT64_MAX : actions_.begin()->first; }
  void Advance(std::int64_t to) { now_ = to; }
  // Does what is due; false: nothing was.
  bool RunOne() {
    if (Next() > now_) return false;
    const auto action = std::move(actions_.begin()->second);
    actions_.erase(actions_.begin());
    action();
    return true;
  }

 private:
  std::int64_t now_ = kStart;
  std::multimap<std::int64_t, std::function<void()>> actions_;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_SCHEDULE_H_
