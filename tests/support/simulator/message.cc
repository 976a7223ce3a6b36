#include "tests/support/simulator/message.h"

#include <charconv>
#include <utility>

namespace weir::simulator {
namespace {

bool ChunkSize(std::string_view text, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string FieldOf(const strict::Request& head, std::string_view name) {
  std::string value;
  head.Count(name, &value);
  return value;
}

std::string ChunkOf(std::string_view piece) {
  char size[24];
  const auto end = std::to_chars(size, size + sizeof size, piece.size(), 16).ptr;
  return std::string(size, end).append("\r\n").append(piece).append("\r\n");
}

bool MessageReader::No(std::string why) {
  why_ = std::move(why);
  return false;
}

bool MessageReader::Line(std::string& line) {
  const std::size_t end = text_.find("\r\n");
  if (end == std::string::npos) return false;
  line = text_.substr(0, end);
  text_.erase(0, end + 2);
  return true;
}

bool MessageReader::ReadHead(std::string_view text) {
  strict::Reader reader(text);
  strict::Request head;
  const bool read =
      kind_ == Kind::kRequests ? reader.NextHead(head) : reader.NextResponseHead(head);
  if (!read || !reader.Framing(head)) return No(reader.why());
  StartBody(head);
  return true;
}

void MessageReader::StartBody(const strict::Request& head) {
  const bool has_body = sink_.OnHead(head);
  if (kind_ == Kind::kResponses && head.status < 200) return;
  const bool framed = head.has_length || head.chunked;
  const bool none = !has_body || head.status == 204 || head.status == 304;
  if (none || (head.has_length && head.length == 0) || (!framed && kind_ == Kind::kRequests))
    return sink_.OnEnd();
  left_ = head.length;
  state_ = head.chunked ? State::kChunkSize : head.has_length ? State::kLength : State::kUntilEnd;
}

// One step on text_; false: no more can be done with it.
bool MessageReader::Step() {
  std::string line;
  switch (state_) {
    case State::kHead: {
      const std::size_t end = text_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const std::string head = text_.substr(0, end + 4);
      text_.erase(0, end + 4);
      return ReadHead(head);
    }
    case State::kLength:
    case State::kUntilEnd:
    case State::kChunkData: {
      if (text_.empty()) return false;
      const std::uint64_t most = state_ == State::kUntilEnd ? text_.size() : left_;
      const std::string piece = text_.substr(0, most);
      text_.erase(0, piece.size());
      left_ -= state_ == State::kUntilEnd ? 0 : piece.size();
      if (state_ == State::kChunkData && left_ == 0) state_ = State::kChunkEnd;
      sink_.OnBody(piece);
      if (state_ == State::kLength && left_ == 0) {
        state_ = State::kHead;
        sink_.OnEnd();
      }
      return true;
    }
    case State::kChunkSize:
      if (!Line(line)) return false;
      if (!ChunkSize(line, left_)) return No("a chunk's size");
      state_ = left_ == 0 ? State::kTrailers : State::kChunkData;
      return true;
    case State::kChunkEnd:
      if (!Line(line)) return false;
      if (!line.empty()) return No("a chunk's end");
      state_ = State::kChunkSize;
      return true;
    case State::kTrailers:
      if (!Line(line)) return false;
      if (!line.empty()) return true;
      state_ = State::kHead;
      sink_.OnEnd();
      return true;
  }
  return false;
}

bool MessageReader::Feed(std::string_view bytes) {
  text_.append(bytes);
  while (why_.empty() && Step()) {
  }
  return why_.empty();
}

void MessageReader::End() {
  if (state_ != State::kUntilEnd || !text_.empty()) return;
  state_ = State::kHead;
  sink_.OnEnd();
}

}  // namespace weir::simulator
