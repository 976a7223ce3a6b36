// Bodies. A chunk's size line goes through a small machine an octet at a time,
// so nothing is buffered and no cut between reads can matter; data is handed on
// in the longest runs the input holds. White space in a size line, which RFC
// 9112 7.1.1 lets a recipient put up with, is refused: only who probes sends it.
#include "proxy/http1/body.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"

namespace weir::proxy::http1 {
namespace {

constexpr std::uint32_t kMaxSizeDigits = 16;
constexpr std::uint32_t kMaxExtensionOctets = 4096;  // of a whole body

}  // namespace

BodyDecoder::BodyDecoder(const Framing& framing, const HeadLimits& limits) : limits_(limits) {
  Reset(framing);
}

void BodyDecoder::Reset(const Framing& framing) {
  const bool chunked = framing.kind == Framing::Kind::kChunked;
  const bool empty = framing.kind == Framing::Kind::kNone ||
                     (framing.kind == Framing::Kind::kLength && framing.length == 0);
  until_close_ = framing.kind == Framing::Kind::kUntilClose;
  state_ = empty ? State::kDone : State::kMore;
  part_ = chunked ? Part::kSizeStart : Part::kData;
  digits_ = extensions_ = trailer_lines_ = 0;
  left_ = framing.kind == Framing::Kind::kLength ? framing.length : 0;
  received_ = 0;
  text_.clear();
  cursor_ = {};
  trailers_.clear();
  error_ = "";
}

BodyDecoder::State BodyDecoder::Fail(const char* error) {
  error_ = error;
  return state_ = State::kBad;
}

BodyDecoder::State BodyDecoder::Close() const {
  if (state_ != State::kMore) return state_;
  return until_close_ ? State::kDone : State::kBad;
}

BodyDecoder::Progress BodyDecoder::Next(std::string_view input) {
  std::size_t used = 0;
  while (used < input.size() && state_ == State::kMore) {
    if (part_ == Part::kData || part_ == Part::kChunk) {
      const std::string_view data = Take(input.substr(used));
      return {used + data.size(), data, state_};
    }
    if (part_ == Part::kTrailer) {
      used += ReadTrailer(input.substr(used));
    } else if (!SizeOctet(input[used++])) {
      Fail("a chunk is malformed");
    }
  }
  return {used, {}, state_};
}

// The data at the start of the input, which is not empty.
std::string_view BodyDecoder::Take(std::string_view input) {
  if (until_close_) {
    received_ += input.size();
    return input;
  }
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size()));
  left_ -= size;
  received_ += size;
  if (left_ == 0) {
    if (part_ == Part::kChunk) {
      part_ = Part::kChunkCr;
    } else {
      state_ = State::kDone;
    }
  }
  return input.substr(0, size);
}

// One octet outside data and trailers; false when it cannot stand there.
bool BodyDecoder::SizeOctet(char c) {
  switch (part_) {
    case Part::kChunkCr:
      part_ = Part::kChunkLf;
      return c == '\r';
    case Part::kChunkLf:
      part_ = Part::kSizeStart;
      return c == '\n';
    case Part::kSizeLf:
      part_ = left_ == 0 ? Part::kTrailer : Part::kChunk;
      return c == '\n';
    case Part::kSizeStart:
      digits_ = 0;
      left_ = 0;
      part_ = Part::kSize;
      [[fallthrough]];
    case Part::kSize: {
      const int value = HexDigit(c);
      if (value < 0) return digits_ > 0 && AfterExtension(c);
      if (++digits_ > kMaxSizeDigits) return false;
      left_ = left_ << 4 | static_cast<std::uint64_t>(value);
      return left_ >> 63 == 0;
    }
    default:
      return ++extensions_ <= kMaxExtensionOctets && ExtensionOctet(c);
  }
}

// RFC 9112 7.1.1 without its bad white space: *( ";" name [ "=" ( token / quoted ) ] )
bool BodyDecoder::ExtensionOctet(char c) {
  switch (part_) {
    case Part::kExtensionNameStart:
      part_ = Part::kExtensionName;
      return kTokenBytes[c];
    case Part::kExtensionName:
      if (kTokenBytes[c]) return true;
      if (c != '=') return AfterExtension(c);
      part_ = Part::kExtensionValueStart;
      return true;
    case Part::kExtensionValueStart:
      part_ = c == '"' ? Part::kExtensionQuoted : Part::kExtensionToken;
      return c == '"' || kTokenBytes[c];
    case Part::kExtensionToken:
      return kTokenBytes[c] || AfterExtension(c);
    case Part::kExtensionQuoted:
      if (c == '"') part_ = Part::kExtensionEnd;
      if (c == '\\') part_ = Part::kExtensionEscape;
      return IsFieldText({&c, 1});
    case Part::kExtensionEscape:
      part_ = Part::kExtensionQuoted;
      return IsFieldText({&c, 1});
    default:
      return AfterExtension(c);
  }
}

bool BodyDecoder::AfterExtension(char c) {
  part_ = c == ';' ? Part::kExtensionNameStart : Part::kSizeLf;
  return c == ';' || c == '\r';
}

std::size_t BodyDecoder::ReadTrailer(std::string_view input) {
  const void* found = std::memchr(input.data(), '\n', input.size());
  const std::size_t size =
      found == nullptr
          ? input.size()
          : static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) + 1;
  if (size > limits_.max_octets - text_.size()) {
    Fail("the trailer section is too large");
    return 0;
  }
  text_.append(input.substr(0, size));
  if (found == nullptr) return size;
  std::string_view line;
  runtime::Field field;
  if (NextLine(text_, limits_.max_octets, cursor_, line) != LineState::kLine) {
    Fail("a bare line feed");
  } else if (line.empty()) {
    KeepTrailers();
    state_ = State::kDone;
  } else if (++trailer_lines_ > limits_.max_fields) {
    Fail("too many trailer fields");
  } else if (const char* wrong = ParseFieldLine(line, field)) {
    Fail(wrong);
  }
  return size;
}

// The section is whole and checked, and will not move any more: now views may
// point into it.
void BodyDecoder::KeepTrailers() {
  LineCursor cursor;
  std::string_view line;
  runtime::Field field;
  while (NextLine(text_, text_.size(), cursor, line) == LineState::kLine && !line.empty()) {
    if (ParseFieldLine(line, field) == nullptr && MayStandInTrailer(field.name)) {
      trailers_.push_back(field);
    }
  }
}

}  // namespace weir::proxy::http1
