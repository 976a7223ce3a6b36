// An upstream's requests that wait until the test lets them be answered.
//
//   HeldRequests held;
//   ScriptedUpstream upstream(held.script());
//   ...                                   // requests go out
//   EXPECT_TRUE(held.Await(3));           // three have come
//   held.Release();                       // all of them, and what comes later, are answered
#ifndef WEIR_TESTS_INTEGRATION_HELD_REQUESTS_H_
#define WEIR_TESTS_INTEGRATION_HELD_REQUESTS_H_

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include "tests/integration/client.h"

namespace weir::tests {

class HeldRequests {
 public:
  // Every answer's body is the request's target. One that begins with /now is
  // answered at once; one that ends with /5xx, such as /500, with that status.
  ScriptedUpstream::Script script() {
    return [this](Peer& peer) {
      for (;;) {
        const std::string head = peer.ReadTo(kEnd);
        if (!head.ends_with(kEnd)) return;
        const std::size_t path = head.find(' ') + 1;
        const std::string target = head.substr(path, head.find(' ', path) - path);
        if (!target.starts_with("/now") && !Hold(target, peer)) return;
        const std::size_t status = target.rfind("/5");
        peer.Write(status == std::string::npos || status + 4 != target.size()
                       ? Ok(target)
                       : "HTTP/1.1 " + target.substr(status + 1) + " No\r\ncontent-length: 0" +
                             kEnd);
      }
    };
  }

  bool Await(std::size_t requests) {
    return Eventually([&] { return arrived().size() >= requests; });
  }
  std::vector<std::string> arrived() {
    const std::lock_guard lock(mutex_);
    return arrived_;
  }
  std::size_t most_at_once() {
    const std::lock_guard lock(mutex_);
    return most_;
  }
  void ReleaseOne() { Release(1); }
  void Release(std::size_t count = SIZE_MAX / 2) {
    const std::lock_guard lock(mutex_);
    released_ += count;
    changed_.notify_all();
  }

 private:
  // False: the other side has given up. Answered in the order of arrival.
  bool Hold(const std::string& target, const Peer& peer) {
    std::unique_lock lock(mutex_);
    const std::size_t place = arrived_.size();
    arrived_.push_back(target);
    most_ = std::max(most_, ++holding_);
    while (released_ <= place && !peer.Gone()) {
      changed_.wait_for(lock, std::chrono::milliseconds(5));
    }
    --holding_;
    return released_ > place;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> arrived_;
  std::size_t released_ = 0, holding_ = 0, most_ = 0;
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_HELD_REQUESTS_H_
