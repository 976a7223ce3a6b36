#include "compiler/encode/match.h"

#include "compiler/encode/expression.h"
#include "compiler/encode/languages.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;

Formula AnyHost(Universe& u, const syntax::Match& match) {
  if (match.hosts.empty()) return kTrue;
  const std::uint32_t host = u.At({Part::kHost, "", ""});
  std::vector<Formula> any;
  for (const syntax::HostPattern& pattern : match.hosts) {
    any.push_back(pattern.kind == syntax::HostPattern::Kind::kExact
                      ? u.Equals(host, pattern.name)
                      : u.InLanguage(host, "*." + pattern.name, UnderDomain(pattern.name)));
  }
  return u.f.Or(any);
}

Formula AnyPath(Universe& u, const syntax::Match& match) {
  if (match.paths.empty()) return kTrue;
  const std::uint32_t path = u.At({Part::kPath, "", ""});
  std::vector<Formula> any;
  for (const auto& pattern : match.paths) any.push_back(MatchesPattern(u, path, pattern));
  return u.f.Or(any);
}

Formula Passes(Universe& u, const FieldMatch& field, std::uint32_t at) {
  std::vector<Formula> any;
  switch (field.test) {
    case FieldMatch::Test::kPresent:
      return u.Present(at);
    case FieldMatch::Test::kPrefix:
      return u.StartsWith(at, field.values[0]);
    case FieldMatch::Test::kRegex:
      return MatchesRegex(u, at, field.regex);
    case FieldMatch::Test::kOneOf:
      for (const std::string& value : field.values) any.push_back(u.Equals(at, value));
      return u.f.Or(any);
  }
  return kFalse;
}

Formula AnyClient(Universe& u, const syntax::Match& match) {
  if (match.clients.empty()) return kTrue;
  const std::uint32_t client = u.At({Part::kClient, "", ""});
  std::vector<Formula> any;
  for (const auto& network : match.clients) any.push_back(u.InNetwork(client, network));
  return u.f.Or(any);
}

Part PartOf(FieldMatch::Source source) {
  switch (source) {
    case FieldMatch::Source::kHeader:
      return Part::kHeader;
    case FieldMatch::Source::kQuery:
      return Part::kQuery;
  }
  return Part::kHeader;
}

}  // namespace

Formula MatchesButMethod(Universe& u, const syntax::Match& match,
                         const std::vector<std::uint32_t>& listeners) {
  std::vector<Formula> all{AnyHost(u, match), AnyPath(u, match), AnyClient(u, match)};
  for (const FieldMatch& field : match.fields) {
    all.push_back(MatchesField(u, field, u.At({PartOf(field.source), "", field.name})));
  }
  if (!match.listeners.empty()) {
    std::vector<bool> chosen(u.listeners().size());
    for (std::uint32_t listener : match.listeners) chosen[listeners[listener]] = true;
    all.push_back(u.Chosen(u.At({Part::kListener, "", ""}), chosen));
  }
  return u.f.And(all);
}

Formula MatchesField(Universe& u, const FieldMatch& field, std::uint32_t dimension) {
  const Formula passes = Passes(u, field, dimension);
  return field.negated ? u.f.Not(passes) : passes;
}

Formula MatchesMethod(Universe& u, const syntax::Match& match, std::uint32_t method) {
  if (match.methods.empty()) return kTrue;
  std::vector<Formula> any;
  for (const std::string& name : match.methods) any.push_back(u.Equals(method, name));
  return u.f.Or(any);
}

Reach ReachOf(const syntax::Match& match) {
  std::vector<Box> paths;
  for (const syntax::PathPattern& pattern : match.paths) {
    Box box;
    box.opaque = pattern.kind == syntax::PathPattern::Kind::kRegex;
    box.rest = pattern.rest;
    for (const auto& segment : pattern.segments) {
      if (segment.kind == syntax::PathSegment::Kind::kLiteral)
        box.segments.push_back(segment.literal);
      else
        box.segments.push_back(std::nullopt);
    }
    paths.push_back(std::move(box));
  }
  if (paths.empty()) paths.emplace_back();
  Reach reach;
  reach.methods = match.methods;
  for (const Box& path : paths) {
    if (match.hosts.empty()) reach.boxes.push_back(path);
    for (const syntax::HostPattern& host : match.hosts) {
      reach.boxes.push_back(path);
      const bool exact = host.kind == syntax::HostPattern::Kind::kExact;
      reach.boxes.back().host = exact ? Box::Host::kExact : Box::Host::kSuffix;
      reach.boxes.back().host_name = host.name;
    }
  }
  return reach;
}

}  // namespace weir::compiler
