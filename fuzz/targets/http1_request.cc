// One request off a connection's octets: the outcome does not depend on how they
// are cut; what is accepted and written anew is exactly one message under an
// independent strict reader, with the same parts; and where that reader accepts
// the octets themselves, both see the message end at the same octet.
#include <algorithm>
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

struct Request : Reading {
  std::string method, target;
  Framing framing;
};

Request Read(std::string_view octets, std::uint32_t kind) {
  Request out;
  RequestHeadParser parser(weir::fuzz::kFuzzLimits);
  std::unique_ptr<std::string> buffer;
  const HeadState state = weir::fuzz::FeedHead(
      octets, kind, [&](std::string_view b) { return parser.Parse(b); }, buffer);
  if (state == HeadState::kBad) {
    Require(parser.refusal().status >= 400 && parser.refusal().status <= 505, "a refusal's status");
    out.outcome = std::to_string(parser.refusal().status) + parser.refusal().detail;
    return out;
  }
  if (state == HeadState::kIncomplete) {
    Require(octets.size() < weir::fuzz::kFuzzLimits.max_octets, "an endless head is refused");
    out.outcome = "more";
    return out;
  }
  const RequestHead& head = parser.head();
  Require(parser.octets() <= weir::fuzz::kFuzzLimits.max_octets, "the head is bounded");
  Require(head.fields.size() <= weir::fuzz::kFuzzLimits.max_fields, "the fields are bounded");
  Require(head.framing.kind != Framing::Kind::kUntilClose, "a request has an end");
  out.method = head.method;
  out.target = head.target;
  out.framing = head.framing;
  for (const auto& field : head.fields) out.fields.emplace_back(field.name, field.value);
  out.outcome = out.method + " " + out.target + std::to_string(head.minor_version) +
                (head.keep_alive ? "k" : "c") + (head.expect_continue ? "e" : "") +
                std::to_string(static_cast<int>(head.framing.kind)) + "/" +
                std::to_string(head.framing.length);
  for (const auto& [name, value] : out.fields) out.outcome += "\n" + name + "=" + value;
  out.used = parser.octets();
  weir::fuzz::FeedBody(octets.substr(out.used), kind, head.framing, out);
  return out;
}

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

bool BelongsToTheWriter(const std::string& name) {
  static const std::string_view kOwn[] = {
      "host",    "content-length", "transfer-encoding", "connection", "keep-alive", "trailer", "te",
      "upgrade", "expect",         "proxy-connection"};
  return std::ranges::find(kOwn, Lower(name)) != std::end(kOwn);
}

// Writes the request as a proxy would and reads it back with the other reader.
void CheckWrittenAnew(const Request& request) {
  std::vector<weir::runtime::Field> fields;
  for (const auto& [name, value] : request.fields) fields.push_back({name, value});
  const std::size_t mark = request.target.find('?');
  const std::string path = request.target.substr(0, mark);
  const std::string query = mark == std::string::npos ? "" : request.target.substr(mark + 1);
  std::string out;
  const bool writable = path.starts_with('/') && request.target.find('#') == std::string::npos;
  const bool written = WriteRequestHead(request.method, path, mark != std::string::npos, query,
                                        "host.example", fields, request.framing, out);
  Require(written == writable, "what was accepted in origin form can be written");
  if (!written) return;
  if (request.framing.kind == Framing::Kind::kChunked) {
    WriteChunk(std::string_view(request.data).substr(0, request.data.size() / 2),
               [&](std::string_view piece) { out.append(piece); });
    WriteChunk(std::string_view(request.data).substr(request.data.size() / 2),
               [&](std::string_view piece) { out.append(piece); });
    std::vector<weir::runtime::Field> trailers;
    for (const auto& [name, value] : request.trailers) trailers.push_back({name, value});
    WriteLastChunk(trailers, out);
  } else {
    out += request.data;
  }
  std::string why;
  const auto read = weir::strict::ReadAll(out, &why);
  Require(read.has_value() && read->size() == 1, "what is written is one strict message");
  const weir::strict::Request& again = read->front();
  Require(again.method == request.method && again.target == request.target, "the same request");
  Require(again.body == request.data, "the same body");
  std::size_t at = 1;  // after host
  for (const auto& [name, value] : request.fields) {
    if (BelongsToTheWriter(name)) continue;
    Require(at < again.fields.size() && again.fields[at].first == Lower(name) &&
                again.fields[at].second == value,
            "the same fields");
    ++at;
  }
  Require(at + (again.chunked || again.has_length ? 1 : 0) == again.fields.size(),
          "no other field");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Request whole = Read(octets, 0);
  Require(Read(octets, 1).outcome == whole.outcome, "octet by octet is as whole");
  for (std::uint32_t kind = 2; kind < 5; ++kind) {
    Require(Read(octets, kind).outcome == whole.outcome, "in pieces is as whole");
  }
  if (!whole.complete) return 0;
  CheckWrittenAnew(whole);
  weir::strict::Reader reader(octets);
  weir::strict::Request other;
  if (reader.Next(other)) {
    Require(size - reader.left() == whole.used, "both readers see the same end");
    Require(other.body == whole.data, "both readers see the same body");
  }
  return 0;
}
