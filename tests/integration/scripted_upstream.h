// An upstream that does what a test says: each connection is handed to a script
// on a thread of its own, which reads and writes octets as it likes.
#ifndef WEIR_TESTS_INTEGRATION_SCRIPTED_UPSTREAM_H_
#define WEIR_TESTS_INTEGRATION_SCRIPTED_UPSTREAM_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace weir::tests {

class Peer {
 public:
  explicit Peer(int fd) : fd_(fd) {}
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // Reads up to and with `mark`, or nothing more within 5 s: what came.
  std::string ReadTo(std::string_view mark);
  std::string ReadExactly(std::size_t octets);
  void Unread(std::string_view octets) { unread_.insert(0, octets); }  // to be read again
  bool AtEnd();       // waits for the other side's end
  bool Gone() const;  // the other side has ended it, read or not
  void Write(std::string_view octets);
  void Close();
  void Reset();  // the other side sees its connection reset
  int fd() const { return fd_; }

 private:
  std::atomic<int> fd_;
  std::string unread_;
};

class ScriptedUpstream {
 public:
  using Script = std::function<void(Peer&)>;
  explicit ScriptedUpstream(Script script);
  ~ScriptedUpstream();
  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }  // so far
  // The most that the other side kept open when one more was accepted.
  int most_open() const { return most_open_; }

 private:
  struct Connection {
    explicit Connection(int fd) : peer(fd) {}
    Peer peer;
    std::thread thread;
    bool over = false;
  };
  void Accept();
  void Run(Connection& connection);
  std::uint16_t port_ = 0;  // ahead of listener_, which sets it
  int listener_ = -1;
  Script script_;
  std::atomic<int> connections_{0}, most_open_{0};
  std::mutex mutex_;
  std::list<Connection> running_;
  std::thread acceptor_;
};

// An upstream that never accepts, and whose backlog is full: the kernel answers nobody
// who would connect to it.
class DeafUpstream {
 public:
  DeafUpstream();
  ~DeafUpstream();
  DeafUpstream(const DeafUpstream&) = delete;
  DeafUpstream& operator=(const DeafUpstream&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1, waiting_ = -1;
};

// Answers every request on a connection with 200 and its head as the body.
void EchoHeads(Peer& peer);
// A port that refuses connections for as long as this program runs: no other program
// gets it.
std::uint16_t ClosedPort();
// A port for somebody to listen on; free a moment ago.
std::uint16_t FreePort();
// A connection to 127.0.0.1:port; throws.
int ConnectTo(std::uint16_t port);

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_SCRIPTED_UPSTREAM_H_
