// The request head that goes upstream: the canonical request after the
// route's own transforms (spec/rules/transform.md).
//
// Removed from what the client sent, always: hop-by-hop fields, and the fields
// by which the proxy says who the caller is (X-Forwarded-*, Forwarded,
// X-Request-Id unless it is well formed, X-Weir-*). Added: Host,
// X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host and X-Request-Id. Framing
// fields are the writer's business (proxy/http1) and never pass through here.
#ifndef WEIR_RUNTIME_DECIDE_FORWARDED_H_
#define WEIR_RUNTIME_DECIDE_FORWARDED_H_

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/decision.h"
#include "runtime/request/request.h"

namespace weir::runtime {

// Owns its octets; used again for the next request without allocating.
struct ForwardedHead {
  std::string_view method;
  std::string_view path;  // canonical, never empty
  std::string_view query;
  bool has_query = false;
  std::string_view host;      // value of the Host field
  std::vector<Field> fields;  // lower-case names, in order; Host is not among them
  std::string text;           // what the views above may point into
};

// The client's request id when it is 1 to 128 of A-Z a-z 0-9 . _ -, else empty: then
// the caller makes one.
std::string_view KeptRequestId(const CanonicalRequest& request);

// Builds the head for a decision that ended in kForward. The error is an answer
// (Reason::kRewrite) when a rewrite leaves no canonical path. A kept request id
// goes before `request_id`.
std::expected<void, Answer> BuildForwardedHead(const Table& table, const CanonicalRequest& request,
                                               const Decision& decision,
                                               std::string_view request_id, ForwardedHead& out);

// Applies the route's response transforms to the upstream's fields in place and
// drops the Access-Control-* that the route's own CORS replaces. What is written
// stands in `text`, whose old contents go: no field may point into it.
void TransformResponse(const Table& table, const CanonicalRequest& request,
                       const Decision& decision, std::vector<Field>& fields, std::string& text);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_FORWARDED_H_
