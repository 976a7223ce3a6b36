#include "spec/model/match.h"

#include <algorithm>

#include "spec/model/address.h"
#include "spec/model/canonical.h"
#include "spec/model/path.h"
#include "spec/model/query.h"
#include "spec/model/regex.h"

namespace weir::model {
namespace {

bool Passes(const syntax::FieldMatch& field, const std::optional<std::string>& value) {
  using Test = syntax::FieldMatch::Test;
  if (!value) return false;
  switch (field.test) {
    case Test::kPresent:
      return true;
    case Test::kOneOf:
      return std::ranges::count(field.values, *value) > 0;
    case Test::kPrefix:
      return value->starts_with(field.values[0]);
    case Test::kRegex:
      return Matches(field.regex.root, *value);
  }
  return false;
}

bool MatchesAnyHost(const syntax::Match& match, const std::string& host) {
  if (match.hosts.empty()) return true;
  return std::ranges::any_of(match.hosts, [&](const auto& p) { return MatchesHost(p, host); });
}

bool MatchesAnyPath(const syntax::Match& match, const std::string& path) {
  if (match.paths.empty()) return true;
  return std::ranges::any_of(match.paths,
                             [&](const auto& p) { return MatchesPath(p, path).has_value(); });
}

}  // namespace

bool MatchesHost(const syntax::HostPattern& pattern, const std::string& host) {
  if (pattern.kind == syntax::HostPattern::Kind::kExact) return host == pattern.name;
  // One or more whole labels stand before ".name"; canonical hosts have no empty label.
  const std::string suffix = "." + pattern.name;
  return host.ends_with(suffix) && host.size() > suffix.size();
}

std::optional<Captures> MatchesPath(const syntax::PathPattern& pattern, const std::string& path) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) {
    if (!Matches(pattern.regex.root, path)) return std::nullopt;
    return Captures();
  }
  const std::vector<std::string> segments = Segments(path);
  if (segments.size() < pattern.segments.size()) return std::nullopt;
  if (segments.size() > pattern.segments.size() && !pattern.rest) return std::nullopt;
  Captures captures;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const syntax::PathSegment& wanted = pattern.segments[i];
    if (wanted.kind == syntax::PathSegment::Kind::kLiteral) {
      if (segments[i] != wanted.literal) return std::nullopt;
    } else {
      if (segments[i].empty()) return std::nullopt;
      if (!wanted.capture.empty()) captures[wanted.capture] = segments[i];
    }
  }
  return captures;
}

bool MatchesField(const syntax::FieldMatch& field, const CanonicalRequest& request) {
  std::optional<std::string> value;
  switch (field.source) {
    case syntax::FieldMatch::Source::kHeader:
      value = HeaderValue(request, field.name);
      break;
    case syntax::FieldMatch::Source::kQuery:
      value = QueryParameter(request.query, field.name);
      break;
  }
  return Passes(field, value) != field.negated;
}

bool MatchesMethod(const syntax::Match& match, const std::string& method) {
  return match.methods.empty() || std::ranges::count(match.methods, method) > 0;
}

bool MatchesButMethod(const syntax::Match& match, const CanonicalRequest& request) {
  const bool listener =
      match.listeners.empty() || std::ranges::count(match.listeners, request.listener) > 0;
  const bool client = match.clients.empty() || ContainsAny(match.clients, request.client);
  const bool fields = std::ranges::all_of(
      match.fields, [&](const auto& field) { return MatchesField(field, request); });
  return listener && client && fields && MatchesAnyHost(match, request.host) &&
         MatchesAnyPath(match, request.path);
}

bool Matches(const syntax::Match& match, const CanonicalRequest& request) {
  return MatchesMethod(match, request.method) && MatchesButMethod(match, request);
}

Captures CapturesOf(const syntax::Match& match, const std::string& path) {
  for (const syntax::PathPattern& pattern : match.paths) {
    if (const auto captures = MatchesPath(pattern, path)) return *captures;
  }
  return {};
}

std::optional<std::uint32_t> FindRoute(const syntax::Gateway& gateway,
                                       const CanonicalRequest& request) {
  for (std::uint32_t i = 0; i < gateway.routes.size(); ++i) {
    if (Matches(gateway.routes[i].match, request)) return i;
  }
  return std::nullopt;
}

}  // namespace weir::model
