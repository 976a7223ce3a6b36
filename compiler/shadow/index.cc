#include "compiler/shadow/index.h"

#include <algorithm>
#include <utility>

namespace weir::compiler {
namespace {

using syntax::HostPattern;
using syntax::PathPattern;
using syntax::PathSegment;
using syntax::RegexNode;

// Appends the text that every match begins with; false when it ends in this node.
bool AppendBeginning(const RegexNode& node, std::string& text) {
  if (node.kind == RegexNode::Kind::kEmpty) return true;
  if (node.kind == RegexNode::Kind::kSet && node.set.count() == 1) {
    text.push_back(static_cast<char>(node.set._Find_first()));
    return true;
  }
  if (node.kind == RegexNode::Kind::kConcat) {
    return std::all_of(node.children.begin(), node.children.end(),
                       [&](const RegexNode& child) { return AppendBeginning(child, text); });
  }
  return false;
}

std::vector<std::string_view> SplitPath(std::string_view path) {
  std::vector<std::string_view> segments;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    segments.push_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  return segments;
}

std::string BeginningOf(const PathPattern& pattern) {
  std::string text;
  if (pattern.kind == PathPattern::Kind::kRegex) {
    AppendBeginning(pattern.regex.root, text);
    return text;
  }
  for (const auto& segment : pattern.segments) {
    if (segment.kind == PathSegment::Kind::kWildcard) return text + "/";
    text += "/" + segment.literal;
  }
  return text;  // with `**`, what follows is nothing or a slash
}

constexpr std::size_t kLong = 16;      // entries that are worth an index
constexpr std::size_t kFewValues = 4;  // alternatives under which one entry is filed

std::string FieldKey(bool header, std::string_view name) {
  return (header ? "h" : "q") + std::string(name);
}
std::string ValueKey(bool header, std::string_view name, std::string_view value) {
  return FieldKey(header, name) + '\0' + std::string(value);
}
// Of an address's first 15 octets.
std::string ClientKey(const syntax::Address& address) {
  return "c" + std::string(address.octets.begin(), address.octets.end() - 1);
}

// A request that the match takes has one of these keys; none: any request may do.
std::vector<std::string> KeysOf(const syntax::Match& match) {
  using syntax::FieldMatch;
  std::vector<std::string> keys;
  for (const FieldMatch& test : match.fields) {
    if (test.negated) continue;
    const bool header = IsHeader(test.source);
    const bool few = test.test == FieldMatch::Test::kOneOf && test.values.size() <= kFewValues;
    if (!few) {
      if (keys.empty()) keys = {FieldKey(header, test.name)};
      continue;
    }
    keys.clear();
    for (const std::string& value : test.values) {
      keys.push_back(ValueKey(header, test.name, value));
    }
    return keys;
  }
  if (!keys.empty()) return keys;
  const auto narrow = [](const syntax::Network& network) { return network.prefix >= 120; };
  if (!match.clients.empty() && match.clients.size() <= kFewValues &&
      std::ranges::all_of(match.clients, narrow)) {
    for (const auto& network : match.clients) keys.push_back(ClientKey(network.base));
    return keys;
  }
  if (match.methods.size() <= kFewValues) {
    for (const std::string& method : match.methods) keys.push_back("m" + method);
  }
  return keys;
}

std::vector<std::string> KeysOf(const Witness& request) {
  std::vector<std::string> keys{"m" + request.method,
                                ClientKey(request.client.value_or(kSomeAddress))};
  const auto add = [&](bool header, const auto& fields) {
    for (const auto& [name, value] : fields) {
      keys.push_back(FieldKey(header, name));
      keys.push_back(ValueKey(header, name, value));
    }
  };
  add(true, request.headers);
  add(false, request.query);
  return keys;
}

}  // namespace

RouteIndex::RouteIndex(const syntax::Gateway& gateway, Languages& languages)
    : gateway_(gateway), languages_(languages) {
  nodes_.emplace_back();  // 0 stands for "no node"
  nodes_.emplace_back();
  any_root_ = 1;
  Literal("");
  const auto root_of = [this](const HostPattern& host) {
    auto& roots = host.kind == HostPattern::Kind::kExact ? exact_ : suffix_;
    const auto [at, fresh] =
        roots.try_emplace(host.name, static_cast<std::uint32_t>(nodes_.size()));
    if (fresh) nodes_.emplace_back();
    return at->second;
  };
  for (std::uint32_t route = 0; route < gateway.routes.size(); ++route) {
    const auto& match = gateway.routes[route].match;
    std::vector<std::uint32_t> roots;
    for (const auto& host : match.hosts) roots.push_back(root_of(host));
    if (match.hosts.empty()) roots.push_back(any_root_);
    for (const std::uint32_t root : roots) {
      if (match.paths.empty()) nodes_[root].rests.all.push_back({route, kAnyPath});
      for (std::uint32_t path = 0; path < match.paths.size(); ++path) Insert(root, route, path);
    }
  }
  for (int i = 0; fresh_text_.empty() || literals_.contains(fresh_text_); ++i) {
    fresh_text_ = i < 3 ? std::string(1, static_cast<char>('x' + i)) : "x" + std::to_string(i);
  }
}

std::uint32_t RouteIndex::Literal(std::string_view text) {
  return literals_.try_emplace(std::string(text), static_cast<Token>(literals_.size()))
      .first->second;
}

Token RouteIndex::TokenOf(std::string_view segment) const {
  const auto at = literals_.find(std::string(segment));
  return at == literals_.end() ? kFreshToken : at->second;
}

std::uint32_t RouteIndex::ChildOf(std::uint32_t node, Token token) const {
  const auto at = children_.find((static_cast<std::uint64_t>(node) << 32) | token);
  return at == children_.end() ? 0 : at->second;
}

std::uint32_t RouteIndex::LiteralChild(std::uint32_t node, Token token) {
  const std::uint64_t key = (static_cast<std::uint64_t>(node) << 32) | token;
  const auto [at, fresh] = children_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size()));
  if (fresh) nodes_.emplace_back();
  return at->second;
}

std::uint32_t RouteIndex::Child(std::uint32_t node, const PathSegment& segment) {
  if (segment.kind == PathSegment::Kind::kLiteral) {
    return LiteralChild(node, Literal(segment.literal));
  }
  if (nodes_[node].wildcard == 0) {
    nodes_[node].wildcard = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  return nodes_[node].wildcard;
}

void RouteIndex::Insert(std::uint32_t root, std::uint32_t route, std::uint32_t path) {
  const PathPattern& pattern = gateway_.routes[route].match.paths[path];
  if (pattern.kind == PathPattern::Kind::kRegex) {
    InsertExpression(root, {route, path}, pattern.regex);
    return;
  }
  std::uint32_t node = root;
  for (const auto& segment : pattern.segments) node = Child(node, segment);
  (pattern.rest ? nodes_[node].rests : nodes_[node].ends).all.push_back({route, path});
}

// An expression waits at the node of the whole segments that all its matches
// begin with, so that only paths through that node run it.
void RouteIndex::InsertExpression(std::uint32_t root, Entry entry, const syntax::Regex& regex) {
  std::string beginning;
  AppendBeginning(regex.root, beginning);
  std::uint32_t node = root;
  std::vector<std::string_view> segments;
  if (beginning.starts_with('/')) segments = SplitPath(beginning);
  // The last one may go on.
  for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
    node = LiteralChild(node, Literal(segments[i]));
  }
  nodes_[node].expressions.push_back(entry);
  anchored_[root].push_back({entry, std::move(beginning)});
}

RouteIndex::Roots RouteIndex::RootsOfHost(std::string_view host) const {
  Roots roots{any_root_};
  if (const auto at = exact_.find(std::string(host)); at != exact_.end()) {
    roots.push_back(at->second);
  }
  for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
       dot = host.find('.', dot + 1)) {
    const auto at = suffix_.find(std::string(host.substr(dot + 1)));
    if (dot > 0 && at != suffix_.end()) roots.push_back(at->second);
  }
  return roots;
}

RouteIndex::Roots RouteIndex::RootsOf(const HostPattern* pattern) const {
  if (pattern == nullptr) return {any_root_};
  if (pattern->kind == HostPattern::Kind::kExact) return RootsOfHost(pattern->name);
  return RootsOfHost(HostFor(pattern));
}

std::string RouteIndex::HostFor(const HostPattern* pattern) const {
  if (pattern != nullptr && pattern->kind == HostPattern::Kind::kExact) return pattern->name;
  for (int i = 0;; ++i) {
    if (pattern != nullptr) {
      const std::string label = i == 0 ? "www" : "x" + std::to_string(i);
      std::string host = label + "." + pattern->name;
      if (!exact_.contains(host)) return host;
    } else {
      // From the second on it is one label, which no suffix pattern matches.
      std::string host = i == 0 ? "example.com" : "host" + std::to_string(i);
      if (RootsOfHost(host).size() == 1) return host;
    }
  }
}

PathProbe RouteIndex::ProbeOf(std::string_view path) const {
  PathProbe probe;
  probe.text = path;
  for (const std::string_view segment : SplitPath(path)) probe.tokens.push_back(TokenOf(segment));
  return probe;
}

void RouteIndex::Collect(const Node& node, bool at_end, const PathProbe& probe,
                         std::uint32_t before, std::vector<Hit>& hits) {
  for (const Entry& entry : node.rests.all) {
    if (entry.route >= before) break;
    hits.push_back({entry.route, entry.path});
  }
  if (at_end) {
    for (const Entry& entry : node.ends.all) {
      if (entry.route >= before) break;
      hits.push_back({entry.route, entry.path});
    }
  }
  for (const Entry& entry : node.expressions) {
    if (entry.route >= before) break;
    const Dfa* dfa = languages_.Regex(gateway_.routes[entry.route].match.paths[entry.path].regex);
    if (dfa == nullptr || dfa->Matches(probe.text)) {
      hits.push_back({entry.route, entry.path, dfa == nullptr});
    }
  }
}

bool RouteIndex::Walk(const Roots& roots, const PathProbe& probe, Spots& spots) const {
  std::vector<std::uint32_t> frontier = roots, next;
  for (std::size_t i = 0; i <= probe.tokens.size() && !frontier.empty(); ++i) {
    const bool at_end = i == probe.tokens.size();
    next.clear();
    for (const std::uint32_t place : frontier) {
      const Node& node = nodes_[place];
      if (!node.rests.all.empty() || !node.expressions.empty() ||
          (at_end && !node.ends.all.empty())) {
        spots.push_back({place, at_end});
      }
      if (at_end) continue;
      const Token token = probe.tokens[i];
      if (token != kEmptyToken && node.wildcard != 0) next.push_back(node.wildcard);
      if (token == kFreshToken) continue;
      if (const std::uint32_t child = ChildOf(place, token)) next.push_back(child);
    }
    if (at_end) break;
    std::swap(frontier, next);
  }
  return !frontier.empty();
}

void RouteIndex::FirstAmong(Entries& entries, const std::vector<std::string>& keys,
                            const Rest& rest, std::uint32_t before, FirstHit& first) {
  const auto among = [&](const std::vector<Entry>& list) {
    for (const Entry& entry : list) {
      if (entry.route >= (first.hit ? first.hit->route : before)) return;
      const auto passes = rest(entry.route);
      if (!passes) first.perhaps = true;
      if (passes.value_or(false)) first.hit = {entry.route, entry.path};
    }
  };
  if (entries.all.size() <= kLong) return among(entries.all);
  if (!entries.keyed) {
    entries.keyed = std::make_unique<Keyed>();
    for (const Entry& entry : entries.all) {
      const auto filed = KeysOf(gateway_.routes[entry.route].match);
      if (filed.empty()) entries.keyed->others.push_back(entry);
      for (const auto& key : filed) entries.keyed->by_key[key].push_back(entry);
    }
  }
  among(entries.keyed->others);
  for (const std::string& key : keys) {
    const auto at = entries.keyed->by_key.find(key);
    if (at != entries.keyed->by_key.end()) among(at->second);
  }
}

RouteIndex::FirstHit RouteIndex::First(const Spots& spots, const PathProbe& probe,
                                       std::uint32_t before, const Witness& request,
                                       const Rest& rest) {
  FirstHit first;
  const std::vector<std::string> keys = KeysOf(request);
  for (const Spot& spot : spots) {
    Node& node = nodes_[spot.node];
    FirstAmong(node.rests, keys, rest, before, first);
    if (spot.at_end) FirstAmong(node.ends, keys, rest, before, first);
    for (const Entry& entry : node.expressions) {
      if (entry.route >= (first.hit ? first.hit->route : before)) break;
      const auto passes = rest(entry.route);
      if (passes && !*passes) continue;
      const Dfa* dfa = languages_.Regex(gateway_.routes[entry.route].match.paths[entry.path].regex);
      if (dfa != nullptr && !dfa->Matches(probe.text)) continue;
      if (dfa == nullptr || !passes) {
        first.perhaps = true;
      } else {
        first.hit = {entry.route, entry.path};
      }
    }
  }
  return first;
}

std::optional<Hit> RouteIndex::HitOf(const Spots& spots, const PathProbe& probe,
                                     std::uint32_t route) {
  const auto in = [&](const std::vector<Entry>& list) {
    const auto at = std::ranges::lower_bound(list, route, {}, &Entry::route);
    return at != list.end() && at->route == route ? &*at : nullptr;
  };
  for (const Spot& spot : spots) {
    const Node& node = nodes_[spot.node];
    if (const Entry* entry = in(node.rests.all)) return Hit{route, entry->path};
    const Entry* end = spot.at_end ? in(node.ends.all) : nullptr;
    if (end != nullptr) return Hit{route, end->path};
    for (const Entry& entry :
         std::ranges::equal_range(node.expressions, route, {}, &Entry::route)) {
      const Dfa* dfa = languages_.Regex(gateway_.routes[route].match.paths[entry.path].regex);
      if (dfa != nullptr && dfa->Matches(probe.text)) return Hit{route, entry.path};
    }
  }
  return std::nullopt;
}

bool RouteIndex::Find(const Roots& roots, const PathProbe& probe, std::uint32_t before,
                      std::vector<Hit>& hits) {
  Spots spots;
  const bool longer_differ = Walk(roots, probe, spots);
  for (const Spot& spot : spots) Collect(nodes_[spot.node], spot.at_end, probe, before, hits);
  const auto order = [](const Hit& a, const Hit& b) {
    return std::pair(a.route, a.over_budget) < std::pair(b.route, b.over_budget);
  };
  std::sort(hits.begin(), hits.end(), order);
  hits.erase(std::unique(hits.begin(), hits.end(),
                         [](const Hit& a, const Hit& b) { return a.route == b.route; }),
             hits.end());
  return longer_differ;
}

bool RouteIndex::ExpressionMayMeet(const Roots& roots, const PathPattern* pattern,
                                   std::uint32_t before) const {
  const std::string beginning = pattern == nullptr ? "/" : BeginningOf(*pattern);
  for (const std::uint32_t root : roots) {
    const auto at = anchored_.find(root);
    if (at == anchored_.end()) continue;
    for (const Anchored& anchored : at->second) {
      if (anchored.entry.route >= before) break;
      const std::size_t common = std::min(beginning.size(), anchored.beginning.size());
      if (beginning.compare(0, common, anchored.beginning, 0, common) == 0) return true;
    }
  }
  return false;
}

}  // namespace weir::compiler
