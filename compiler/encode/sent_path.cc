// The transforms are gone through from the last to the first, and the language becomes that
// of the paths before each. A strip is one automaton. A rewrite forgets the path but for its
// captured segments: the automaton of what is sent is run over the rewritten text, and at each
// capture a test on that segment says to which of its states the segment leads.
#include "compiler/encode/sent_path.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/automata/product.h"
#include "compiler/encode/explore.h"
#include "compiler/encode/expression.h"
#include "compiler/encode/languages.h"
#include "compiler/encode/order.h"

namespace weir::compiler {
namespace {

using syntax::PathPattern;
using syntax::Transform;

class Rewritten {
 public:
  Rewritten(Universe& u, std::vector<PathPiece> pieces, std::string name, const Dfa& language)
      : u_(u),
        path_(u.At({Part::kPath, "", ""})),
        pieces_(std::move(pieces)),
        name_(std::move(name)),
        language_(language) {}

  // The captures are those of the first pattern that matches.
  Formula Of(const std::vector<PathPattern>& patterns) {
    Formula result = InPattern(nullptr);
    for (auto pattern = patterns.rbegin(); pattern != patterns.rend(); ++pattern) {
      result = u_.f.Choose(MatchesPattern(u_, path_, *pattern), InPattern(&*pattern), result);
    }
    return result;
  }

 private:
  Formula InPattern(const PathPattern* pattern) {
    segments_.clear();
    known_.clear();
    for (std::size_t i = 0; pattern != nullptr && i < pattern->segments.size(); ++i) {
      if (!pattern->segments[i].capture.empty()) segments_[pattern->segments[i].capture] = i;
    }
    return From(0, 0);
  }

  // What is left of the text leads from this state to one that accepts.
  Formula From(std::size_t at, std::uint32_t state) {
    if (at == pieces_.size()) return language_.accepting[state] != 0 ? kTrue : kFalse;
    const auto known = known_.find({at, state});
    if (known != known_.end()) return known->second;
    const PathPiece& piece = pieces_[at];
    const auto segment = segments_.find(piece.text);
    Formula formula = kFalse;
    if (piece.capture && segment != segments_.end()) {
      formula = OverSegment(at, segment->second, state);
    } else {
      std::uint32_t to = state;
      for (const char octet : piece.capture ? std::string() : piece.text) {
        to = language_.Step(to, static_cast<unsigned char>(octet));
      }
      formula = From(at + 1, to);
    }
    known_[{at, state}] = formula;
    return formula;
  }

  Formula OverSegment(std::size_t at, std::size_t segment, std::uint32_t state) {
    std::map<Formula, std::set<std::uint32_t>> ends;  // by what is asked of the rest
    for (const std::uint32_t to : ReachedBySegments(state)) ends[From(at + 1, to)].insert(to);
    if (ends.size() == 1) return ends.begin()->first;
    std::vector<Formula> some;
    for (const auto& [rest, states] : ends) {
      if (rest == kFalse) continue;
      std::string name = "segment " + std::to_string(segment) + " from " + std::to_string(state);
      for (const std::uint32_t to : states) name += " " + std::to_string(to);
      const Dfa between = Explore(
          state, [&](unsigned char octet) { return static_cast<int>(language_.class_of[octet]); },
          [&](std::uint32_t from, unsigned char octet) { return language_.Step(from, octet); },
          [&](std::uint32_t to) { return states.contains(to); });
      some.push_back(
          u_.f.And(u_.InLanguage(path_, name + " of " + name_, SegmentIn(segment, between)), rest));
    }
    return u_.f.Or(some);
  }

  // By one octet or more, none of which is a slash.
  std::set<std::uint32_t> ReachedBySegments(std::uint32_t state) {
    std::set<std::uint32_t> reached;
    std::vector<std::uint32_t> open{state};
    while (!open.empty() && steps_ < kMostSteps) {
      const std::uint32_t from = open.back();
      open.pop_back();
      for (int octet = 1; octet < 256; ++octet, ++steps_) {
        if (octet == '/') continue;
        const std::uint32_t to = language_.Step(from, static_cast<unsigned char>(octet));
        if (reached.insert(to).second) open.push_back(to);
      }
    }
    if (steps_ >= kMostSteps) u_.SetProblem("'upstream.path' of a rewrite is over budget");
    return reached;
  }

  static constexpr std::uint64_t kMostSteps = 20'000'000;
  Universe& u_;
  const std::uint32_t path_;
  const std::vector<PathPiece> pieces_;
  const std::string name_;
  const Dfa& language_;
  std::map<std::string, std::size_t> segments_;  // by capture
  std::map<std::pair<std::size_t, std::uint32_t>, Formula> known_;
  std::uint64_t steps_ = 0;
};

// The paths that are in the language once the prefix is taken off (TRANSFORM-2).
Dfa BeforeStrip(const std::string& prefix, const Dfa& language) {
  // Octets of the prefix that are read, unless the path has left it; then whether it was
  // taken off; and the state of the language.
  constexpr std::size_t kLeft = ~std::size_t{0};
  using State = std::tuple<std::size_t, std::uint32_t>;
  const std::uint32_t root = language.Step(0, '/');
  const auto kind = [&](unsigned char octet) {
    const bool told = octet == '/' || prefix.find(static_cast<char>(octet)) != std::string::npos;
    return told ? 256 + octet : static_cast<int>(language.class_of[octet]);
  };
  const auto step = [&](const State& state, unsigned char octet) -> State {
    const auto [read, at] = state;
    if (read == prefix.size() && octet == '/') return {kLeft, root};
    const bool on = read < prefix.size() && static_cast<unsigned char>(prefix[read]) == octet;
    return {on ? read + 1 : kLeft, language.Step(at, octet)};
  };
  const auto accepts = [&](const State& state) {
    const auto [read, at] = state;
    return language.accepting[read == prefix.size() ? root : at] != 0;
  };
  return Explore(State{0, 0}, kind, step, accepts);
}

}  // namespace

std::vector<PathPiece> PiecesOf(const std::string& text) {
  std::vector<PathPiece> pieces;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : std::string::npos;
    if (end != std::string::npos) {
      pieces.push_back({true, text.substr(i + 1, end - i - 1)});
      i = end;
      continue;
    }
    if (pieces.empty() || pieces.back().capture) pieces.push_back({});
    pieces.back().text += text[i];
  }
  return pieces;
}

namespace {

// `came_in`: the path that comes in is in the language.
Formula SentIn(Universe& universe, const syntax::Match& match,
               const std::vector<Transform>& request, const std::string& name, const Dfa& language,
               bool came_in) {
  std::string known_as = name;
  Dfa before = language;
  for (auto transform = request.rbegin(); transform != request.rend(); ++transform) {
    switch (transform->kind) {
      case Transform::Kind::kStripPrefix:
        before = BeforeStrip(transform->name, before);
        known_as = "strip " + std::to_string(transform->name.size()) + ":" + transform->name + " " +
                   known_as;
        break;
      case Transform::Kind::kRewritePath:
        return Rewritten(universe, PiecesOf(transform->name), known_as, before).Of(match.paths);
      case Transform::Kind::kSetHeader:
      case Transform::Kind::kAddHeader:
      case Transform::Kind::kRemoveHeader:
      case Transform::Kind::kSetQuery:
      case Transform::Kind::kRemoveQuery:
      case Transform::Kind::kSetHost:
        break;
    }
  }
  // What no strip takes out of the language needs no test: one for each prefix would have
  // thousands of kinds of paths told apart.
  if (came_in && Subset(language, before).value_or(false)) return kTrue;
  return universe.InLanguage(universe.At({Part::kPath, "", ""}), known_as, before);
}

}  // namespace

Formula SentPathIn(Universe& universe, const syntax::Match& match,
                   const std::vector<Transform>& request, const std::string& name,
                   const Dfa& language) {
  return SentIn(universe, match, request, name, language, false);
}

Formula SendsCanonicalPath(Universe& universe, const syntax::Gateway& gateway,
                           const std::vector<std::uint32_t>& listeners,
                           const syntax::Route& route) {
  const bool changes = std::ranges::any_of(route.request, [](const Transform& transform) {
    return transform.kind == Transform::Kind::kRewritePath ||
           transform.kind == Transform::Kind::kStripPrefix;
  });
  if (!changes) return kTrue;
  std::vector<ListenerFacts> facts;
  for (const auto& listener : gateway.listeners) facts.push_back(FactsOf(gateway, listener));
  const auto sent_in = [&](const std::string& name, const Dfa& language) {
    return SentIn(universe, route.match, route.request, name, language, true);
  };
  const auto tiers = TiersOf(Part::kPath);
  if (std::ranges::none_of(facts, KeepsUnusualPaths)) {
    return sent_in("a usual path", (*tiers)[kUnusualPathTier - 1]);
  }
  std::vector<Formula> all{sent_in("a canonical path", tiers->back())};
  for (const auto& [name, language, keeps_them] : PathLimits()) {
    std::vector<bool> keepers(universe.listeners().size());
    for (std::size_t i = 0; i < facts.size(); ++i) keepers[listeners[i]] = facts[i].*keeps_them;
    const Formula kept = universe.Chosen(universe.At({Part::kListener, "", ""}), keepers);
    if (kept != kTrue) all.push_back(universe.f.Or(kept, sent_in(name, language)));
  }
  return universe.f.And(std::move(all));
}

}  // namespace weir::compiler
