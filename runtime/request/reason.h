// Why an answer is what it is: one code for every way a request can end.
// The names are stable; the access log, metrics, `x-weir-reason` and
// `weir explain` all use them.
#ifndef WEIR_RUNTIME_REQUEST_REASON_H_
#define WEIR_RUNTIME_REQUEST_REASON_H_

#include <cstdint>
#include <string_view>

namespace weir::runtime {

enum class Reason : std::uint8_t {
  kOk,                 // the upstream's answer, passed on
  kBadRequest,         // 400: not one strict, unambiguous request
  kForwarded,          // 400: a trusted proxy's word for the client cannot be understood
  kBodyTooLarge,       // 413
  kTargetTooLong,      // 414
  kHeadersTooLarge,    // 431
  kNotImplemented,     // 501: a coding or method form that is not served
  kVersion,            // 505
  kNoRoute,            // 404, or the gateway's `otherwise`
  kMethod,             // 405: another method would have been routed
  kRespond,            // the route's own `respond`
  kRedirect,           // the route's own `redirect`
  kPreflight,          // 204
  kPreflightOrigin,    // 403: a preflight from an origin that is not admitted
  kRateLimited,        // 429
  kStoreDown,          // 503: the limiter's store cannot be reached and the policy says deny
  kUnauthenticated,    // 401: no credential, or a bad one
  kKeysUnavailable,    // 503: the key set cannot be had
  kDenied,             // 403: a `deny` holds
  kNotAllowed,         // 403: a scope has an `allow` and none holds
  kRewrite,            // 400: the rewritten path is not canonical
  kOverflow,           // 503: pool or pending full
  kBreakerOpen,        // 503
  kNoHealthyUpstream,  // 503
  kUpstreamConnect,    // 502 (503 where no byte went out): connecting failed
  kUpstreamReset,      // 502: closed before a whole answer
  kUpstreamTimeout,    // 504
  kUpstreamProtocol,   // 502: the answer is not HTTP
  kRetriesExhausted,   // the last answer, after all tries
  kDownstreamClosed,   // 499 in the log: the client went away
  kRequestTimeout,     // 408: the client was too slow
  kDraining,           // 503
  kLoop,               // 508: the request has been here before
  kOptions,            // 200: OPTIONS of the server as a whole, or for it as the last
  kInternal,           // 500
};

inline constexpr int kReasonCount = static_cast<int>(Reason::kInternal) + 1;

// "ok", "bad-request", "no-route", ...
std::string_view ReasonName(Reason reason);
// The name and a line feed: the body of our own answers.
std::string_view ReasonBody(Reason reason);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_REASON_H_
