// A strict reading of HTTP/1.1 messages as their bytes come, for the simulated
// clients and upstreams: heads by tests/support/http1/strict.h, which shares no code
// with proxy/http1, and bodies piece by piece.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_MESSAGE_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_MESSAGE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/http1/strict.h"

namespace weir::simulator {

// The value of the last line of this (lower-case) name; empty: none.
std::string FieldOf(const strict::Request& head, std::string_view name);

// One chunk of a body that is sent in chunks; of nothing, its end.
std::string ChunkOf(std::string_view piece);

class MessageReader {
 public:
  enum class Kind : std::uint8_t { kRequests, kResponses };
  class Sink {
   public:
    // Whether the message has a body at all (a response to HEAD has none).
    virtual bool OnHead(const strict::Request& head) = 0;
    virtual void OnBody(std::string_view bytes) = 0;
    virtual void OnEnd() = 0;  // the message is whole

   protected:
    ~Sink() = default;
  };

  MessageReader(Kind kind, Sink& sink) : kind_(kind), sink_(sink) {}

  // False: these are no such messages; why() says what is wrong.
  bool Feed(std::string_view bytes);
  // The connection has ended, as it should. Ends a body that has no other end.
  void End();
  const std::string& why() const { return why_; }
  // Bytes of a message came that is not whole.
  bool within() const { return state_ != State::kHead || !text_.empty(); }

 private:
  enum class State : std::uint8_t {
    kHead,
    kLength,
    kUntilEnd,
    kChunkSize,
    kChunkData,
    kChunkEnd,
    kTrailers
  };
  bool No(std::string why);
  bool Line(std::string& line);  // false: it is not whole
  bool ReadHead(std::string_view text);
  void StartBody(const strict::Request& head);
  bool Step();

  Kind kind_;
  Sink& sink_;
  State state_ = State::kHead;
  std::uint64_t left_ = 0;
  std::string text_;  // not used yet
  std::string why_;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_MESSAGE_H_
