// The part of an operating system that the proxy uses for its connections, in one
// process and without time: sockets, epoll, eventfd and random numbers, under the
// names of the system calls (system_calls.cc). While a kernel exists, these lead
// here; the proxy's own code runs on it unchanged, down to the last call.
//
//   Kernel kernel(chance, trace);
//   auto listener = net::Listen(address);          // the proxy's, on this kernel
//   auto wire = kernel.Dial(port, client, peer);   // a client of the simulation
//   kernel.PeerSend(*wire, "GET / ...");           // ... wakes the loop that watches it
//   loop.RunOnce();
//
// It behaves as Linux does where the proxy can tell: edges of epoll come with each
// arrival, a close with unread input is a reset, a write after the peer's close
// succeeds once, EPOLLOUT comes when a third of the buffer is free. A reset destroys
// what the peer had not read yet, which TCP permits and Linux often does not do.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_KERNEL_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_KERNEL_H_

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/uio.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "tests/support/simulator/chance.h"
#include "tests/support/simulator/trace.h"
#include "tests/support/simulator/wire.h"

namespace weir::simulator {

class Kernel {
 public:
  static constexpr int kFirst = 1 << 20;  // descriptors below are the machine's
  static bool Simulated(int fd) { return current_ != nullptr && fd >= kFirst; }
  static Kernel* current() { return current_; }

  Kernel(Chance& chance, Trace& trace);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // ---- system calls; below 0: -errno
  int Socket();
  int Bind(int fd, const sockaddr* address);
  int Listen(int fd);
  int Accept(int fd, sockaddr* address);
  int Connect(int fd, const sockaddr* address);
  ssize_t Receive(int fd, std::span<char> room, bool peek);
  ssize_t Send(int fd, std::span<const iovec> parts);
  int EndWriting(int fd);
  void Linger(int fd) { At(fd).resets = true; }
  int TakeError(int fd);
  void LocalAddress(int fd, sockaddr* address) const;
  bool Readable(int fd) const { return (State(At(fd)) & EPOLLIN) != 0; }
  int Close(int fd);
  int EpollCreate();
  int EpollControl(int epoll, int operation, int fd, const epoll_event* event);
  int EpollWait(int epoll, std::span<epoll_event> events);
  int EventCreate();
  void EventAdd(int fd, std::uint64_t count);
  int EventTake(int fd, std::uint64_t* count);
  void Random(std::span<unsigned char> bytes);

  // ---- the other ends
  // A client's connection, from 10.9.x.x; null: nobody listens there.
  std::shared_ptr<Wire> Dial(std::uint16_t port, Actor& peer, std::uint16_t client);
  void PeerSend(Wire& wire, std::string_view bytes);
  void PeerEnd(Wire& wire);
  void PeerReset(Wire& wire);
  void PeerClose(Wire& wire);  // a reset if anything is unread
  // What it has read of wire.out.
  void PeerRead(Wire& wire, std::size_t count);

  // Who answers connections that the proxy opens to a port: says how, then or later
  // (Answer). Nobody: they are refused.
  using Dialed = std::function<Actor*(const std::shared_ptr<Wire>&)>;
  void Serve(std::uint16_t port, Dialed dialed) { hosts_[port] = std::move(dialed); }
  void Answer(Wire& wire, bool accept);

  // ---- who may go on
  bool HasEvents(int epoll) const { return !At(epoll).ready.empty(); }
  int last_epoll() const { return last_epoll_; }  // that was made last
  bool HasActors() const { return !touched_.empty(); }
  void RunActor();  // one of those touched
  void Forget(Actor& actor);
  void Touch(Actor* actor);

  // Connections of the proxy, to a port or with any.
  std::size_t Connections(std::uint16_t port = 0) const;

 private:
  struct Descriptor {
    enum class Kind : std::uint8_t { kFree, kSocket, kListener, kConnection, kEpoll, kEvent };
    Kind kind = Kind::kFree;
    int epoll = -1;
    std::uint32_t interest = 0;
    std::uint64_t data = 0;
    bool queued = false;  // in its epoll's ready list
    std::uint16_t port = 0;
    std::deque<std::shared_ptr<Wire>> backlog;  // kListener
    std::shared_ptr<Wire> wire;                 // kConnection
    bool resets = false;                        // ... when it is closed
    std::deque<int> ready;                      // kEpoll
    std::uint64_t count = 0;                    // kEvent
  };

  Descriptor& At(int fd) { return table_[static_cast<std::size_t>(fd - kFirst)]; }
  const Descriptor& At(int fd) const { return table_[static_cast<std::size_t>(fd - kFirst)]; }
  int Add(Descriptor::Kind kind);
  std::uint32_t State(const Descriptor& descriptor) const;
  void Wake(int fd);
  void Wake(Wire& wire) {
    if (wire.fd >= 0) Wake(wire.fd);
  }
  void Kill(Wire& wire, int error);
  void CloseWire(Descriptor& descriptor);

  static inline Kernel* current_ = nullptr;
  Chance& chance_;
  Trace& trace_;
  std::vector<Descriptor> table_;
  std::set<int> free_;  // below the table's end
  std::map<std::uint16_t, Dialed> hosts_;
  std::deque<Actor*> touched_;
  std::uint64_t wires_ = 0;
  int last_epoll_ = -1;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_KERNEL_H_
