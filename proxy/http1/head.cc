// Request heads, one line at a time.
//
// Each line is found by one memchr and then read once. What is wrong with a
// head is decided at a line's end, or where a limit is passed, so the outcome
// depends on the octets alone and never on how they were cut into reads. Views
// count from `base_`; a buffer that moved between reads takes them along, which
// costs a step for each field so far and happens only when the buffer grows.
#include "proxy/http1/head.h"

#include <algorithm>

#include "runtime/base/ascii.h"

namespace weir::proxy::http1 {
namespace {

using runtime::Reason;

constexpr std::size_t kMaxMethod = 64;
constexpr std::string_view kVersionShape = "HTTP/d.d";

// Whether `text` is HTTP/DIGIT.DIGIT, in capitals.
bool IsVersion(std::string_view text) {
  if (text.size() != kVersionShape.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kVersionShape[i] == 'd' ? !IsDigit(text[i]) : text[i] != kVersionShape[i]) return false;
  }
  return true;
}

}  // namespace

HeadState RequestHeadParser::Refuse(std::uint16_t status, Reason reason, const char* detail) {
  refusal_ = {status, reason, detail, true};
  part_ = Part::kBad;
  return HeadState::kBad;
}

HeadState RequestHeadParser::Refuse(const char* detail) {
  return Refuse(400, Reason::kBadRequest, detail);
}

HeadState RequestHeadParser::Parse(std::string_view buffer) {
  if (base_ != buffer.data() && base_ != nullptr) {
    head_.method = Moved(head_.method, base_, buffer.data());
    head_.target = Moved(head_.target, base_, buffer.data());
    for (runtime::Field& field : head_.fields) {
      field.name = Moved(field.name, base_, buffer.data());
      field.value = Moved(field.value, base_, buffer.data());
    }
  }
  base_ = buffer.data();
  if (part_ == Part::kBad) return HeadState::kBad;
  if (part_ == Part::kDone) return HeadState::kComplete;
  if (part_ < Part::kFields) {
    const HeadState state = ReadRequestLine(buffer);
    if (state != HeadState::kComplete) return state;
  }
  return ReadFields(buffer);
}

// kComplete: the request line was read.
HeadState RequestHeadParser::ReadRequestLine(std::string_view buffer) {
  while (true) {
    // Input that is not HTTP is rejected at its first byte.
    if (buffer.size() > cursor_.line) {
      const char first = buffer[cursor_.line];
      if (!kTokenBytes[first] && first != '\r') return Refuse("a request starts with no method");
    }
    // "METHOD target HTTP/1.1" CR LF
    const std::size_t line_limit = cursor_.line + kMaxMethod + 1 + limits_.max_target + 11;
    std::string_view line;
    switch (NextLine(buffer, std::min(line_limit, limits_.max_octets), cursor_, line)) {
      case LineState::kMore:
        return HeadState::kIncomplete;
      case LineState::kBareLf:
        return Refuse("a bare line feed");
      case LineState::kTooLong: {
        const std::size_t limit = std::min(line_limit, limits_.max_octets);
        if (TokenLength(buffer.substr(0, limit).substr(cursor_.line)) > kMaxMethod) {
          return Refuse(501, Reason::kNotImplemented, "the method is too long");
        }
        return Refuse(414, Reason::kTargetTooLong, "the request line is too long");
      }
      case LineState::kLine:
        break;
    }
    if (line.empty() && part_ == Part::kStart) {  // RFC 9112 2.2: one empty line is passed over
      part_ = Part::kRequestLine;
      continue;
    }
    if (!SplitRequestLine(line)) return HeadState::kBad;
    part_ = Part::kFields;
    return HeadState::kComplete;
  }
}

bool RequestHeadParser::SplitRequestLine(std::string_view line) {
  const auto bad = [this](const char* detail) {
    Refuse(detail);
    return false;
  };
  const std::size_t method_end = TokenLength(line);
  if (method_end == 0 || method_end == line.size() || line[method_end] != ' ') {
    return bad("the method is not a token before one space");
  }
  std::string_view rest = line.substr(method_end + 1);
  const std::size_t space = rest.find(' ');
  if (space == std::string_view::npos) return bad("the request line has no version");
  const std::string_view target = rest.substr(0, space);
  const std::string_view version = rest.substr(space + 1);
  if (!IsTargetText(target)) return bad("the target holds an octet that no target may hold");
  if (!IsVersion(version)) return bad("the version is malformed");
  if (version[5] != '1') {
    Refuse(505, Reason::kVersion, "the major version is not 1");
    return false;
  }
  if (method_end > kMaxMethod) {
    Refuse(501, Reason::kNotImplemented, "the method is too long");
    return false;
  }
  if (target.size() > limits_.max_target) {
    Refuse(414, Reason::kTargetTooLong, "the target is too long");
    return false;
  }
  head_.method = line.substr(0, method_end);
  head_.target = target;
  head_.minor_version = version[7] == '0' ? 0 : 1;  // RFC 9110 2.5: a later minor is read as 1
  return true;
}

HeadState RequestHeadParser::ReadFields(std::string_view buffer) {
  while (true) {
    std::string_view line;
    switch (NextLine(buffer, limits_.max_octets, cursor_, line)) {
      case LineState::kMore:
        return HeadState::kIncomplete;
      case LineState::kBareLf:
        return Refuse("a bare line feed");
      case LineState::kTooLong:
        return Refuse(431, Reason::kHeadersTooLarge, "the head is too large");
      case LineState::kLine:
        break;
    }
    if (line.empty()) return Finish();
    if (head_.fields.size() >= limits_.max_fields) {
      return Refuse(431, Reason::kHeadersTooLarge, "too many fields");
    }
    runtime::Field field;
    if (const char* wrong = ParseFieldLine(line, field)) return Refuse(wrong);
    framing_.Note(field);
    head_.fields.push_back(field);
  }
}

HeadState RequestHeadParser::Finish() {
  if (const char* conflict = framing_.Conflict(head_.minor_version, Repeats::kNever)) {
    return Refuse(conflict);
  }
  if (framing_.unknown_coding()) {
    return Refuse(501, Reason::kNotImplemented, "an unknown transfer coding");
  }
  if (framing_.expects_other()) {
    return Refuse(417, Reason::kBadRequest, "an expectation other than 100-continue");
  }
  if (framing_.has_coding()) {
    head_.framing = {Framing::Kind::kChunked, 0};
  } else if (framing_.has_length()) {
    head_.framing = {Framing::Kind::kLength, framing_.length()};
  }
  const bool has_body = framing_.has_coding() || framing_.length() > 0;
  head_.expect_continue = head_.minor_version == 1 && has_body && framing_.expects_continue();
  head_.keep_alive = !framing_.close() && (head_.minor_version == 1 || framing_.keep_alive());
  octets_ = cursor_.line;
  part_ = Part::kDone;
  return HeadState::kComplete;
}

void RequestHeadParser::Reset() {
  std::vector<runtime::Field> fields = std::move(head_.fields);
  fields.clear();
  head_ = {};
  head_.fields = std::move(fields);
  refusal_ = {};
  cursor_ = {};
  framing_ = {};
  base_ = nullptr;
  octets_ = 0;
  part_ = Part::kStart;
}

}  // namespace weir::proxy::http1
