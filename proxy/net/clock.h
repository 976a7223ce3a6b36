// The two clocks that the proxy reads. A loop is given one, and all that runs on
// the loop asks it: a test sets the time itself.
#ifndef WEIR_PROXY_NET_CLOCK_H_
#define WEIR_PROXY_NET_CLOCK_H_

#include <cstdint>

namespace weir::proxy::net {

class Clock {
 public:
  virtual std::int64_t Monotonic() const = 0;         // ns
  virtual std::int64_t UnixMilliseconds() const = 0;  // wall clock

 protected:
  ~Clock() = default;
};

// The machine's.
const Clock& SystemClock();

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_CLOCK_H_
