// Every value is written into one string that is made large enough first, so
// views into it stay; the capacity is kept for the next request.
#include "runtime/decide/forwarded.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>

#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"
#include "runtime/decide/transform.h"
#include "runtime/request/address.h"
#include "runtime/request/canonical.h"

namespace weir::runtime {
namespace {

void CopyFields(const CanonicalRequest& request, std::vector<Field>& fields) {
  fields.clear();
  for (const Header& header : request.headers) {
    if (header.name == "content-length" || SpelledAlike(header.name, "x-request-id") ||
        IsForwardingField(header.name)) {
      continue;
    }
    fields.push_back({header.name, header.value});
  }
}

// CANON-21 lets none through that is 0 or no number.
void CountDown(const CanonicalRequest& request, ForwardedHead& out) {
  if (request.method != "OPTIONS" && request.method != "TRACE") return;
  constexpr std::uint64_t kMost = 999'999'999;
  for (Field& field : out.fields) {
    if (field.name != "max-forwards") continue;
    std::uint64_t hops = 0;
    for (const char c : field.value) hops = std::min(hops * 10 + (c - '0'), kMost);
    const std::size_t start = out.text.size();
    out.text.append(std::to_string(hops - 1));
    field.value = std::string_view(out.text).substr(start);
  }
}

// TRANSFORM-12.
void AddVia(const CanonicalRequest& request, ForwardedHead& out) {
  if (request.via.empty()) return;
  const std::size_t start = out.text.size();
  out.text.append(request.minor_version == 0 ? "1.0 " : "1.1 ").append(request.via);
  out.fields.push_back({"via", std::string_view(out.text).substr(start)});
}

// TRANSFORM-1.
void AddOwnFields(const CanonicalRequest& request, std::string_view request_id,
                  ForwardedHead& out) {
  const AddressText peer(request.peer_address);
  const Header* chain = request.peer_trusted ? request.Find("x-forwarded-for") : nullptr;
  const std::size_t start = out.text.size();
  if (chain && !chain->value.empty()) out.text.append(chain->value).append(", ");
  out.text.append(peer.view());
  out.fields.push_back({"x-forwarded-for", std::string_view(out.text).substr(start)});
  out.fields.push_back({"x-forwarded-proto", request.scheme});
  const auto received = [&](std::string_view name) {
    return request.peer_trusted ? request.Find(name) : nullptr;
  };
  const Header* const host = received("x-forwarded-host");
  const std::string_view named = host ? host->value : request.authority;
  if (host || !named.empty()) out.fields.push_back({"x-forwarded-host", named});
  if (const Header* const port = received("x-forwarded-port")) {
    out.fields.push_back({"x-forwarded-port", port->value});
  }
  const std::string_view kept = KeptRequestId(request);
  out.fields.push_back({"x-request-id", kept.empty() ? request_id : kept});
}

// TRANSFORM-3: a path that would be read otherwise than it stands is not sent.
bool IsCanonical(const Table& table, const CanonicalRequest& request, std::string_view path,
                 std::string& text) {
  const GatewayRecord& gateway = table.gateway();
  if (request.listener >= gateway.listeners.count) return false;
  const ListenerRecord& listener = table.listeners()[gateway.listeners.first + request.listener];
  const std::size_t start = text.size();
  const PathOptions options{listener.keep_encoded_slash != 0, listener.keep_slashes != 0,
                            static_cast<PathParameters>(listener.path_parameters)};
  const char* wrong = CanonicalisePath(path, options, text);
  return wrong == nullptr && std::string_view(text).substr(start) == path;
}

}  // namespace

std::string_view KeptRequestId(const CanonicalRequest& request) {
  // One that came on two lines is none.
  const Header* header = request.Find("x-request-id");
  return header && header->lines == 1 ? header->value : std::string_view();
}

std::expected<void, Answer> BuildForwardedHead(const Table& table, const CanonicalRequest& request,
                                               const Decision& decision,
                                               std::string_view request_id, ForwardedHead& out) {
  const Facts facts{table, request, decision.identity(), decision.route()};
  const auto transforms = Table::Slice(table.transforms(), decision.route_record().request);
  const Header* chain = request.Find("x-forwarded-for");
  const std::size_t bound = TransformedSize(facts, decision, transforms) +
                            (chain ? chain->value.size() : 0) + request.via.size() + 96;
  out.text.clear();
  if (out.text.capacity() < bound) out.text.reserve(2 * bound);
  [[maybe_unused]] const char* const base = out.text.data();

  out.method = request.method;
  out.path = request.path;
  out.query = request.query;
  out.has_query = request.has_query;
  out.host = request.authority;
  CopyFields(request, out.fields);
  CountDown(request, out);
  AddOwnFields(request, request_id, out);
  for (const TransformRecord& transform : transforms) {
    ApplyRequestTransform(facts, decision, transform, out);
  }
  AddVia(request, out);
  if (out.path.data() != request.path.data() || out.path.size() != request.path.size()) {
    if (!IsCanonical(table, request, out.path, out.text)) {
      return std::unexpected(Answer{400, Reason::kRewrite, ReasonBody(Reason::kRewrite), false});
    }
  }
  assert(out.text.data() == base);
  return {};
}

void TransformResponse(const Table& table, const CanonicalRequest& request,
                       const Decision& decision, std::vector<Field>& fields, std::string& text) {
  if (decision.route() == kNoIndex) return;
  if (decision.owns_cors()) {
    std::erase_if(
        fields, [](const Field& field) { return StartsWithLower(field.name, "access-control-"); });
  }
  const auto transforms = Table::Slice(table.transforms(), decision.route_record().response);
  if (transforms.empty()) return;
  const Facts facts{table, request, decision.identity(), decision.route()};
  const std::size_t bound = TransformedSize(facts, decision, transforms);
  text.clear();
  if (text.capacity() < bound) text.reserve(2 * bound);
  for (const TransformRecord& transform : transforms) {
    ApplyHeaderTransform(facts, transform, fields, text);
  }
}

}  // namespace weir::runtime
