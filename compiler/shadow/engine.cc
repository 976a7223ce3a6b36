// A route's match is a union of boxes, hosts x paths x the rest, and it is
// shadowed when every box is. In each box the host has one least class: the
// class of hosts that the fewest other routes match.
//
// A path of segments has one least representative for each length: tokens that
// no pattern writes in its wildcard places. A `**` is tried from the empty rest
// to one segment more than the longest pattern, its last token fresh and empty;
// where slashes are kept, its inner tokens are empty, which no wildcard matches.
// Looked up in the index like a request, a representative gives the earlier
// routes to be held against the route in the other dimensions (residue.h).
//
// Expressions know more classes of paths than that. There the shortest path of
// the route outside everything known to be covered is probed, again and again:
// a covered one adds the intersection of its core's languages to what is known
// (sound, because the core covers the other dimensions for every such path).
#include "compiler/shadow/engine.h"

#include <algorithm>
#include <utility>

#include "compiler/automata/product.h"
#include "compiler/shadow/outcome.h"

namespace weir::compiler {

using syntax::PathPattern;
using syntax::PathSegment;

// Blockers found so far are tried first in each new box, so that few suffice.
struct ShadowEngine::Run {
  const std::vector<std::uint32_t>* allowed = nullptr;  // sorted; null: every earlier route
  const MatchPart* part = nullptr;                      // null: the whole match
  std::vector<std::uint32_t> blockers;
  RouteVerdict verdict;
  bool several_cores = false;  // the blockers are more than the first core
  std::string undecided;       // why some box is, when one is

  bool IsAllowed(std::uint32_t route) const {
    return allowed == nullptr || std::ranges::binary_search(*allowed, route);
  }
  void Add(const std::vector<Hit>& core) {
    const std::size_t before = blockers.size();
    for (const Hit& hit : core) blockers.push_back(hit.route);
    std::ranges::sort(blockers);
    blockers.erase(std::ranges::unique(blockers).begin(), blockers.end());
    several_cores = several_cores || (before > 0 && blockers.size() > before);
  }
};

ShadowEngine::ShadowEngine(const syntax::Gateway& gateway, ShadowOptions options)
    : gateway_(gateway),
      options_(std::move(options)),
      index_(gateway, languages_),
      groups_(GroupListeners(gateway)),
      steps_left_(options_.max_steps) {
  for (const auto& route : gateway.routes) {
    for (const auto& path : route.match.paths) depth_ = std::max(depth_, path.segments.size());
  }
}

RouteVerdict ShadowEngine::Decide(std::uint32_t route) { return DecidePart(route, nullptr); }

RouteVerdict ShadowEngine::DecidePart(std::uint32_t route, const MatchPart* part) {
  bool several_cores = false;
  RouteVerdict verdict = DecideAmong(route, nullptr, part, &several_cores);
  // One core is minimal by itself, and needed whatever the other boxes say.
  if (verdict.kind == RouteVerdict::Kind::kDead && several_cores) {
    ReduceBlockers(route, part, verdict.blockers);
  }
  return verdict;
}

RouteVerdict ShadowEngine::DecideAmong(std::uint32_t route,
                                       const std::vector<std::uint32_t>* allowed,
                                       const MatchPart* part, bool* several_cores) {
  const auto& match = gateway_.routes[route].match;
  Run run;
  run.allowed = allowed;
  run.part = part;
  std::vector<const syntax::HostPattern*> hosts;
  std::vector<const PathPattern*> paths;
  for (const auto& host : match.hosts) hosts.push_back(&host);
  for (const auto& path : match.paths) paths.push_back(&path);
  if (part != nullptr && part->kind == MatchPart::Kind::kHost) hosts = {hosts[part->place]};
  if (part != nullptr && part->kind == MatchPart::Kind::kPath) paths = {paths[part->place]};
  if (hosts.empty()) hosts.push_back(nullptr);
  if (paths.empty()) paths.push_back(nullptr);
  for (const ListenerGroup& group : groups_) {
    if ((group.listeners & ListenersOf(match)) == 0) continue;
    for (const auto* host : hosts) {
      for (const auto* path : paths) {
        if (path != nullptr && !languages_.CanBeAPath(*path, group.kind)) continue;
        const Box box{route, host, path, &group, index_.RootsOf(host)};
        if (DecideBox(box, run) == Next::kStop) return run.verdict;
      }
    }
  }
  if (!run.undecided.empty())
    return {RouteVerdict::Kind::kUnknown, {}, {}, 0, false, run.undecided};
  run.verdict.kind = RouteVerdict::Kind::kDead;
  if (several_cores != nullptr) *several_cores = run.several_cores;
  run.verdict.blockers = std::move(run.blockers);
  return run.verdict;
}

// kStop: the route is alive, and run.verdict says so.
ShadowEngine::Next ShadowEngine::DecideBox(const Box& box, Run& run) {
  std::vector<std::vector<Hit>> cores;
  const bool expression = box.path != nullptr && box.path->kind == PathPattern::Kind::kRegex;
  if (!expression) {
    if (ProbePlain(box, run, cores) == Next::kStop) return Next::kStop;
    if (!index_.ExpressionMayMeet(box.roots, box.path, box.route)) return Next::kCovered;
  }
  return ProbeWords(box, run, cores);
}

ShadowEngine::Next ShadowEngine::ProbePlain(const Box& box, Run& run,
                                            std::vector<std::vector<Hit>>& cores) {
  PathProbe start;
  bool rest = true;
  if (box.path != nullptr) {
    rest = box.path->rest;
    for (const auto& segment : box.path->segments) {
      const bool literal = segment.kind == PathSegment::Kind::kLiteral;
      start.tokens.push_back(literal ? index_.TokenOf(segment.literal) : kFreshToken);
      start.text += "/" + (literal ? segment.literal : index_.fresh_text());
    }
  }
  const auto settle = [&](const PathProbe& path, bool& longer_differ) {
    Probed probed = Probe(box, path, run);
    longer_differ = longer_differ || probed.longer_differ;
    if (probed.kind == RouteVerdict::Kind::kAlive) {
      run.verdict.kind = RouteVerdict::Kind::kAlive;
      run.verdict.witness = std::move(probed.witness);
      return Next::kStop;
    }
    if (probed.kind == RouteVerdict::Kind::kUnknown) run.undecided = probed.reason;
    run.Add(probed.core);
    cores.push_back(std::move(probed.core));
    return Next::kCovered;
  };
  bool longer_differ = true;
  if (!start.tokens.empty() && settle(start, longer_differ) == Next::kStop) return Next::kStop;
  if (!rest) return Next::kCovered;
  for (std::size_t length = start.tokens.size(); length <= depth_ + 1 && longer_differ; ++length) {
    longer_differ = false;
    PathProbe path = start;
    path.tokens.push_back(kEmptyToken);
    path.text += "/";
    if (settle(path, longer_differ) == Next::kStop) return Next::kStop;
    path = start;
    path.tokens.push_back(kFreshToken);
    path.text += "/" + index_.fresh_text();
    if (settle(path, longer_differ) == Next::kStop) return Next::kStop;
    const bool keep = box.group->kind.keep_slashes;
    start.tokens.push_back(keep ? kEmptyToken : kFreshToken);
    start.text += keep ? "/" : "/" + index_.fresh_text();
  }
  return Next::kCovered;
}

ShadowEngine::Next ShadowEngine::ProbeWords(const Box& box, Run& run,
                                            std::vector<std::vector<Hit>>& cores) {
  PathPattern everything;
  everything.rest = true;
  const auto undecided = [&run](std::string reason) {
    run.undecided = std::move(reason);
    return Next::kCovered;
  };
  const Dfa* own =
      languages_.PathWithin(box.path != nullptr ? *box.path : everything, box.group->kind);
  if (own == nullptr) return undecided("the automaton of its path is over its budget");
  std::vector<const Dfa*> dfas{own};
  std::vector<std::vector<std::size_t>> blocked;
  // False when the core covers every path at all.
  const auto block = [&](const std::vector<Hit>& core) {
    std::vector<std::size_t> places;
    for (const Hit& hit : core) {
      if (hit.path == kAnyPath) continue;
      const Dfa* dfa = languages_.Path(gateway_.routes[hit.route].match.paths[hit.path]);
      auto at = std::ranges::find(dfas, dfa);
      if (at == dfas.end()) at = dfas.insert(at, dfa);
      places.push_back(static_cast<std::size_t>(at - dfas.begin()));
    }
    blocked.push_back(places);
    return !places.empty();
  };
  for (const auto& core : cores) {
    if (!block(core)) return Next::kCovered;
  }
  for (std::size_t words = 0; words < options_.max_words; ++words) {
    const auto open = [&](Accepts accepts) {
      return std::ranges::none_of(blocked, [&](const auto& places) {
        return std::ranges::all_of(places, [&](std::size_t at) { return accepts[at] != 0; });
      });
    };
    auto found = ShortestWord(dfas, open, options_.max_product_states, 1);
    if (found.kind == WordSearch::Kind::kNone) return Next::kCovered;
    if (found.kind == WordSearch::Kind::kOverBudget) {
      return undecided("the search for a path is over its budget");
    }
    Probed probed = Probe(box, index_.ProbeOf(found.word), run);
    if (probed.kind == RouteVerdict::Kind::kAlive) {
      run.verdict.kind = RouteVerdict::Kind::kAlive;
      run.verdict.witness = std::move(probed.witness);
      return Next::kStop;
    }
    if (probed.kind == RouteVerdict::Kind::kUnknown) return undecided(std::move(probed.reason));
    run.Add(probed.core);
    if (!block(probed.core)) return Next::kCovered;
  }
  return undecided("too many paths would have to be tried");
}

// Of thousands of routes with one path few bear on one more. It is held against none
// at first; an earlier route that takes the request which escapes is held against it
// as well, and so on. Where many have to be, all of them are.
ShadowEngine::Probed ShadowEngine::Probe(const Box& box, const PathProbe& path, const Run& run) {
  RouteIndex::Spots spots;
  const bool longer_differ = index_.Walk(box.roots, path, spots);
  std::vector<Hit> hits;
  for (const std::uint32_t blocker : run.blockers) {
    if (!run.IsAllowed(blocker)) continue;
    if (const auto hit = index_.HitOf(spots, path, blocker)) hits.push_back(*hit);
  }
  Probed probed;
  for (std::size_t round = 0; round < kLazyRounds; ++round) {
    probed = Against(box, path, run, hits, false);
    probed.longer_differ = longer_differ;
    if (probed.kind != RouteVerdict::Kind::kAlive) break;
    const auto rest = [&](std::uint32_t route) -> std::optional<bool> {
      return run.IsAllowed(route) ? PassesRest(route, probed.witness) : false;
    };
    const auto first = index_.First(spots, path, box.route, probed.witness, rest);
    if (first.perhaps) break;
    if (!first.hit) return probed;
    const auto at = std::ranges::lower_bound(hits, first.hit->route, {}, &Hit::route);
    if (at != hits.end() && at->route == first.hit->route) break;
    hits.insert(at, *first.hit);
  }
  if (probed.kind == RouteVerdict::Kind::kDead) return probed;

  hits.clear();
  index_.Find(box.roots, path, box.route, hits);
  // A route whose expression is over budget may match or not: never a blocker,
  // and without it nothing can be said to be alive.
  bool approximate = false;
  std::erase_if(hits, [&](const Hit& hit) {
    if (!run.IsAllowed(hit.route)) return true;
    approximate = approximate || hit.over_budget;
    return hit.over_budget;
  });
  probed = Against(box, path, run, hits, approximate);
  probed.longer_differ = longer_differ;
  return probed;
}

ShadowEngine::Probed ShadowEngine::Against(const Box& box, const PathProbe& path, const Run& run,
                                           const std::vector<Hit>& hits, bool approximate) {
  Probed probed;
  const bool one_method = run.part != nullptr && run.part->kind == MatchPart::Kind::kMethod;
  const Dimensions dimensions(
      gateway_, box.route, hits, *box.group, languages_,
      one_method ? &gateway_.routes[box.route].match.methods[run.part->place] : nullptr);
  if (dimensions.empty() && !dimensions.approximate()) {
    probed.kind = RouteVerdict::Kind::kDead;
    probed.guard_empty = true;
    return probed;
  }
  approximate = approximate || dimensions.approximate();
  if (dimensions.empty()) {
    probed.reason = "an expression is over its budget";
    return probed;
  }
  const ResidueAnswer answer = Solve(dimensions.residue(), hits, run);
  if (answer.kind == ResidueAnswer::Kind::kUnknown) {
    probed.reason = answer.reason;
  } else if (answer.kind == ResidueAnswer::Kind::kCovered) {
    // A class that is missing may be one that escapes.
    probed.kind =
        dimensions.approximate() ? RouteVerdict::Kind::kUnknown : RouteVerdict::Kind::kDead;
    if (dimensions.approximate()) probed.reason = "an expression is over its budget";
    for (const std::uint32_t candidate : answer.core) probed.core.push_back(hits[candidate]);
  } else if (approximate) {
    probed.reason = "an expression is over its budget";
  } else {
    probed.kind = RouteVerdict::Kind::kAlive;
    probed.witness.host = index_.HostFor(box.host);
    probed.witness.path = path.text;
    dimensions.Read(answer.classes, probed.witness);
    if (NeedsAProxy(probed.witness) && !gateway_.trusted_proxies.empty()) {
      probed.witness.proxy = gateway_.trusted_proxies[0].base;
    }
    ComeInBy(probed.witness, gateway_.listeners, probed.witness.listener);
  }
  return probed;
}

ResidueAnswer ShadowEngine::Solve(const Residue& residue, const std::vector<Hit>& hits,
                                  const Run& run) {
  CandidateSet known(residue.words()), all(residue.words());
  bool any_known = false;
  for (std::uint32_t c = 0; c < residue.candidates; ++c) {
    Put(all, c);
    if (!std::ranges::binary_search(run.blockers, hits[c].route)) continue;
    Put(known, c);
    any_known = true;
  }
  if (any_known) {
    auto answer = SolveResidue(residue, known, options_.max_residue_nodes, &steps_left_);
    if (answer.kind == ResidueAnswer::Kind::kCovered) {
      answer.core =
          ShrinkCore(residue, std::move(answer.core), options_.max_residue_nodes, &steps_left_);
      return answer;
    }
  }
  auto answer = SolveResidue(residue, all, options_.max_residue_nodes, &steps_left_);
  if (answer.kind == ResidueAnswer::Kind::kUnknown && options_.fallback && steps_left_ > 0) {
    // What is handed on costs as well.
    const std::size_t cost = kFallbackSteps + residue.dimensions.size() * residue.candidates;
    steps_left_ -= std::min(steps_left_, cost);
    return options_.fallback(residue);
  }
  if (answer.kind == ResidueAnswer::Kind::kCovered && answer.core.size() <= 32) {
    answer.core =
        ShrinkCore(residue, std::move(answer.core), options_.max_residue_nodes, &steps_left_);
  }
  return answer;
}

// The cores of single boxes are minimal; their union need not be.
void ShadowEngine::ReduceBlockers(std::uint32_t route, const MatchPart* part,
                                  std::vector<std::uint32_t>& blockers) {
  if (blockers.size() < 2 || blockers.size() > 32) return;
  for (std::size_t i = blockers.size(); i-- > 0 && blockers.size() > 1;) {
    std::vector<std::uint32_t> rest = blockers;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    RouteVerdict verdict = DecideAmong(route, &rest, part);
    if (verdict.kind != RouteVerdict::Kind::kDead) continue;
    blockers = std::move(verdict.blockers);
    i = std::min(i, blockers.size());
  }
}

}  // namespace weir::compiler
