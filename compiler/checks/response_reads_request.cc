// A response transform that reads a field of the request where the author plainly
// means the response's: attributes are those of the request (TRANSFORM-10).
#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/checks/checks.h"
#include "compiler/checks/found.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

using syntax::Attribute;
using syntax::Policy;
using syntax::Subject;
using syntax::Transform;

// Fields that responses alone have (RFC 9110, 9111, 6265, 6797, Fetch).
constexpr std::string_view kOfResponses[] = {"accept-patch",
                                             "accept-ranges",
                                             "age",
                                             "allow",
                                             "alt-svc",
                                             "content-disposition",
                                             "content-security-policy",
                                             "etag",
                                             "expires",
                                             "last-modified",
                                             "link",
                                             "location",
                                             "proxy-authenticate",
                                             "referrer-policy",
                                             "retry-after",
                                             "server",
                                             "set-cookie",
                                             "strict-transport-security",
                                             "vary",
                                             "www-authenticate",
                                             "x-content-type-options",
                                             "x-frame-options"};

bool IsOfResponses(std::string_view name) {
  return std::ranges::find(kOfResponses, name) != std::end(kOfResponses) ||
         (name.starts_with("access-control-") && !name.starts_with("access-control-request-"));
}

std::string Why(const Transform& transform, const std::string& read) {
  if (transform.name == "access-control-allow-origin" && read == "origin") {
    return "this answers every page with its own origin, so that every origin is admitted";
  }
  const std::string reads = "'header." + read + "' is the request's field, not the response's: ";
  if (IsOfResponses(read)) return reads + "no client sends one, and so nothing is written";
  if (read == transform.name) return reads + "the client gets back what it sent itself";
  return "";
}

}  // namespace

CheckResult CheckResponseReads(const Policy& policy) {
  CheckResult result;
  std::set<std::pair<std::uint32_t, std::uint32_t>> told;  // places of the text
  for (const auto& gateway : policy.gateways) {
    for (const auto& route : gateway.routes) {
      for (const Transform& transform : route.response) {
        const auto* attribute = std::get_if<Attribute>(&transform.value);
        if (attribute == nullptr || attribute->subject != Subject::kHeader) continue;
        const std::string why = Why(transform, attribute->name);
        const dsl::Span span = SpanOf(policy, transform.node);
        if (why.empty()) continue;
        if (span.end != 0 && !told.insert({span.file, span.begin}).second) continue;
        const bool origin = attribute->name == "origin";
        result.findings.push_back(
            Found("response-reads-request", dsl::Severity::kWarning, span,
                  "in the response of route '" + route.name + "' " + why,
                  origin ? "Use `cors` with the origins that are meant."
                         : "Take it out: the response's own field goes on as it is, and cannot be "
                           "read here."));
      }
    }
  }
  return result;
}

}  // namespace weir::compiler
