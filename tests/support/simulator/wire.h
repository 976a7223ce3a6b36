// A TCP connection of the simulated network: the proxy's end is a descriptor of the
// simulated kernel, the other end a client or an upstream of the simulation.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_WIRE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_WIRE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir::simulator {

// Who acts at the other end of wires.
class Actor {
 public:
  virtual ~Actor() = default;
  // Something happened at one of its wires since it acted last.
  virtual void Act() = 0;

 private:
  friend class Kernel;
  bool touched_ = false;
};

// Bytes on their way, first in, first out.
class Bytes {
 public:
  void Append(std::string_view bytes) { text_.append(bytes); }
  std::string_view view() const { return std::string_view(text_).substr(begin_); }
  std::size_t size() const { return text_.size() - begin_; }
  bool empty() const { return size() == 0; }
  void Drop(std::size_t count) {
    begin_ += count;
    if (begin_ == text_.size()) Clear();
    if (begin_ > 65536) {
      text_.erase(0, begin_);
      begin_ = 0;
    }
  }
  void Clear() {
    text_.clear();
    begin_ = 0;
  }

 private:
  std::string text_;
  std::size_t begin_ = 0;
};

// The kernel alone changes one.
struct Wire {
  std::uint64_t id = 0;
  Actor* peer = nullptr;   // null: it is gone, and has closed its end
  int fd = -1;             // the proxy's; -1: not accepted yet, or closed
  std::uint16_t port = 0;  // that it was opened to
  bool stands = false;     // the handshake is over

  // To the proxy.
  Bytes in;
  bool in_ended = false;  // the peer sends no more
  int error = 0;          // that the proxy hears of once, as errno has it
  bool dead = false;      // reset by either side, or refused

  // To the peer.
  Bytes out;
  std::size_t capacity = 65536;  // of what is written and not read yet
  bool out_ended = false;        // the proxy sends no more
  bool wants_room = false;       // a write found too little
  bool peer_closed = false;      // what comes is answered with a reset
  bool reset_by_proxy = false;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_WIRE_H_
