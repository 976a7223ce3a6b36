#include "compiler/shadow/outcome.h"

#include <algorithm>
#include <optional>
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
  return a.kind == b.kind && a.segments == b.segments && a.rest == b.rest && a.regex == b.regex;
}

bool Same(const Constant& a, const Constant& b) {
  if (a.index() != b.index()) return false;
  if (const auto* path = std::get_if<PathPattern>(&a)) return Same(*path, std::get<PathPattern>(b));
  if (const auto* text = std::get_if<std::string>(&a)) return *text == std::get<std::string>(b);
  if (const auto* number = std::get_if<std::int64_t>(&a)) {
    return *number == std::get<std::int64_t>(b);
  }
  if (const auto* truth = std::get_if<bool>(&a)) return *truth == std::get<bool>(b);
  if (const auto* network = std::get_if<Network>(&a)) return *network == std::get<Network>(b);
  return std::get<Regex>(a) == std::get<Regex>(b);
}

bool Same(const Expression& a, const Expression& b) {
  return a.kind == b.kind && a.predicate.quantifier == b.predicate.quantifier &&
         a.predicate.attribute == b.predicate.attribute && a.predicate.op == b.predicate.op &&
         SameAll(a.predicate.constants, b.predicate.constants) && SameAll(a.children, b.children);
}

bool Same(const Rule& a, const Rule& b) { return a.allow == b.allow && Same(a.when, b.when); }

bool Same(const Transform& a, const Transform& b) {
  return a.kind == b.kind && a.name == b.name && a.value == b.value;
}

bool Same(const Response& a, const Response& b) {
  return a.status == b.status && a.body == b.body && a.headers == b.headers;
}

bool Same(const Redirect& a, const Redirect& b) {
  return a.status == b.status && a.scheme == b.scheme && a.host == b.host && a.port == b.port &&
         a.path == b.path;
}

bool Same(const Target& a, const Target& b) {
  return a.service == b.service && a.weight == b.weight;
}

bool Same(const Mirror& a, const Mirror& b) {
  return a.service == b.service && a.percent == b.percent;
}

bool SameAction(const Route& a, const Route& b) {
  if (a.action.index() != b.action.index()) return false;
  if (const auto* forward = std::get_if<Forward>(&a.action)) {
    return SameAll(forward->targets, std::get<Forward>(b.action).targets);
  }
  if (const auto* response = std::get_if<Response>(&a.action)) {
    return Same(*response, std::get<Response>(b.action));
  }
  return Same(std::get<Redirect>(a.action), std::get<Redirect>(b.action));
}

bool SameAuthentication(const Authentication& a, const Authentication& b) {
  return a.jwt == b.jwt && a.keys == b.keys && a.optional == b.optional;
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

bool SameOutcome(const Route& a, const Route& b) {
  return a.cors == b.cors && a.cors_upstream == b.cors_upstream &&
         SameAuthentication(a.authentication, b.authentication) && a.limits == b.limits &&
         SameAll(a.rules, b.rules) && SameAll(a.request, b.request) &&
         SameAll(a.response, b.response) && a.retry == b.retry && a.timeout == b.timeout &&
         a.idle_timeout == b.idle_timeout && a.breaker == b.breaker && a.max_body == b.max_body &&
         SameAction(a, b) && SameAll(a.mirrors, b.mirrors) &&
         SameOptional(a.fallback, b.fallback) && SameCaptures(a.match, b.match);
}

}  // namespace weir::compiler
