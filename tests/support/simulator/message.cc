#include "tests/support/simulator/message.h"

#include <algorithm>
#include <charconv>

namespace weir::simulator {
namespace {

bool Number(std::string_view text, int base, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

bool FieldLine(std::string_view line, std::pair<std::string, std::string>& field) {
  const std::size_t colon = line.find(": ");
  if (colon == std::string_view::npos || colon == 0) return false;
  field.first = line.substr(0, colon);
  for (char& c : field.first) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c <= ' ' || c > '~') return false;
  }
  field.second = line.substr(colon + 2);
  return true;
}

}  // namespace

std::string_view Head::Field(std::string_view name) const {
  std::string_view value;
  for (const auto& [n, v] : fields) {
    if (n == name) value = v;
  }
  return value;
}

bool MessageReader::No(const char* why) {
  why_ = why;
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
  Head head;
  std::string_view line = text.substr(0, text.find("\r\n"));
  if (kind_ == Kind::kRequests) {
    const std::size_t one = line.find(' '), two = line.rfind(' ');
    if (one == std::string_view::npos || one == two || line.substr(two) != " HTTP/1.1")
      return No("a request line");
    head.method = line.substr(0, one);
    head.target = line.substr(one + 1, two - one - 1);
  } else {
    std::uint64_t status = 0;
    if (!line.starts_with("HTTP/1.1 ") || line.size() < 13 || line[12] != ' ' ||
        !Number(line.substr(9, 3), 10, status)) {
      return No("a status line");
    }
    head.status = static_cast<int>(status);
  }
  for (text.remove_prefix(line.size() + 2); !text.empty(); text.remove_prefix(line.size() + 2)) {
    line = text.substr(0, text.find("\r\n"));
    if (!FieldLine(line, head.fields.emplace_back())) return No("a field line");
  }
  return StartBody(head);
}

bool MessageReader::StartBody(const Head& head) {
  const auto lines = [&](std::string_view name) {
    return std::ranges::count_if(head.fields,
                                 [&](const auto& field) { return field.first == name; });
  };
  const auto lengths = lines("content-length"), codings = lines("transfer-encoding");
  if (lengths + codings > 1) return No("more than one framing");
  std::uint64_t length = 0;
  if (lengths == 1 && !Number(head.Field("content-length"), 10, length)) return No("a length");
  if (codings == 1 && head.Field("transfer-encoding") != "chunked") return No("a coding");
  const bool interim = kind_ == Kind::kResponses && head.status < 200;
  if (interim && lengths + codings > 0) return No("framing of an interim answer");
  const bool has_body = sink_.OnHead(head);
  if (interim) return true;
  const bool none = !has_body || head.status == 204 || head.status == 304;
  if (none || (lengths == 1 && length == 0) ||
      (lengths + codings == 0 && kind_ == Kind::kRequests)) {
    sink_.OnEnd();
    return true;
  }
  left_ = length;
  state_ = codings == 1 ? State::kChunkSize : lengths == 1 ? State::kLength : State::kUntilEnd;
  return true;
}

// One step on text_; false: no more can be done with it.
bool MessageReader::Step() {
  std::string line;
  switch (state_) {
    case State::kHead: {
      const std::size_t end = text_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      const std::string head = text_.substr(0, end + 2);
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
      if (!Number(line, 16, left_)) return No("a chunk's size");
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
