// An upstream that trusts nobody: it keeps what it was sent, reads it with the
// independent strict reader, and answers each whole request with its target.
//
//   RecordingUpstream upstream;                  // on a port of its own
//   ... requests through the gateway ...
//   Record record = upstream.Take();             // what came since the last Take
#ifndef WEIR_TESTS_INTEGRATION_RECORDING_UPSTREAM_H_
#define WEIR_TESTS_INTEGRATION_RECORDING_UPSTREAM_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http1/strict.h"

namespace weir::tests {

struct Record {
  std::vector<strict::Request> requests;  // whole ones, in the order they came
  std::vector<std::string> faults;        // octets that no strict request starts with, and why
  int cut_short = 0;                      // connections that closed within a request
};

class RecordingUpstream {
 public:
  RecordingUpstream();
  ~RecordingUpstream();
  RecordingUpstream(const RecordingUpstream&) = delete;
  RecordingUpstream& operator=(const RecordingUpstream&) = delete;

  std::uint16_t port() const { return port_; }
  Record Take();
  // The raw answer to requests of this target, in place of the usual one; the
  // connection closes after it when `close`.
  void Answer(const std::string& target, std::string octets, bool close);
  // POST /early...: answered 413 and closed as soon as the head is there.

 private:
  struct Connection {
    std::string unread;
    bool broken = false;
  };
  struct Canned {
    std::string octets;
    bool close = false;
  };
  void Run();
  bool Read(int fd, Connection& connection);
  // False when the connection is to be closed.
  bool Reply(int fd, Connection& connection);

  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::mutex mutex_;
  Record record_;
  std::map<std::string, Canned> canned_;
  std::map<int, Connection> connections_;  // of the thread alone
  std::thread thread_;
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_RECORDING_UPSTREAM_H_
