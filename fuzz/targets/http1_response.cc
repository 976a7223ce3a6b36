// One response off an upstream's octets: the outcome does not depend on how they
// are cut; what is accepted and written anew is exactly one message under an
// independent strict reader; and both see the octets' own message end alike.
//
// The input's first octet says which method is answered.
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/harness/http1_feed.h"
#include "proxy/http1/writer.h"
#include "tests/support/http1/strict.h"

namespace {

using namespace weir::proxy::http1;  // NOLINT: a program of one page
using weir::fuzz::Reading;
using weir::fuzz::Require;

struct Response : Reading {
  std::uint16_t status = 0;
  Framing framing;
  bool keep_alive = false;
};

Response Read(std::string_view octets, std::string_view method, std::uint32_t kind) {
  Response out;
  ResponseHeadParser parser(weir::fuzz::kFuzzLimits);
  std::unique_ptr<std::string> buffer;
  const HeadState state = weir::fuzz::FeedHead(
      octets, kind, [&](std::string_view b) { return parser.Parse(b, method); }, buffer);
  if (state != HeadState::kComplete) {
    out.outcome = state == HeadState::kBad ? parser.error() : "more";
    return out;
  }
  const ResponseHead& head = parser.head();
  out.status = head.status;
  out.framing = head.framing;
  out.keep_alive = head.keep_alive;
  Require(head.status >= 100 && head.status <= 599 && head.status != 101,
          "a status that is served");
  const bool bare =
      head.status < 200 || head.status == 204 || head.status == 304 || method == "HEAD";
  Require(!bare || head.framing.kind == Framing::Kind::kNone, "no body where none may be");
  Require(bare || head.framing.kind != Framing::Kind::kNone, "a body's end is known");
  Require(head.framing.kind != Framing::Kind::kUntilClose || !head.keep_alive,
          "what ends with the connection ends it");
  for (const auto& field : head.fields) out.fields.emplace_back(field.name, field.value);
  out.outcome = std::to_string(head.status) + (head.keep_alive ? "k" : "c") +
                std::to_string(static_cast<int>(head.framing.kind)) + "/" +
                std::to_string(head.framing.length);
  for (const auto& [name, value] : out.fields) out.outcome += "\n" + name + "=" + value;
  out.used = parser.octets();
  weir::fuzz::FeedBody(octets.substr(out.used), kind, head.framing, out);
  return out;
}

void CheckWrittenAnew(const Response& response, std::string_view method) {
  std::vector<weir::runtime::Field> fields;
  for (const auto& [name, value] : response.fields) fields.push_back({name, value});
  Framing framing = response.framing;
  if (framing.kind == Framing::Kind::kUntilClose) framing.kind = Framing::Kind::kChunked;
  std::string out;
  Require(WriteResponseHead(response.status, fields, framing, !response.keep_alive, out),
          "what was accepted can be written");
  if (framing.kind == Framing::Kind::kChunked) {
    WriteChunk(response.data, [&](std::string_view piece) { out.append(piece); });
    WriteLastChunk({}, out);
  } else {
    out += response.data;
  }
  weir::strict::Reader reader(out);
  weir::strict::Request again;
  Require(reader.NextResponse(method, again) && reader.empty(),
          "what is written is one strict message");
  Require(again.status == response.status && again.body == response.data, "the same response");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view method = data[0] % 2 == 0 ? "HEAD" : "GET";
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Response whole = Read(octets, method, 0);
  for (std::uint32_t kind = 1; kind < 5; ++kind) {
    Require(Read(octets, method, kind).outcome == whole.outcome, "in pieces is as whole");
  }
  if (!whole.complete) return 0;
  CheckWrittenAnew(whole, method);
  weir::strict::Reader reader(octets);
  weir::strict::Request other;
  if (reader.NextResponse(method, other)) {
    Require(octets.size() - reader.left() == whole.used, "both readers see the same end");
    Require(other.body == whole.data, "both readers see the same body");
  }
  return 0;
}
