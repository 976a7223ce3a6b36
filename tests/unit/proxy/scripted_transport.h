// A transport without a socket, and a clock that a test sets: what each read and
// write comes to is written down beforehand.
#ifndef WEIR_TESTS_UNIT_PROXY_SCRIPTED_TRANSPORT_H_
#define WEIR_TESTS_UNIT_PROXY_SCRIPTED_TRANSPORT_H_

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <span>
#include <string>
#include <utility>

#include "proxy/net/clock.h"
#include "proxy/net/transport.h"

namespace weir::proxy::net {

class VirtualClock final : public Clock {
 public:
  std::int64_t Monotonic() const override { return now; }
  std::int64_t UnixMilliseconds() const override { return 1'700'000'000'000 + now / 1'000'000; }
  std::int64_t now = 1'000'000'000;
};

class ScriptedTransport final : public Transport {
 public:
  // One read: bytes, or how it ends. Without any left a read would block.
  struct Piece {
    std::string bytes;
    IoState state = IoState::kDone;
    bool drained = false;
  };
  static constexpr std::size_t kNoRoom = 0;

  int fd() const override { return -1; }
  IoState Handshake() override { return handshake; }
  IoResult Read(std::span<char> room) override {
    ++reads;
    largest = std::max(largest, room.size());
    if (in.empty()) return {0, IoState::kWouldBlock};
    Piece& first = in.front();
    if (first.state != IoState::kDone) {
      const IoState state = first.state;
      in.pop_front();
      return {0, state};
    }
    const std::size_t count = std::min(room.size(), first.bytes.size());
    std::memcpy(room.data(), first.bytes.data(), count);
    first.bytes.erase(0, count);
    const bool drained = first.drained && first.bytes.empty();
    if (first.bytes.empty()) in.pop_front();
    return {count, IoState::kDone, drained};
  }
  IoResult Write(std::span<const iovec> parts) override {
    ++writes;
    if (failing) return {0, IoState::kFailed};
    std::size_t room = SIZE_MAX;
    if (!rooms.empty()) {
      room = rooms.front();
      rooms.pop_front();
    }
    if (room == kNoRoom) return {0, IoState::kWouldBlock};
    std::size_t count = 0;
    for (const iovec& part : parts) {
      const std::size_t size = std::min(part.iov_len, room - count);
      sent.append(static_cast<const char*>(part.iov_base), size);
      count += size;
    }
    return {count, IoState::kDone};
  }
  bool Quiet() override { return quiet && in.empty(); }
  IoState EndWriting() override {
    if (!ends.empty()) {
      const IoState state = ends.front();
      ends.pop_front();
      return state;
    }
    ended = true;
    return IoState::kDone;
  }
  void Reset() override { reset = true; }
  void Close() override { closed = true; }
  const ConnectionIdentity& identity() const override { return nobody; }
  bool movable() const override { return false; }
  Fd Release() override { return {}; }

  std::deque<Piece> in;
  std::deque<std::size_t> rooms;  // what each write takes; none left: all
  std::deque<IoState> ends;       // what each EndWriting gives; none left: kDone
  std::string sent;
  IoState handshake = IoState::kDone;
  bool failing = false, quiet = true;
  bool ended = false, reset = false, closed = false;
  int reads = 0, writes = 0;
  std::size_t largest = 0;  // room of a read
  ConnectionIdentity nobody;
};

}  // namespace weir::proxy::net

#endif  // WEIR_TESTS_UNIT_PROXY_SCRIPTED_TRANSPORT_H_
