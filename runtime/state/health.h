// What active checks say of one host (spec/rules/health.md).
//
// Until the first report a host is held for healthy and is not known; the first
// report decides at once. After that `unhealthy` failures in a row, or `healthy`
// passes in a row, turn the verdict. A number of 0 counts as 1.
//
//   CheckedHealth health(3, 2);
//   if (health.Report(passed)) Announce(health.healthy());
#ifndef WEIR_RUNTIME_STATE_HEALTH_H_
#define WEIR_RUNTIME_STATE_HEALTH_H_

#include <algorithm>
#include <cstdint>

namespace weir::runtime {

class CheckedHealth {
 public:
  CheckedHealth(std::uint32_t unhealthy, std::uint32_t healthy)
      : unhealthy_(std::max<std::uint32_t>(unhealthy, 1)),
        healthy_after_(std::max<std::uint32_t>(healthy, 1)) {}

  // True: healthy() is another than before.
  bool Report(bool passed) {
    const bool decides = !known_;
    known_ = true;
    if (passed == healthy_) {
      against_ = 0;
      return false;
    }
    if (++against_ < (healthy_ ? unhealthy_ : healthy_after_) && !decides) return false;
    healthy_ = passed;
    against_ = 0;
    return true;
  }
  bool healthy() const { return healthy_; }
  bool known() const { return known_; }

 private:
  std::uint32_t unhealthy_;
  std::uint32_t healthy_after_;
  std::uint32_t against_ = 0;  // reports in a row against the verdict; below its number
  bool healthy_ = true;
  bool known_ = false;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_HEALTH_H_
