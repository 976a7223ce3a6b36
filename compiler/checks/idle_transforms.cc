// Transforms whose effect nobody sees: a later one of the same list undoes it
// (TRANSFORM-5 to TRANSFORM-7), or it strips a prefix that no path of its route
// begins with (TRANSFORM-2).
#include <algorithm>
#include <map>
#include <utility>

#include "compiler/automata/product.h"
#include "compiler/checks/idle_clauses.h"
#include "compiler/checks/places.h"
#include "compiler/shadow/languages.h"

namespace weir::compiler {
namespace {

using syntax::PathPattern;
using syntax::PathSegment;
using syntax::Policy;
using syntax::Route;
using syntax::Transform;
using Kind = Transform::Kind;

// On requests `-` and `_` are one (TRANSFORM-5).
std::string Folded(std::string name, bool request) {
  if (request) std::ranges::replace(name, '_', '-');
  return name;
}

bool WritesHeader(Kind kind) {
  return kind == Kind::kSetHeader || kind == Kind::kAddHeader || kind == Kind::kRemoveHeader;
}
bool WritesQuery(Kind kind) { return kind == Kind::kSetQuery || kind == Kind::kRemoveQuery; }
bool WritesPath(Kind kind) { return kind == Kind::kStripPrefix || kind == Kind::kRewritePath; }

// Whether nothing of `first` is left after `later`, whatever the request is.
bool Undoes(const Transform& later, const Transform& first, bool request) {
  if (WritesPath(first.kind)) return later.kind == Kind::kRewritePath;
  if (WritesQuery(first.kind)) return WritesQuery(later.kind) && later.name == first.name;
  return WritesHeader(first.kind) && WritesHeader(later.kind) && later.kind != Kind::kAddHeader &&
         Folded(later.name, request) == Folded(first.name, request);
}

PathPattern Below(const std::string& prefix) {
  PathPattern pattern;
  pattern.rest = true;
  pattern.text = prefix + "/**";
  for (std::size_t at = 0; at < prefix.size();) {
    const std::size_t end = std::min(prefix.find('/', at + 1), prefix.size());
    pattern.segments.push_back(
        {PathSegment::Kind::kLiteral, prefix.substr(at + 1, end - at - 1), ""});
    at = end;
  }
  return pattern;
}

class Transforms {
 public:
  Transforms(const Policy& policy, std::vector<Unknown>& unknown)
      : policy_(policy), unknown_(unknown) {}

  std::vector<IdleClause> Run() {
    for (const auto& gateway : policy_.gateways) {
      for (const Route& route : gateway.routes) {
        // What answers by itself is said of the whole block (idle_clauses.cc).
        if (!std::holds_alternative<syntax::Forward>(route.action)) continue;
        Meet(route, route.request, true);
        Meet(route, route.response, false);
      }
    }
    std::vector<IdleClause> idle;
    for (auto& [place, use] : uses_) {
      if (!use.acts) idle.push_back({use.node, std::move(use.why), "Take it out, or correct it."});
    }
    return idle;
  }

 private:
  struct Use {
    syntax::NodeId node = syntax::kNoNode;
    bool acts = false;
    std::string why;
  };

  void Meet(const Route& route, const std::vector<Transform>& list, bool request) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const dsl::Span span = SpanOf(policy_, list[i].node);
      Use& use = uses_[{span.file, span.begin}];
      use.node = list[i].node;
      std::string why = WhyIdle(route, list, i, request);
      if (why.empty()) use.acts = true;
      if (use.why.empty()) use.why = std::move(why);
    }
  }

  std::string WhyIdle(const Route& route, const std::vector<Transform>& list, std::size_t i,
                      bool request) {
    const Transform& transform = list[i];
    const bool undone =
        std::any_of(list.begin() + static_cast<std::ptrdiff_t>(i) + 1, list.end(),
                    [&](const Transform& later) { return Undoes(later, transform, request); });
    if (undone) {
      return WritesPath(transform.kind)
                 ? std::string("this transform has no effect: a later rewrite replaces the path")
                 : "this transform has no effect: a later one writes '" + transform.name +
                       "' again, or removes it";
    }
    if (transform.kind != Kind::kStripPrefix) return "";
    const bool first = std::none_of(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(i),
                                    [](const Transform& each) { return WritesPath(each.kind); });
    if (!first || MayBegin(route, transform)) return "";
    return "this strip-prefix never strips: no path of route '" + route.name +
           "' begins with the segments of \"" + transform.name + "\"";
  }

  // Whether some path that the route matches begins so; true when undecided.
  bool MayBegin(const Route& route, const Transform& transform) {
    if (route.match.paths.empty()) return true;
    const PathPattern below = Below(transform.name);
    for (const PathPattern& path : route.match.paths) {
      if (path.kind == PathPattern::Kind::kSegments ? Meets(path, below)
                                                    : MeetsExpression(path, below, transform)) {
        return true;
      }
    }
    return false;
  }

  static bool Meets(const PathPattern& path, const PathPattern& below) {
    for (std::size_t i = 0; i < below.segments.size(); ++i) {
      if (i >= path.segments.size()) return path.rest;
      const PathSegment& segment = path.segments[i];
      if (segment.kind == PathSegment::Kind::kLiteral &&
          segment.literal != below.segments[i].literal) {
        return false;
      }
    }
    return true;
  }

  bool MeetsExpression(const PathPattern& path, const PathPattern& below,
                       const Transform& transform) {
    const Dfa* own = languages_.Path(path);
    const Dfa* other = languages_.Path(below);
    const auto disjoint =
        own != nullptr && other != nullptr ? Disjoint(*own, *other) : std::nullopt;
    if (!disjoint) {
      unknown_.push_back({"unreachable-policy",
                          "whether this strip-prefix ever strips: the automaton of the path is "
                          "over its budget",
                          SpanOf(policy_, transform.node)});
    }
    return !disjoint.value_or(false);
  }

  const Policy& policy_;
  std::vector<Unknown>& unknown_;
  Languages languages_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Use> uses_;  // by place in the text
};

}  // namespace

std::vector<IdleClause> IdleTransforms(const Policy& policy, std::vector<Unknown>& unknown) {
  return Transforms(policy, unknown).Run();
}

}  // namespace weir::compiler
