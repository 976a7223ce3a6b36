// A route: what it matches, what it demands, what it does. Every statement
// inherited from a profile or from the gateway is already in place, but for
// the gateway's and the service's own rules and limits, which are scopes of
// their own (spec/rules/order.md).
#ifndef WEIR_SPEC_SYNTAX_ROUTE_H_
#define WEIR_SPEC_SYNTAX_ROUTE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "spec/syntax/authentication.h"
#include "spec/syntax/expression.h"
#include "spec/syntax/match.h"
#include "spec/syntax/node.h"
#include "spec/syntax/service.h"
#include "spec/syntax/traffic.h"

namespace weir::syntax {

// What a transform writes: a constant, or an attribute of the request. An
// absent attribute writes nothing (and `set` then removes the field).
using FieldValue = std::variant<std::string, Attribute>;

struct Transform {
  enum class Kind : std::uint8_t {
    kStripPrefix,  // name: whole leading segments to take off the path
    kRewritePath,  // name: the new path; {x} stands for the captured segment x
    kSetHeader,    // replaces every line of that name
    kAddHeader,    // adds a line
    kRemoveHeader,
    kSetQuery,
    kRemoveQuery,
    kSetHost,  // the Host that the upstream sees
  };
  Kind kind = Kind::kSetHeader;
  std::string name;
  FieldValue value;
  NodeId node = kNoNode;
};

// An answer the proxy gives itself.
struct Response {
  std::uint16_t status = 404;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  NodeId node = kNoNode;
};

struct Redirect {
  std::uint16_t status = 302;  // 301, 302, 303, 307 or 308
  // Where to: parts that are not set are the request's own.
  std::optional<std::string> scheme;
  std::optional<std::string> host;
  std::optional<std::uint16_t> port;
  std::optional<std::string> path;
  NodeId node = kNoNode;
};

struct Target {
  Ref<Service> service;
  std::uint32_t weight = 1;
  NodeId node = kNoNode;
};

struct Forward {
  std::vector<Target> targets;  // one, or several with weights (canary)
  NodeId node = kNoNode;
};

struct Mirror {
  Ref<Service> service;
  std::uint32_t percent = 100;
  NodeId node = kNoNode;
};

// A clause of the text that a route has met, from whichever layer: no part of
// what the route means, but what a check says about its text.
struct WrittenClause {
  std::string keyword;    // "retry"
  bool in_force = false;  // false: a nearer layer says otherwise
  NodeId node = kNoNode;
};

struct Route {
  std::string name;
  Match match;
  std::optional<Ref<Cors>> cors;
  bool cors_upstream = false;
  Authentication authentication;
  std::vector<Ref<Limit>> limits;  // charged in this order
  std::vector<Rule> rules;         // the route's own scope
  std::vector<Transform> request;
  std::vector<Transform> response;  // header transforms only
  std::optional<Ref<Retry>> retry;
  std::optional<Duration> timeout{Duration{15'000'000'000}};  // until the response's head
  bool timeout_total = false;                                 // ... until its end instead
  Duration idle_timeout{60'000'000'000};
  std::optional<Ref<Breaker>> breaker;
  std::optional<std::uint64_t> max_body;  // octets; none: the gateway's
  std::variant<Forward, Response, Redirect> action;
  std::vector<Mirror> mirrors;
  std::optional<Response> fallback;  // when no upstream answer can be had
  // Those that stand once, each block of transforms, and each `limit` in the
  // order of `limits`. Rules, transforms and mirrors have nodes of their own.
  std::vector<WrittenClause> written;
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_ROUTE_H_
