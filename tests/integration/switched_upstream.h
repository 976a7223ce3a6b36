// An upstream whose work and whose health a test switches while it runs.
//
//   SwitchedUpstream upstream;
//   upstream.health = 503;      // of /health; what it says to the rest is `status`
#ifndef WEIR_TESTS_INTEGRATION_SWITCHED_UPSTREAM_H_
#define WEIR_TESTS_INTEGRATION_SWITCHED_UPSTREAM_H_

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "tests/integration/client.h"

namespace weir::tests {

class SwitchedUpstream {
 public:
  static constexpr int kStalls = -1;  // no answer at all

  std::atomic<int> status{200}, health{200};
  std::atomic<int> requests{0}, checks{0};  // that came
  std::atomic<bool> holds{true};            // requests for /hold wait while it does

  std::uint16_t port() const { return upstream_.port(); }
  std::string address() const { return "127.0.0.1:" + std::to_string(port()); }
  // A host's sample of service "app".
  std::string Sample(const std::string& name) const {
    return name + "{service=\"app\",host=\"" + address() + "\"}";
  }

 private:
  void Serve(Peer& peer) {
    for (;;) {
      const std::string head = peer.ReadTo(kEnd);
      if (!head.ends_with(kEnd)) return;
      const bool check = head.starts_with("GET /health ");
      peer.ReadExactly(LengthOf(head));
      ++(check ? checks : requests);
      const std::atomic<int>& said = check ? health : status;
      while (said == kStalls && !peer.Gone()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      while (head.starts_with("GET /hold ") && holds && !peer.Gone()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
      const int code = said;
      if (code == kStalls) return;
      peer.Write("HTTP/1.1 " + std::to_string(code) +
                 " Said\r\ncontent-length: 0\r\nx-host: " + address() + kEnd);
    }
  }

  ScriptedUpstream upstream_{[this](Peer& peer) { Serve(peer); }};  // ends first
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_SWITCHED_UPSTREAM_H_
