#include "compiler/shadow/outcome.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

namespace weir::compiler {
namespace {

using namespace syntax;  // NOLINT: comparisons of nearly every construct of it

bool Same(const PathPattern& a, const PathPattern& b);
bool Same(const Constant& a, const Constant& b);
bool Same(const Expression& a, const Expression& b);
bool Same(const Rule& a, const Rule& b);
bool Same(const Transform& a, const Transform& b);
bool Same(const Response& a, const Response& b);
bool Same(const Target& a, const Target& b);
bool Same(const Mirror& a, const Mirror& b);

template <class T>
bool SameAll(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return Same(x, y); });
}

template <class T>
bool SameOptional(const std::optional<T>& a, const std::optional<T>& b) {
  return a.has_value() == b.has_value() && (!a || Same(*a, *b));
}

bool Same(const PathPattern& a, const PathPattern& b) {
  const auto& [kind, segments, rest, regex, text, node] = a;
  return kind == b.kind && segments == b.segments && rest == b.rest && regex == b.regex;
}

bool Same(const Constant& a, const Constant& b) {
  return a.index() == b.index() && std::visit(
                                       [&]<class T>(const T& value) {
                                         if constexpr (std::is_same_v<T, PathPattern>)
                                           return Same(value, std::get<T>(b));
                                         else
                                           return value == std::get<T>(b);
                                       },
                                       a);
}

bool Same(const Predicate& a, const Predicate& b) {
  const auto& [quantifier, attribute, op, constants] = a;
  return quantifier == b.quantifier && attribute == b.attribute && op == b.op &&
         SameAll(constants, b.constants);
}

bool Same(const Expression& a, const Expression& b) {
  const auto& [kind, children, predicate, node] = a;
  return kind == b.kind && Same(predicate, b.predicate) && SameAll(children, b.children);
}

bool Same(const Rule& a, const Rule& b) {
  const auto& [allow, when, node] = a;
  return allow == b.allow && Same(when, b.when);
}

bool Same(const Transform& a, const Transform& b) {
  const auto& [kind, name, value, node] = a;
  return kind == b.kind && name == b.name && value == b.value;
}

bool Same(const Response& a, const Response& b) {
  const auto& [status, body, headers, node] = a;
  return status == b.status && body == b.body && headers == b.headers;
}

bool Same(const Redirect& a, const Redirect& b) {
  const auto& [status, scheme, host, port, path, node] = a;
  return status == b.status && scheme == b.scheme && host == b.host && port == b.port &&
         path == b.path;
}

bool Same(const Target& a, const Target& b) {
  const auto& [service, weight, node] = a;
  return service == b.service && weight == b.weight;
}

bool Same(const Mirror& a, const Mirror& b) {
  const auto& [service, percent, node] = a;
  return service == b.service && percent == b.percent;
}

bool Same(const Forward& a, const Forward& b) {
  const auto& [targets, node] = a;
  return SameAll(targets, b.targets);
}

bool SameAction(const Route& a, const Route& b) {
  return a.action.index() == b.action.index() &&
         std::visit([&]<class T>(const T& action) { return Same(action, std::get<T>(b.action)); },
                    a.action);
}

bool Same(const Authentication& a, const Authentication& b) {
  const auto& [jwt, keys, optional, node] = a;
  return jwt == b.jwt && keys == b.keys && optional == b.optional;
}

bool Captures(const Match& match) {
  for (const auto& path : match.paths) {
    for (const auto& segment : path.segments) {
      if (!segment.capture.empty()) return true;
    }
  }
  return false;
}

// What a route does may turn on captures: then the paths must bind them alike.
bool SameCaptures(const Match& a, const Match& b) {
  return (!Captures(a) && !Captures(b)) ||
         std::equal(a.paths.begin(), a.paths.end(), b.paths.begin(), b.paths.end(),
                    [](const PathPattern& x, const PathPattern& y) { return Same(x, y); });
}

}  // namespace

// Each struct is taken apart whole, so that a new member does not compile until it
// is compared or left out. Left out here: the name, what was written where, and
// what the match takes (that is asked by whoever calls).
bool SameOutcome(const Route& a, const Route& b) {
  const auto& [name, match, cors, cors_upstream, authentication, limits, rules, request, response,
               retry, timeout, timeout_total, idle_timeout, breaker, max_body, action, mirrors,
               fallback, written, node] = a;
  return cors == b.cors && cors_upstream == b.cors_upstream &&
         Same(authentication, b.authentication) && limits == b.limits && SameAll(rules, b.rules) &&
         SameAll(request, b.request) && SameAll(response, b.response) && retry == b.retry &&
         timeout == b.timeout && timeout_total == b.timeout_total &&
         idle_timeout == b.idle_timeout && breaker == b.breaker && max_body == b.max_body &&
         SameAction(a, b) && SameAll(mirrors, b.mirrors) && SameOptional(fallback, b.fallback) &&
         SameCaptures(match, b.match);
}

}  // namespace weir::compiler
