#include "compiler/encode/overlap.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace weir::compiler {
namespace {

bool Under(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() + 1 && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

bool HostsOverlap(const Box& a, const Box& b) {
  using Host = Box::Host;
  if (a.host == Host::kAny || b.host == Host::kAny) return true;
  if (a.host == Host::kExact && b.host == Host::kExact) return a.host_name == b.host_name;
  if (a.host == Host::kExact) return Under(a.host_name, b.host_name);
  if (b.host == Host::kExact) return Under(b.host_name, a.host_name);
  return a.host_name == b.host_name || Under(a.host_name, b.host_name) ||
         Under(b.host_name, a.host_name);
}

bool PathsOverlap(const Box& a, const Box& b) {
  if (a.opaque || b.opaque) return true;
  const std::size_t common = std::min(a.segments.size(), b.segments.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto &x = a.segments[i], &y = b.segments[i];
    if (x && y && *x != *y) return false;
    if ((x && x->empty() && !y) || (y && y->empty() && !x)) return false;
  }
  if (a.segments.size() < b.segments.size()) return a.rest;
  return a.segments.size() == b.segments.size() || b.rest;
}

bool MethodsOverlap(const Reach& a, const Reach& b) {
  if (a.methods.empty() || b.methods.empty()) return true;
  return std::any_of(a.methods.begin(), a.methods.end(), [&](const std::string& method) {
    return std::find(b.methods.begin(), b.methods.end(), method) != b.methods.end();
  });
}

// Routes of one reach are one kind.
struct Normal {
  std::vector<
      std::tuple<Box::Host, std::string, std::vector<std::optional<std::string>>, bool, bool>>
      boxes;
  std::vector<std::string> methods;
  friend auto operator<=>(const Normal&, const Normal&) = default;
};

Normal NormalOf(const Reach& reach) {
  Normal normal;
  for (const Box& box : reach.boxes) {
    normal.boxes.emplace_back(box.host, box.host_name, box.segments, box.rest, box.opaque);
  }
  normal.methods = reach.methods;
  const auto settle = [](auto& list) {
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
  };
  settle(normal.boxes);
  settle(normal.methods);
  return normal;
}

// Which kinds may overlap. A kind is filed by each of its hosts, paths and methods, so
// that of thousands of kinds only those are held against one another that share a host,
// a path as far as both are literal, and a method.
class Overlaps {
 public:
  std::uint32_t KindOf(const Reach& reach) {
    const auto [place, fresh] =
        kinds_.try_emplace(NormalOf(reach), static_cast<std::uint32_t>(reaches_.size()));
    if (fresh) Enter(reach);
    return place->second;
  }

  // Itself too, if it may.
  const std::vector<std::uint32_t>& OverlappingWith(std::uint32_t kind) const {
    return overlapping_[kind];
  }

 private:
  using Kinds = std::vector<std::uint32_t>;
  struct ByMethod {
    Kinds all, of_any;  // all kinds; those of every method
    std::unordered_map<std::string, Kinds> of;
  };
  struct Node {
    std::map<std::optional<std::string>, std::uint32_t> children;  // by segment
    ByMethod ends, open;  // paths that end here; that may go on in any way
  };

  void Enter(const Reach& reach) {
    const auto kind = static_cast<std::uint32_t>(reaches_.size());
    reaches_.push_back(reach);
    overlapping_.emplace_back();
    for (const Box& box : reach.boxes) File(kind, reach, box);
    Kinds candidates;
    for (const Box& box : reach.boxes) {
      for (const std::uint32_t root : RootsFor(box)) Collect(root, reach, box, 0, candidates);
    }
    std::ranges::sort(candidates);
    candidates.erase(std::ranges::unique(candidates).begin(), candidates.end());
    for (const std::uint32_t other : candidates) {
      if (!MayOverlap(reaches_[other], reach)) continue;
      overlapping_[kind].push_back(other);
      if (other != kind) overlapping_[other].push_back(kind);
    }
  }

  static std::string HostOf(const Box& box) {
    switch (box.host) {
      case Box::Host::kAny:
        return "";
      case Box::Host::kExact:
        return "=" + box.host_name;
      case Box::Host::kSuffix:
        return "." + box.host_name;
    }
    return "";
  }

  void File(std::uint32_t kind, const Reach& reach, const Box& box) {
    const auto made = [this] {
      nodes_.emplace_back();
      return static_cast<std::uint32_t>(nodes_.size() - 1);
    };
    const auto root = roots_.find(HostOf(box));
    std::uint32_t at = root != roots_.end() ? root->second : made();
    if (root == roots_.end()) roots_.emplace(HostOf(box), at);
    for (std::size_t i = 0; i < box.segments.size() && !box.opaque; ++i) {
      const auto child = nodes_[at].children.find(box.segments[i]);
      if (child != nodes_[at].children.end()) {
        at = child->second;
        continue;
      }
      const std::uint32_t fresh = made();
      nodes_[at].children.emplace(box.segments[i], fresh);
      at = fresh;
    }
    ByMethod& place = box.opaque || box.rest ? nodes_[at].open : nodes_[at].ends;
    place.all.push_back(kind);
    if (reach.methods.empty()) place.of_any.push_back(kind);
    for (const std::string& method : reach.methods) place.of[method].push_back(kind);
  }

  // The tries of hosts that may be one that the box names.
  Kinds RootsFor(const Box& box) const {
    Kinds roots;
    const auto add = [&](const std::string& host) {
      const auto root = roots_.find(host);
      if (root != roots_.end()) roots.push_back(root->second);
    };
    if (box.host != Box::Host::kExact) {
      for (const auto& [host, root] : roots_) roots.push_back(root);
      return roots;
    }
    add("");
    add("=" + box.host_name);
    for (std::size_t dot = box.host_name.find('.'); dot != std::string::npos;
         dot = box.host_name.find('.', dot + 1)) {
      add("." + box.host_name.substr(dot + 1));
    }
    return roots;
  }

  static void Take(const ByMethod& from, const Reach& reach, Kinds& kinds) {
    const auto add = [&](const Kinds& some) {
      kinds.insert(kinds.end(), some.begin(), some.end());
    };
    if (reach.methods.empty()) return add(from.all);
    add(from.of_any);
    for (const std::string& method : reach.methods) {
      const auto of = from.of.find(method);
      if (of != from.of.end()) add(of->second);
    }
  }

  // What lies on the box's way through the trie from here.
  void Collect(std::uint32_t at, const Reach& reach, const Box& box, std::size_t segment,
               Kinds& kinds) const {
    const Node& node = nodes_[at];
    const bool last = box.opaque || segment == box.segments.size();
    const bool whole = last && (box.opaque || box.rest);
    Take(node.open, reach, kinds);
    if (last) Take(node.ends, reach, kinds);
    if (last && !whole) return;
    const bool any = whole || !box.segments[segment];
    if (any) {
      for (const auto& [name, child] : node.children) {
        Collect(child, reach, box, last ? segment : segment + 1, kinds);
      }
      return;
    }
    for (const auto& name : {box.segments[segment], std::optional<std::string>()}) {
      const auto child = node.children.find(name);
      if (child != node.children.end()) Collect(child->second, reach, box, segment + 1, kinds);
    }
  }

  std::map<Normal, std::uint32_t> kinds_;
  std::vector<Reach> reaches_;
  std::vector<Kinds> overlapping_;
  std::vector<Node> nodes_;
  std::map<std::string, std::uint32_t> roots_;  // by host
};

// The earlier routes of one kind, as disjunctions. The first few stand alone: few
// routes stay as simple as they are written. Of many, two of a size become one, as
// the digits of a binary number do, so that each route names only a few.
struct Earlier {
  struct Some {
    Formula any;
    std::size_t count;
  };
  static constexpr std::size_t kAlone = 16;
  std::vector<Some> parts;
  std::size_t alone = 0;  // parts at the end that stand alone
  std::size_t count = 0;  // of routes

  void Add(Formulas& f, Formula match) {
    ++count;
    parts.push_back({match, 1});
    if (++alone < kAlone) return;
    const auto join = [&](std::size_t from) {
      std::vector<Formula> any;
      std::size_t joined = 0;
      for (std::size_t i = from; i < parts.size(); ++i) {
        any.push_back(parts[i].any);
        joined += parts[i].count;
      }
      parts.resize(from);
      parts.push_back({f.Or(std::move(any)), joined});
    };
    join(parts.size() - alone);
    alone = 0;
    while (parts.size() > 1 && parts[parts.size() - 2].count == parts.back().count) {
      join(parts.size() - 2);
    }
  }
};

// What earlier routes take of one kind's requests. Where very many kinds overlap with it
// they are one disjunction, with those apart that have grown since it was made.
class Taken {
 public:
  void AddNot(Formulas& f, const std::vector<std::uint32_t>& others,
              const std::vector<Earlier>& earlier, std::vector<Formula>& all) {
    std::vector<Formula> some;
    seen_.resize(others.size(), 0);
    for (std::size_t i = 0; i < others.size(); ++i) {
      const Earlier& other = earlier[others[i]];
      if (other.count == seen_[i]) continue;
      for (const Earlier::Some& part : other.parts) some.push_back(part.any);
    }
    if (some.size() > kMany) {
      some.push_back(any_);
      any_ = f.Or(std::move(some));
      some.clear();
      for (std::size_t i = 0; i < others.size(); ++i) seen_[i] = earlier[others[i]].count;
    }
    all.push_back(f.Not(any_));
    for (const Formula part : some) all.push_back(f.Not(part));
  }

 private:
  static constexpr std::size_t kMany = 64;
  Formula any_ = kFalse;
  std::vector<std::size_t> seen_;  // by place in `others`: how many routes are in any_
};

}  // namespace

bool MayOverlap(const Reach& a, const Reach& b) {
  if (!MethodsOverlap(a, b)) return false;
  for (const Box& x : a.boxes) {
    for (const Box& y : b.boxes) {
      if (HostsOverlap(x, y) && PathsOverlap(x, y)) return true;
    }
  }
  return false;
}

std::vector<Formula> FirstMatches(Formulas& f, const std::vector<Formula>& matches,
                                  const std::vector<Reach>& reaches) {
  Overlaps overlaps;
  std::vector<Earlier> earlier;  // by kind
  std::vector<Taken> taken;
  std::vector<Formula> first;
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const std::uint32_t kind = overlaps.KindOf(reaches[i]);
    earlier.resize(std::max<std::size_t>(earlier.size(), kind + 1));
    taken.resize(earlier.size());
    std::vector<Formula> all{matches[i]};
    taken[kind].AddNot(f, overlaps.OverlappingWith(kind), earlier, all);
    earlier[kind].Add(f, matches[i]);
    first.push_back(f.And(std::move(all)));
  }
  return first;
}

}  // namespace weir::compiler
