// A second, slow way to decide what a route matches and which routes are
// reached: every request over small sets of representatives, looked at one by
// one. Shares nothing with compiler/shadow; expressions go through RE2.
#ifndef WEIR_TESTS_UNIT_COMPILER_SHADOW_ORACLE_H_
#define WEIR_TESTS_UNIT_COMPILER_SHADOW_ORACLE_H_

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/witness/witness.h"
#include "spec/syntax/gateway.h"

namespace weir::testing {

inline std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

inline bool OracleRegex(const syntax::Regex& regex, const std::string& text) {
  static std::map<std::string, std::unique_ptr<RE2>> compiled;
  auto& oracle = compiled[regex.text];
  if (!oracle) {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    options.set_dot_nl(true);
    oracle = std::make_unique<RE2>(regex.text, options);
  }
  return RE2::FullMatch(text, *oracle);
}

inline bool OracleHost(const syntax::Match& match, const std::string& host) {
  if (match.hosts.empty()) return true;
  for (const auto& pattern : match.hosts) {
    if (pattern.kind == syntax::HostPattern::Kind::kExact) {
      if (host == pattern.name) return true;
    } else if (host.size() > pattern.name.size() + 1 && host.ends_with("." + pattern.name)) {
      return true;
    }
  }
  return false;
}

inline bool OraclePattern(const syntax::PathPattern& pattern, const std::string& path) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return OracleRegex(pattern.regex, path);
  const auto segments = Split(path.substr(1), '/');
  if (segments.size() < pattern.segments.size()) return false;
  if (segments.size() > pattern.segments.size() && !pattern.rest) return false;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const auto& want = pattern.segments[i];
    if (want.kind == syntax::PathSegment::Kind::kLiteral ? segments[i] != want.literal
                                                         : segments[i].empty()) {
      return false;
    }
  }
  return true;
}

inline bool OraclePath(const syntax::Match& match, const std::string& path) {
  return match.paths.empty() || std::ranges::any_of(match.paths, [&](const auto& pattern) {
           return OraclePattern(pattern, path);
         });
}

inline bool OracleMethod(const syntax::Match& match, const std::string& method) {
  return match.methods.empty() || std::ranges::find(match.methods, method) != match.methods.end();
}

inline bool OracleField(const syntax::Match& match, syntax::FieldMatch::Source source,
                        const std::string& name, const std::optional<std::string>& value) {
  for (const auto& test : match.fields) {
    if (test.source != source || test.name != name) continue;
    bool holds = value.has_value();
    if (value && test.test == syntax::FieldMatch::Test::kOneOf) {
      holds = std::ranges::find(test.values, *value) != test.values.end();
    } else if (value && test.test == syntax::FieldMatch::Test::kPrefix) {
      holds = value->starts_with(test.values[0]);
    } else if (value && test.test == syntax::FieldMatch::Test::kRegex) {
      holds = OracleRegex(test.regex, *value);
    }
    if (holds == test.negated) return false;
  }
  return true;
}

inline bool OracleClient(const syntax::Match& match, const syntax::Address& address) {
  if (match.clients.empty()) return true;
  for (const auto& network : match.clients) {
    bool inside = true;
    for (int bit = 0; bit < network.prefix; ++bit) {
      const auto octet = static_cast<std::size_t>(bit / 8);
      const int at = 7 - bit % 8;
      inside =
          inside && ((network.base.octets[octet] >> at) & 1) == ((address.octets[octet] >> at) & 1);
    }
    if (inside) return true;
  }
  return false;
}

inline bool OracleListener(const syntax::Match& match, std::uint32_t listener) {
  return match.listeners.empty() ||
         std::ranges::find(match.listeners, listener) != match.listeners.end();
}

// Whether a canonical path of the small alphabets of these tests is one that the listener sees.
inline bool OracleCanonical(const std::string& path, const syntax::Listener& listener) {
  const auto segments = Split(path.substr(1), '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (segments[i] == "." || segments[i] == "..") return false;
    if (segments[i].empty() && i + 1 < segments.size() &&
        listener.slashes == syntax::Listener::Slashes::kMerge) {
      return false;
    }
  }
  return true;
}

inline bool OracleMatches(const syntax::Gateway& gateway, std::uint32_t route,
                          const compiler::Witness& request) {
  const auto& match = gateway.routes[route].match;
  const auto passes = [&](syntax::FieldMatch::Source source, const auto& fields) {
    for (const auto& test : match.fields) {
      if (test.source != source) continue;
      std::optional<std::string> value;
      for (const auto& [name, each] : fields) {
        if (name == test.name) value = each;
      }
      if (!OracleField(match, source, test.name, value)) return false;
    }
    return true;
  };
  return OracleHost(match, request.host) && OraclePath(match, request.path) &&
         OracleMethod(match, request.method) && OracleListener(match, request.listener) &&
         (match.clients.empty() || (request.client && OracleClient(match, *request.client))) &&
         passes(syntax::FieldMatch::Source::kHeader, request.headers) &&
         passes(syntax::FieldMatch::Source::kQuery, request.query) &&
         OracleCanonical(request.path, gateway.listeners[request.listener]);
}

inline std::optional<std::uint32_t> OracleFirst(const syntax::Gateway& gateway,
                                                const compiler::Witness& request) {
  for (std::uint32_t route = 0; route < gateway.routes.size(); ++route) {
    if (OracleMatches(gateway, route, request)) return route;
  }
  return std::nullopt;
}

// The representatives, by dimension.
struct Universe {
  std::vector<std::string> hosts, paths, methods;
  std::vector<std::optional<std::string>> headers, queries;  // of "h" and "q"
  std::vector<syntax::Address> clients;
};

// Bit r: route r (of at most 64) answers some request over the universe.
inline std::uint64_t OracleReached(const syntax::Gateway& gateway, const Universe& universe) {
  const auto count = gateway.routes.size();
  const auto masks = [&](std::size_t size, auto matches) {
    std::vector<std::uint64_t> found;  // distinct masks are enough
    for (std::size_t i = 0; i < size; ++i) {
      std::uint64_t mask = 0;
      for (std::size_t r = 0; r < count; ++r) {
        if (matches(gateway.routes[r].match, i)) mask |= std::uint64_t{1} << r;
      }
      if (std::ranges::find(found, mask) == found.end()) found.push_back(mask);
    }
    return found;
  };
  using Source = syntax::FieldMatch::Source;
  const auto hosts = masks(universe.hosts.size(), [&](const auto& match, std::size_t i) {
    return OracleHost(match, universe.hosts[i]);
  });
  const auto methods = masks(universe.methods.size(), [&](const auto& match, std::size_t i) {
    return OracleMethod(match, universe.methods[i]);
  });
  const auto headers = masks(universe.headers.size(), [&](const auto& match, std::size_t i) {
    return OracleField(match, Source::kHeader, "h", universe.headers[i]);
  });
  const auto queries = masks(universe.queries.size(), [&](const auto& match, std::size_t i) {
    return OracleField(match, Source::kQuery, "q", universe.queries[i]);
  });
  const auto clients = masks(universe.clients.size(), [&](const auto& match, std::size_t i) {
    return OracleClient(match, universe.clients[i]);
  });
  std::uint64_t reached = 0;
  for (std::uint32_t l = 0; l < gateway.listeners.size(); ++l) {
    const auto paths = masks(universe.paths.size(), [&](const auto& match, std::size_t i) {
      return OracleListener(match, l) && OraclePath(match, universe.paths[i]) &&
             OracleCanonical(universe.paths[i], gateway.listeners[l]);
    });
    for (const auto a : hosts) {
      for (const auto b : paths) {
        for (const auto c : methods) {
          for (const auto d : headers) {
            for (const auto e : queries) {
              for (const auto f : clients) {
                const std::uint64_t all = a & b & c & d & e & f;
                reached |= all & (~all + 1);
              }
            }
          }
        }
      }
    }
  }
  return reached;
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_UNIT_COMPILER_SHADOW_ORACLE_H_
