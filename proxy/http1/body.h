// HTTP/1 message bodies: octets in, data out, for each kind of framing.
//
//   BodyDecoder body(head.framing, limits);
//   BodyDecoder::Progress step = body.Next(buffer);
//   Use(step.data);  buffer.remove_prefix(step.consumed);
//
// Chunk extensions are checked, bounded and dropped. Trailers are bounded by the
// head's limits and given once the body is done. Each octet of framing costs a
// step, data none; the outcome is the same however the octets are cut.
#ifndef WEIR_PROXY_HTTP1_BODY_H_
#define WEIR_PROXY_HTTP1_BODY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http1/head.h"
#include "proxy/http1/lines.h"
#include "runtime/request/request.h"

namespace weir::proxy::http1 {

class BodyDecoder {
 public:
  enum class State : std::uint8_t { kMore, kDone, kBad };
  struct Progress {
    std::size_t consumed = 0;  // octets of the input that are used up
    std::string_view data;     // body data among them, a view into the input
    State state = State::kMore;
  };

  BodyDecoder(const Framing& framing, const HeadLimits& limits);
  BodyDecoder(const BodyDecoder&) = delete;
  BodyDecoder& operator=(const BodyDecoder&) = delete;
  void Reset(const Framing& framing);  // for the next message

  // One step: at most one run of data. Call again while it consumes something.
  Progress Next(std::string_view input);
  // The peer closed: kDone for kUntilClose, kBad when more was announced.
  State Close() const;

  State state() const { return state_; }
  std::uint64_t received() const { return received_; }  // octets of data so far
  const char* error() const { return error_; }          // after kBad
  // After kDone of a chunked body, views into the decoder. Fields that may not
  // stand in a trailer are left out.
  const std::vector<runtime::Field>& trailers() const { return trailers_; }

 private:
  enum class Part : std::uint8_t {
    kData,  // no chunks: the length, or all until the peer closes
    kSizeStart,
    kSize,
    kExtensionNameStart,
    kExtensionName,
    kExtensionValueStart,
    kExtensionToken,
    kExtensionQuoted,
    kExtensionEscape,
    kExtensionEnd,
    kSizeLf,
    kChunk,
    kChunkCr,
    kChunkLf,
    kTrailer
  };
  State Fail(const char* error);
  bool SizeOctet(char c);
  bool ExtensionOctet(char c);
  bool AfterExtension(char c);
  std::string_view Take(std::string_view input);
  std::size_t ReadTrailer(std::string_view input);
  void KeepTrailers();

  HeadLimits limits_;
  bool until_close_ = false;
  State state_ = State::kMore;
  Part part_ = Part::kData;
  std::uint32_t digits_ = 0;      // of the chunk size
  std::uint32_t extensions_ = 0;  // octets of extensions in the whole body
  std::uint64_t left_ = 0;        // of the chunk, or of the body
  std::uint64_t received_ = 0;
  std::string text_;  // the trailer section
  LineCursor cursor_;
  std::uint32_t trailer_lines_ = 0;
  std::vector<runtime::Field> trailers_;
  const char* error_ = "";
};

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_BODY_H_
