// Response heads: as request heads, with what RFC 9112 6.3 says of the bodies
// that answers to HEAD, 1xx, 204 and 304 do not have.
#include <algorithm>

#include "proxy/http1/head.h"
#include "runtime/base/ascii.h"

namespace weir::proxy::http1 {
namespace {

// "HTTP/1.1 200 reason". The reason may be empty, and then the space before it be
// missing: RFC 9112 4 has it, and many servers do not send it.
const char* SplitStatusLine(std::string_view line, ResponseHead& head) {
  constexpr std::string_view kStart = "HTTP/1.";
  if (!line.starts_with(kStart) || line.size() < 12) return "the status line is malformed";
  const char minor = line[7];
  if (!IsDigit(minor)) return "the status line is malformed";
  if (line[8] != ' ' || (line.size() > 12 && line[12] != ' ') || !IsDigit(line[9]) ||
      !IsDigit(line[10]) || !IsDigit(line[11])) {
    return "the status line is malformed";
  }
  const int status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  if (status < 100 || status > 599) return "the status is not between 100 and 599";
  if (!IsFieldText(line.substr(12))) return "the reason phrase holds a control octet";
  head.minor_version = minor == '0' ? 0 : 1;
  head.status = static_cast<std::uint16_t>(status);
  return nullptr;
}

}  // namespace

HeadState ResponseHeadParser::Refuse(const char* error) {
  error_ = error;
  part_ = Part::kBad;
  return HeadState::kBad;
}

HeadState ResponseHeadParser::Parse(std::string_view buffer, std::string_view request_method) {
  if (part_ == Part::kBad) return HeadState::kBad;
  if (base_ != buffer.data() && base_ != nullptr) {
    for (runtime::Field& field : head_.fields) {
      field.name = Moved(field.name, base_, buffer.data());
      field.value = Moved(field.value, base_, buffer.data());
    }
  }
  base_ = buffer.data();
  if (part_ == Part::kDone) return HeadState::kComplete;
  if (part_ == Part::kStatusLine) {
    const HeadState state = ReadStatusLine(buffer);
    if (state != HeadState::kComplete) return state;
  }
  return ReadFields(buffer, request_method);
}

HeadState ResponseHeadParser::ReadStatusLine(std::string_view buffer) {
  if (!buffer.empty() && buffer[0] != 'H') return Refuse("the answer is not HTTP/1");
  std::string_view line;
  switch (NextLine(buffer, limits_.max_octets, cursor_, line)) {
    case LineState::kMore:
      return HeadState::kIncomplete;
    case LineState::kBareLf:
      return Refuse("a bare line feed");
    case LineState::kTooLong:
      return Refuse("the head is too large");
    case LineState::kLine:
      break;
  }
  if (const char* wrong = SplitStatusLine(line, head_)) return Refuse(wrong);
  part_ = Part::kFields;
  return HeadState::kComplete;
}

HeadState ResponseHeadParser::ReadFields(std::string_view buffer, std::string_view request_method) {
  while (true) {
    std::string_view line;
    switch (NextLine(buffer, limits_.max_octets, cursor_, line)) {
      case LineState::kMore:
        return HeadState::kIncomplete;
      case LineState::kBareLf:
        return Refuse("a bare line feed");
      case LineState::kTooLong:
        return Refuse("the head is too large");
      case LineState::kLine:
        break;
    }
    if (line.empty()) return Finish(request_method);
    if (head_.fields.size() >= limits_.max_fields) return Refuse("too many fields");
    runtime::Field field;
    if (const char* wrong = ParseFieldLine(line, field)) return Refuse(wrong);
    framing_.Note(field);
    head_.fields.push_back(field);
  }
}

HeadState ResponseHeadParser::Finish(std::string_view request_method) {
  if (const char* conflict = framing_.Conflict(head_.minor_version, Repeats::kIfEqual)) {
    return Refuse(conflict);
  }
  if (framing_.unknown_coding()) return Refuse("an unknown transfer coding");
  if (head_.status == 101) return Refuse("a switch of protocols nobody asked for");
  if (framing_.has_coding()) {
    head_.announced = {Framing::Kind::kChunked, 0};
  } else if (framing_.has_length()) {
    head_.announced = {Framing::Kind::kLength, framing_.length()};
  } else {
    head_.announced = {Framing::Kind::kUntilClose, 0};
  }
  const bool interim_or_204 = head_.status < 200 || head_.status == 204;
  if (interim_or_204 && (framing_.has_coding() || framing_.length() > 0)) {
    return Refuse("an answer that has no body announces one");
  }
  if (interim_or_204 || head_.status == 304 || request_method == "HEAD") {
    head_.framing = {Framing::Kind::kNone, 0};
  } else {
    head_.framing = head_.announced;
  }
  head_.keep_alive = !framing_.close() && (head_.minor_version == 1 || framing_.keep_alive()) &&
                     head_.framing.kind != Framing::Kind::kUntilClose;
  octets_ = cursor_.line;
  part_ = Part::kDone;
  return HeadState::kComplete;
}

void ResponseHeadParser::Reset() {
  std::vector<runtime::Field> fields = std::move(head_.fields);
  fields.clear();
  head_ = {};
  head_.fields = std::move(fields);
  error_ = "";
  cursor_ = {};
  framing_ = {};
  base_ = nullptr;
  octets_ = 0;
  part_ = Part::kStatusLine;
}

}  // namespace weir::proxy::http1
