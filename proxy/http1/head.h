// HTTP/1 message heads, parsed strictly from RFC 9112's grammar.
//
// A parser is fed the connection's unread octets, contiguous, from the first
// octet of the message; it remembers how far it looked, so the work for an
// octet stays bounded however the head is cut, and the outcome is the same.
// Views point into that buffer; when the buffer moved or was copied, another
// Parse() of it moves the views along, after kComplete and kBad too. Vectors are used again after
// Reset(). What is refused, with which status, is in spec/rules/framing.md.
//
//   RequestHeadParser parser(limits);
//   switch (parser.Parse(unread)) {
//     case HeadState::kIncomplete: return ReadMore();
//     case HeadState::kBad:        return Refuse(parser.refusal());
//     case HeadState::kComplete:   Use(parser.head()); unread.remove_prefix(parser.octets());
//   }
#ifndef WEIR_PROXY_HTTP1_HEAD_H_
#define WEIR_PROXY_HTTP1_HEAD_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/http1/fields.h"
#include "proxy/http1/lines.h"
#include "runtime/request/request.h"

namespace weir::proxy::http1 {

struct HeadLimits {
  std::size_t max_octets = 65536;  // the whole head
  std::size_t max_target = 16384;
  std::uint32_t max_fields = 128;
};

// How the body's end is known.
struct Framing {
  enum class Kind : std::uint8_t { kNone, kLength, kChunked, kUntilClose };
  Kind kind = Kind::kNone;
  std::uint64_t length = 0;  // for kLength
};

enum class HeadState : std::uint8_t { kIncomplete, kComplete, kBad };

struct RequestHead {
  std::string_view method;
  std::string_view target;
  int minor_version = 1;               // 0 or 1: later ones are read as 1
  std::vector<runtime::Field> fields;  // every line in order, names as received
  Framing framing;
  bool keep_alive = true;
  bool expect_continue = false;  // only where a body is announced
};

class RequestHeadParser {
 public:
  explicit RequestHeadParser(const HeadLimits& limits) : limits_(limits) {}
  // `buffer` starts at the message's first octet and only grows between calls.
  HeadState Parse(std::string_view buffer);
  const RequestHead& head() const { return head_; }
  // Octets of the head, its empty line and any leading empty line included.
  std::size_t octets() const { return octets_; }
  const runtime::Refusal& refusal() const { return refusal_; }  // after kBad
  void Reset();                                                 // for the next message

 private:
  enum class Part : std::uint8_t { kStart, kRequestLine, kFields, kDone, kBad };
  HeadState ReadRequestLine(std::string_view buffer);
  HeadState ReadFields(std::string_view buffer);
  HeadState Finish();
  HeadState Refuse(std::uint16_t status, runtime::Reason reason, const char* detail);
  HeadState Refuse(const char* detail);
  bool SplitRequestLine(std::string_view line);

  HeadLimits limits_;
  RequestHead head_;
  runtime::Refusal refusal_;
  LineCursor cursor_;
  FramingFields framing_;
  const char* base_ = nullptr;  // where the views of head_ count from
  std::size_t octets_ = 0;
  Part part_ = Part::kStart;
};

struct ResponseHead {
  int minor_version = 1;
  std::uint16_t status = 0;
  std::vector<runtime::Field> fields;
  Framing framing;  // of what follows on the connection
  // What the framing fields say, which differs where no body may follow: the
  // Content-Length of an answer to HEAD, or of a 304, is worth passing on.
  Framing announced;
  bool keep_alive = true;
};

class ResponseHeadParser {
 public:
  explicit ResponseHeadParser(const HeadLimits& limits) : limits_(limits) {}
  // `request_method` decides whether a body follows (HEAD). 1xx heads are given
  // like any other; the caller skips them (101 is bad: nothing is tunnelled).
  // `error()` is a sentence, never from the peer's octets.
  HeadState Parse(std::string_view buffer, std::string_view request_method);
  const ResponseHead& head() const { return head_; }
  std::size_t octets() const { return octets_; }
  const char* error() const { return error_; }  // after kBad
  void Reset();

 private:
  enum class Part : std::uint8_t { kStatusLine, kFields, kDone, kBad };
  HeadState ReadStatusLine(std::string_view buffer);
  HeadState ReadFields(std::string_view buffer, std::string_view request_method);
  HeadState Finish(std::string_view request_method);
  HeadState Refuse(const char* error);

  HeadLimits limits_;
  ResponseHead head_;
  const char* error_ = "";
  LineCursor cursor_;
  FramingFields framing_;
  const char* base_ = nullptr;
  std::size_t octets_ = 0;
  Part part_ = Part::kStatusLine;
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_HEAD_H_
