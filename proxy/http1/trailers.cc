#include <algorithm>
#include <array>
#include <string_view>

#include "proxy/http1/body.h"
#include "runtime/base/ascii.h"

namespace weir::proxy::http1 {
namespace {

// Families that are kept out whole.
constexpr std::array<std::string_view, 8> kPrefixes = {
    "access-control-", "content-", "if-", "proxy-", "sec-", "x-forwarded", "x-real", "x-weir-"};

constexpr std::array<std::string_view, 34> kNames = {"accept-encoding",
                                                     "age",
                                                     "authorization",
                                                     "cache-control",
                                                     "connection",
                                                     "cookie",
                                                     "date",
                                                     "expect",
                                                     "expires",
                                                     "forwarded",
                                                     "host",
                                                     "keep-alive",
                                                     "location",
                                                     "max-forwards",
                                                     "origin",
                                                     "pragma",
                                                     "range",
                                                     "retry-after",
                                                     "set-cookie",
                                                     "strict-transport-security",
                                                     "te",
                                                     "traceparent",
                                                     "tracestate",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "vary",
                                                     "via",
                                                     "warning",
                                                     "www-authenticate",
                                                     "x-api-key",
                                                     "x-client-cert",
                                                     "x-original-url",
                                                     "x-request-id"};

}  // namespace

bool MayStandInTrailer(std::string_view name) {
  // Some upstreams read an underscore as a hyphen, and would see through the list.
  if (name.find('_') != std::string_view::npos) return false;
  return std::ranges::none_of(kPrefixes, [&](auto p) { return StartsWithLower(name, p); }) &&
         std::ranges::none_of(kNames, [&](auto n) { return EqualsLower(name, n); });
}

}  // namespace weir::proxy::http1
