#include "tests/support/simulator/kernel.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::simulator {
namespace {

std::uint16_t PortOf(const sockaddr* address) {
  // Both families have it in the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(address)->sin_port);
}

void Put(std::uint32_t host, std::uint16_t port, sockaddr* address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(host);
  std::memcpy(address, &out, sizeof out);
}

bool HasRoom(const Wire& wire) {
  return wire.capacity - std::min(wire.capacity, wire.out.size()) >= wire.capacity / 3;
}

}  // namespace

Kernel::Kernel(Chance& chance, Trace& trace) : chance_(chance), trace_(trace) {
  assert(current_ == nullptr);
  current_ = this;
}

Kernel::~Kernel() { current_ = nullptr; }

// The lowest that is free, as POSIX has it: so a number soon means something else.
int Kernel::Add(Descriptor::Kind kind) {
  int fd = kFirst + static_cast<int>(table_.size());
  if (!free_.empty()) {
    fd = *free_.begin();
    free_.erase(free_.begin());
  } else {
    table_.emplace_back();
  }
  At(fd).kind = kind;
  return fd;
}

// ---- sockets --------------------------------------------------------------------

int Kernel::Socket() { return Add(Descriptor::Kind::kSocket); }

int Kernel::Bind(int fd, const sockaddr* address) {
  At(fd).port = PortOf(address);
  return 0;
}

int Kernel::Listen(int fd) {
  At(fd).kind = Descriptor::Kind::kListener;
  return 0;
}

int Kernel::Accept(int fd, sockaddr* address) {
  if (At(fd).backlog.empty()) return -EAGAIN;
  const std::shared_ptr<Wire> wire = std::move(At(fd).backlog.front());
  At(fd).backlog.pop_front();
  const int made = Add(Descriptor::Kind::kConnection);
  At(made).wire = wire;
  wire->fd = made;
  Put(0x0a090000 + static_cast<std::uint32_t>(wire->id % 250) + 1, 40000, address);
  trace_.Add("accept", wire->id);
  return made;
}

int Kernel::Connect(int fd, const sockaddr* address) {
  auto wire = std::make_shared<Wire>();
  wire->id = ++wires_;
  wire->fd = fd;
  wire->port = PortOf(address);
  At(fd).kind = Descriptor::Kind::kConnection;
  At(fd).wire = wire;
  trace_.Add("connect", wire->id, wire->port);
  const auto host = hosts_.find(wire->port);
  if (host == hosts_.end()) return -ECONNREFUSED;
  wire->peer = host->second(wire);
  Touch(wire->peer);
  return -EINPROGRESS;
}

void Kernel::Answer(Wire& wire, bool accept) {
  if (wire.fd < 0 || wire.stands || wire.dead) return;
  trace_.Add(accept ? "stands" : "refused", wire.id);
  if (!accept) return Kill(wire, ECONNREFUSED);
  wire.stands = true;
  Wake(wire);
}

ssize_t Kernel::Receive(int fd, std::span<char> room, bool peek) {
  Wire& wire = *At(fd).wire;
  if (!wire.in.empty()) {
    const std::size_t count = std::min(room.size(), wire.in.size());
    std::memcpy(room.data(), wire.in.view().data(), count);
    if (peek) return static_cast<ssize_t>(count);
    wire.in.Drop(count);
    trace_.Add("read", wire.id, count);
    return static_cast<ssize_t>(count);
  }
  if (wire.error != 0) return -(peek ? wire.error : std::exchange(wire.error, 0));
  if (wire.in_ended || wire.dead) return 0;
  return -EAGAIN;
}

ssize_t Kernel::Send(int fd, std::span<const iovec> parts) {
  Wire& wire = *At(fd).wire;
  if (wire.error != 0) return -std::exchange(wire.error, 0);
  if (wire.dead || wire.out_ended) return -EPIPE;
  if (!wire.stands) return -EAGAIN;
  std::size_t wanted = 0, taken = 0;
  std::uint32_t digest = 0;
  for (const iovec& part : parts) {
    wanted += part.iov_len;
    const std::size_t room = wire.capacity - std::min(wire.capacity, wire.out.size());
    const std::string_view bytes(static_cast<const char*>(part.iov_base),
                                 std::min(part.iov_len, room));
    wire.out.Append(bytes);
    digest = digest * 31 + Digest(bytes);
    taken += bytes.size();
  }
  wire.wants_room |= taken < wanted;
  if (taken == 0 && wanted > 0) return -EAGAIN;
  trace_.Add("write", wire.id, taken, digest);
  if (wire.peer_closed) {  // taken; and the answer to it is a reset
    wire.out.Clear();
    Kill(wire, ECONNRESET);
  }
  Touch(wire.peer);
  return static_cast<ssize_t>(taken);
}

int Kernel::EndWriting(int fd) {
  Wire& wire = *At(fd).wire;
  if (wire.dead || !wire.stands) return -ENOTCONN;
  trace_.Add("shutdown", wire.id);
  wire.out_ended = true;
  Touch(wire.peer);
  return 0;
}

int Kernel::TakeError(int fd) { return std::exchange(At(fd).wire->error, 0); }

void Kernel::LocalAddress(int fd, sockaddr* address) const {
  Put(0x7f000001, At(fd).port, address);
}

int Kernel::Close(int fd) {
  Descriptor& descriptor = At(fd);
  if (descriptor.kind == Descriptor::Kind::kFree) return -EBADF;
  if (descriptor.epoll >= 0 && descriptor.queued) std::erase(At(descriptor.epoll).ready, fd);
  if (descriptor.wire != nullptr) CloseWire(descriptor);
  for (const auto& waiting : descriptor.backlog) {
    waiting->reset_by_proxy = waiting->dead = true;
    Touch(waiting->peer);
  }
  descriptor = {};
  free_.insert(fd);
  return 0;
}

void Kernel::CloseWire(Descriptor& descriptor) {
  Wire& wire = *descriptor.wire;
  const bool reset = descriptor.resets || !wire.in.empty() || !wire.stands;
  trace_.Add(reset ? "close with a reset" : "close", wire.id);
  wire.fd = -1;
  wire.out_ended = true;
  if (reset && !wire.dead) {
    wire.reset_by_proxy = true;
    wire.out.Clear();
  }
  wire.dead |= reset;
  Touch(wire.peer);
}

void Kernel::Kill(Wire& wire, int error) {
  wire.dead = true;
  wire.error = error;
  Wake(wire);
}

// ---- the other ends -------------------------------------------------------------

std::shared_ptr<Wire> Kernel::Dial(std::uint16_t port, Actor& peer, std::uint16_t client) {
  std::vector<int> listeners;
  for (std::size_t i = 0; i < table_.size(); ++i) {
    if (table_[i].kind == Descriptor::Kind::kListener && table_[i].port == port)
      listeners.push_back(kFirst + static_cast<int>(i));
  }
  if (listeners.empty()) return nullptr;
  auto wire = std::make_shared<Wire>();
  wire->id = ++wires_;
  wire->peer = &peer;
  wire->port = port;
  wire->stands = true;
  const int listener = listeners[chance_.Below(listeners.size())];
  trace_.Add("dial", wire->id, client, listener - kFirst);
  At(listener).backlog.push_back(wire);
  Wake(listener);
  return wire;
}

void Kernel::PeerSend(Wire& wire, std::string_view bytes) {
  if (wire.dead || wire.in_ended || bytes.empty()) return;
  trace_.Add("sent", wire.id, bytes.size(), Digest(bytes));
  if (wire.fd < 0 && wire.out_ended) {  // closed: its kernel answers with a reset
    wire.dead = wire.reset_by_proxy = true;
    wire.out.Clear();
    return Touch(wire.peer);
  }
  wire.in.Append(bytes);
  Wake(wire);
}

void Kernel::PeerEnd(Wire& wire) {
  if (wire.dead || wire.in_ended) return;
  trace_.Add("ended", wire.id);
  wire.in_ended = true;
  Wake(wire);
}

void Kernel::PeerReset(Wire& wire) {
  if (wire.dead) return;
  trace_.Add("reset", wire.id);
  wire.peer_closed = true;
  wire.out.Clear();
  Kill(wire, ECONNRESET);
}

void Kernel::PeerClose(Wire& wire) {
  if (wire.dead) return;
  if (!wire.out.empty()) return PeerReset(wire);
  trace_.Add("closed", wire.id);
  wire.peer_closed = true;
  wire.in_ended = true;
  Wake(wire);
}

void Kernel::PeerRead(Wire& wire, std::size_t count) {
  wire.out.Drop(count);
  if (!wire.wants_room || !HasRoom(wire)) return;
  wire.wants_room = false;
  Wake(wire);
}

// ---- epoll ----------------------------------------------------------------------

std::uint32_t Kernel::State(const Descriptor& descriptor) const {
  switch (descriptor.kind) {
    case Descriptor::Kind::kListener:
      return descriptor.backlog.empty() ? 0 : std::uint32_t{EPOLLIN};
    case Descriptor::Kind::kEvent:
      return descriptor.count > 0 ? EPOLLIN | EPOLLOUT : EPOLLOUT;
    case Descriptor::Kind::kConnection:
      break;
    case Descriptor::Kind::kFree:
    case Descriptor::Kind::kSocket:
    case Descriptor::Kind::kEpoll:
      return 0;
  }
  const Wire& wire = *descriptor.wire;
  if (!wire.stands && !wire.dead) return 0;
  std::uint32_t state = 0;
  if (!wire.in.empty() || wire.in_ended || wire.dead) state |= EPOLLIN;
  if (wire.in_ended || wire.dead) state |= EPOLLRDHUP;
  if (wire.dead || (wire.in_ended && wire.out_ended)) state |= EPOLLHUP;
  if (wire.error != 0) state |= EPOLLERR;
  if (wire.dead || HasRoom(wire)) state |= EPOLLOUT;
  return state;
}

void Kernel::Wake(int fd) {
  Descriptor& descriptor = At(fd);
  if (descriptor.epoll < 0 || descriptor.queued) return;
  const std::uint32_t wanted = descriptor.interest | EPOLLHUP | EPOLLERR;
  if ((State(descriptor) & wanted) == 0) return;
  descriptor.queued = true;
  At(descriptor.epoll).ready.push_back(fd);
}

int Kernel::EpollCreate() { return last_epoll_ = Add(Descriptor::Kind::kEpoll); }

int Kernel::EpollControl(int epoll, int operation, int fd, const epoll_event* event) {
  Descriptor& descriptor = At(fd);
  if (descriptor.queued) std::erase(At(descriptor.epoll).ready, fd);
  descriptor.queued = false;
  if (operation == EPOLL_CTL_DEL) {
    descriptor.epoll = -1;
    return 0;
  }
  descriptor.epoll = epoll;
  descriptor.interest = event->events;
  descriptor.data = event->data.u64;
  Wake(fd);
  return 0;
}

// In any order: which of those that are ready comes first is the kernel's affair.
int Kernel::EpollWait(int epoll, std::span<epoll_event> events) {
  const std::size_t size = At(epoll).ready.size();
  if (size > 1) {
    auto& ready = At(epoll).ready;
    std::rotate(ready.begin(), ready.begin() + static_cast<std::ptrdiff_t>(chance_.Below(size)),
                ready.end());
  }
  int count = 0;
  for (std::size_t i = 0; i < size && count < static_cast<int>(events.size()); ++i) {
    const int fd = At(epoll).ready.front();
    At(epoll).ready.pop_front();
    Descriptor& descriptor = At(fd);
    descriptor.queued = false;
    const std::uint32_t state =
        State(descriptor) & (descriptor.interest | std::uint32_t{EPOLLHUP} | EPOLLERR);
    if (state == 0) continue;
    events[static_cast<std::size_t>(count)].events = state;
    events[static_cast<std::size_t>(count++)].data.u64 = descriptor.data;
    if ((descriptor.interest & EPOLLET) == 0) Wake(fd);
  }
  return count;
}

// ---- the rest -------------------------------------------------------------------

int Kernel::EventCreate() { return Add(Descriptor::Kind::kEvent); }

void Kernel::EventAdd(int fd, std::uint64_t count) {
  trace_.Add("post", fd - kFirst);
  At(fd).count += count;
  Wake(fd);
}

int Kernel::EventTake(int fd, std::uint64_t* count) {
  if (At(fd).count == 0) return -EAGAIN;
  *count = std::exchange(At(fd).count, 0);
  return 0;
}

void Kernel::Random(std::span<unsigned char> bytes) {
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(chance_.Next());
}

void Kernel::Touch(Actor* actor) {
  if (actor == nullptr || std::exchange(actor->touched_, true)) return;
  touched_.push_back(actor);
}

void Kernel::RunActor() {
  const auto at = touched_.begin() + static_cast<std::ptrdiff_t>(chance_.Below(touched_.size()));
  Actor* const actor = *at;
  touched_.erase(at);
  actor->touched_ = false;
  actor->Act();
}

void Kernel::Forget(Actor& actor) {
  std::erase(touched_, &actor);
  actor.touched_ = false;
}

std::size_t Kernel::Connections(std::uint16_t port) const {
  return static_cast<std::size_t>(std::ranges::count_if(table_, [&](const Descriptor& entry) {
    return entry.wire != nullptr && (port == 0 || entry.wire->port == port);
  }));
}

}  // namespace weir::simulator
