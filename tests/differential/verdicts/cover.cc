#include "tests/differential/verdicts/cover.h"

#include <algorithm>

namespace weir::testing {
namespace {

using syntax::FieldMatch;
using syntax::HostPattern;
using syntax::Match;
using syntax::PathPattern;
using Kind = MatchAlternative::Kind;

bool Same(const HostPattern& a, const HostPattern& b) {
  return a.kind == b.kind && a.name == b.name;
}
bool Same(const PathPattern& a, const PathPattern& b) {
  if (a.kind != b.kind || a.rest != b.rest || a.segments.size() != b.segments.size()) return false;
  if (a.kind == PathPattern::Kind::kRegex) return a.regex.text == b.regex.text;
  return std::ranges::equal(a.segments, b.segments, [](const auto& one, const auto& other) {
    return one.kind == other.kind && one.literal == other.literal;
  });
}
bool Same(const FieldMatch& a, const FieldMatch& b) {
  return a.source == b.source && a.name == b.name && a.test == b.test && a.negated == b.negated &&
         a.values == b.values && a.regex.text == b.regex.text;
}
bool Same(const std::string& a, const std::string& b) { return a == b; }
bool Same(const syntax::Network& a, const syntax::Network& b) { return a == b; }
bool Same(std::uint32_t a, std::uint32_t b) { return a == b; }

// Every element of `some` stands in `all`.
template <class T>
bool Within(const std::vector<T>& some, const std::vector<T>& all) {
  return std::ranges::all_of(some, [&](const T& one) {
    return std::ranges::any_of(all, [&](const T& other) { return Same(one, other); });
  });
}

// Of lists of alternatives, of which none means any.
template <class T>
bool Covers(const std::vector<T>& wide, const std::vector<T>& narrow) {
  return wide.empty() || (!narrow.empty() && Within(narrow, wide));
}

bool Covers(const Match& wide, const Match& narrow) {
  const auto& [hosts, paths, methods, fields, clients, listeners, node] = wide;
  return Covers(hosts, narrow.hosts) && Covers(paths, narrow.paths) &&
         Covers(methods, narrow.methods) && Covers(clients, narrow.clients) &&
         Covers(listeners, narrow.listeners) && Within(fields, narrow.fields);
}

}  // namespace

std::vector<MatchAlternative> AlternativesOf(const Match& match) {
  std::vector<MatchAlternative> all;
  const auto add = [&](Kind kind, std::size_t count) {
    for (std::size_t i = 0; count > 1 && i < count; ++i) all.push_back({kind, i});
  };
  add(Kind::kHost, match.hosts.size());
  add(Kind::kPath, match.paths.size());
  add(Kind::kMethod, match.methods.size());
  return all;
}

std::string NameOf(const Match& match, const MatchAlternative& alternative) {
  switch (alternative.kind) {
    case Kind::kMethod:
      return match.methods[alternative.place];
    case Kind::kHost: {
      const HostPattern& host = match.hosts[alternative.place];
      const bool exact = host.kind == HostPattern::Kind::kExact;
      return "host \"" + (exact ? "" : std::string("*.")) + host.name + "\"";
    }
    case Kind::kPath: {
      const PathPattern& path = match.paths[alternative.place];
      const bool regex = path.kind == PathPattern::Kind::kRegex;
      return "path " + (regex ? "~\"" + path.regex.text : "\"" + path.text) + "\"";
    }
  }
  return "";
}

Match Only(Match match, const MatchAlternative& alternative) {
  const auto only = [&](auto& list) { list = {list[alternative.place]}; };
  switch (alternative.kind) {
    case Kind::kHost:
      only(match.hosts);
      break;
    case Kind::kPath:
      only(match.paths);
      break;
    case Kind::kMethod:
      only(match.methods);
      break;
  }
  return match;
}

std::optional<std::uint32_t> CoverOf(const syntax::Gateway& gateway, std::uint32_t route,
                                     const Match& match) {
  for (std::uint32_t earlier = 0; earlier < route; ++earlier) {
    if (Covers(gateway.routes[earlier].match, match)) return earlier;
  }
  return std::nullopt;
}

}  // namespace weir::testing
