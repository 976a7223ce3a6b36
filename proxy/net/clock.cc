#include "proxy/net/clock.h"

#include <time.h>

namespace weir::proxy::net {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t Read(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}

class MachineClock final : public Clock {
 public:
  std::int64_t Monotonic() const override { return Read(CLOCK_MONOTONIC); }
  std::int64_t UnixMilliseconds() const override { return Read(CLOCK_REALTIME) / 1'000'000; }
};

}  // namespace

const Clock& SystemClock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace weir::proxy::net
