// Feeds octets to the HTTP/1 parsers in pieces, and notes what came of it in one
// text that must not depend on the pieces.
#ifndef WEIR_FUZZ_HARNESS_HTTP1_FEED_H_
#define WEIR_FUZZ_HARNESS_HTTP1_FEED_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http1/body.h"
#include "proxy/http1/head.h"

namespace weir::fuzz {

inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

// Sizes of pieces: 0 is one piece, 1 single octets, else pseudo-random ones.
class Pieces {
 public:
  explicit Pieces(std::uint32_t kind) : kind_(kind), state_(kind * 2654435761u + 1) {}
  std::size_t Next(std::size_t left) {
    if (kind_ == 0) return left;
    if (kind_ == 1) return 1;
    state_ = state_ * 1664525u + 1013904223u;
    const std::size_t size = 1 + (state_ >> 16) % 37;
    return size < left ? size : left;
  }

 private:
  std::uint32_t kind_;
  std::uint32_t state_;
};

inline constexpr proxy::http1::HeadLimits kFuzzLimits{
    .max_octets = 1024, .max_target = 200, .max_fields = 12};

// A message as far as it was read.
struct Reading {
  std::string outcome;  // everything observable, comparable
  bool complete = false;
  std::size_t used = 0;
  std::string data;
  std::vector<std::pair<std::string, std::string>> fields;
  std::vector<std::pair<std::string, std::string>> trailers;
};

// `parse(buffer)` is called with a growing copy at a new place each time.
template <class Parse>
proxy::http1::HeadState FeedHead(std::string_view octets, std::uint32_t kind, Parse parse,
                                 std::unique_ptr<std::string>& buffer) {
  using proxy::http1::HeadState;
  Pieces pieces(kind);
  HeadState state = HeadState::kIncomplete;
  std::size_t given = 0;
  do {
    if (given < octets.size()) given += pieces.Next(octets.size() - given);
    auto next = std::make_unique<std::string>(octets.substr(0, given));
    state = parse(std::string_view(*next));
    buffer = std::move(next);
  } while (state == HeadState::kIncomplete && given < octets.size());
  return state;
}

inline void FeedBody(std::string_view octets, std::uint32_t kind,
                     const proxy::http1::Framing& framing, Reading& out) {
  using State = proxy::http1::BodyDecoder::State;
  proxy::http1::BodyDecoder body(framing, kFuzzLimits);
  Pieces pieces(kind + 7);
  std::size_t given = 0;
  std::size_t used = 0;
  while (body.state() == State::kMore && given < octets.size()) {
    given += kind == 1 ? 1 : pieces.Next(octets.size() - given);
    while (body.state() == State::kMore && used < given) {
      const std::string piece(octets.substr(used, given - used));
      const auto step = body.Next(piece);
      out.data += step.data;
      used += step.consumed;
      if (step.consumed == 0) break;
    }
  }
  Require(body.state() == State::kBad || body.received() == out.data.size(), "octets counted");
  if (body.state() == State::kMore && body.Close() == State::kDone) used = octets.size();
  out.complete = body.state() == State::kDone || body.Close() == State::kDone;
  if (body.state() != State::kBad) out.used += used;  // where a fault is told, nothing is used
  out.outcome += " body " + std::to_string(static_cast<int>(body.state())) + " " + out.data;
  for (const auto& field : body.trailers()) {
    out.trailers.emplace_back(field.name, field.value);
    out.outcome += "|" + std::string(field.name) + "=" + std::string(field.value);
  }
  out.outcome += " used " + std::to_string(out.used);
}

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_HARNESS_HTTP1_FEED_H_
