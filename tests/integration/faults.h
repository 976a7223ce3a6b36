// A service that fails in one way, behind a proxy that is measured before and after.
#ifndef WEIR_TESTS_INTEGRATION_FAULTS_H_
#define WEIR_TESTS_INTEGRATION_FAULTS_H_

#include <sys/socket.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tests/integration/client.h"
#include "tests/integration/policy_text.h"
#include "tests/integration/running_proxy.h"
#include "tests/integration/scripted_upstream.h"

namespace weir::tests {

struct FaultText {
  ScriptedUpstream::Script fault;
  bool refuses = false;  // nobody listens
  std::string route;     // clauses of the route
  std::string definitions;
  // One request and its answer.
  std::function<Answer(const RunningProxy&)> ask = [](const RunningProxy& proxy) {
    return Get(proxy);
  };
};

struct Seen {
  int status = 0;
  bool whole = true;
  std::string body;  // unless empty
  std::string reason;
  int attempts = 1;
};

class FaultyService {
 public:
  explicit FaultyService(const FaultText& text);
  RunningProxy& proxy() { return *proxy_; }

  // One request: what its client sees of it, its one record, its metric. First of all.
  void Expect(const Seen& seen);
  // `requests` more, several at a time: afterwards there are as many descriptors
  // and connections as before, no counter of what is under way is left above 0,
  // and the memory stays within a bound.
  void ExpectNothingIsLeft(int requests);

 private:
  bool AtRest();
  FaultText text_;
  std::unique_ptr<ScriptedUpstream> upstream_;
  std::unique_ptr<RunningProxy> proxy_;
  std::string host_;             // the labels of its samples
  std::size_t descriptors_ = 0;  // before anything was asked
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_FAULTS_H_
