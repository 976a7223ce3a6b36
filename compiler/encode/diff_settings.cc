#include "compiler/encode/diff_settings.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "compiler/encode/diff_treatment.h"
#include "dsl/source/read_file.h"

namespace weir::compiler {
namespace {

namespace fs = std::filesystem;

using syntax::Gateway;
using syntax::Policy;

fs::path PathOf(const std::string& folder, const std::string& path) {
  std::error_code ignored;
  const fs::path whole = fs::absolute(fs::path(folder.empty() ? "." : folder) / path, ignored);
  const fs::path canonical = fs::weakly_canonical(whole, ignored);
  return canonical.empty() ? whole.lexically_normal() : canonical;
}

// The definitions that some gateway uses, by kind and place.
struct Used {
  std::set<std::uint32_t> services, jwts, api_keys, limits, cors, retries, breakers;
};

class UseFinder {
 public:
  explicit UseFinder(const Policy& policy) : policy_(policy) {}

  void Add(const Gateway& gateway) {
    if (gateway.sidecar_of) Service(*gateway.sidecar_of);
    for (const auto limit : gateway.limits) used_.limits.insert(limit.index);
    for (const syntax::Route& route : gateway.routes) Add(route);
  }
  const Used& used() const { return used_; }

 private:
  void Add(const syntax::Route& route) {
    if (route.cors && !route.cors_upstream) used_.cors.insert(route.cors->index);
    if (route.authentication.jwt) used_.jwts.insert(route.authentication.jwt->index);
    if (route.authentication.keys) used_.api_keys.insert(route.authentication.keys->index);
    for (const auto limit : route.limits) used_.limits.insert(limit.index);
    if (route.retry) used_.retries.insert(route.retry->index);
    if (route.breaker) used_.breakers.insert(route.breaker->index);
    for (const auto& mirror : route.mirrors) Service(mirror.service);
    if (const auto* forward = std::get_if<syntax::Forward>(&route.action)) {
      for (const auto& target : forward->targets) Service(target.service);
    }
  }

  // What an application calls belongs to what is known of it.
  void Service(syntax::Ref<syntax::Service> service) {
    if (!used_.services.insert(service.index).second) return;
    for (const auto& call : policy_[service].calls) Service(call.callee);
  }

  const Policy& policy_;
  Used used_;
};

bool SameTexts(const Members& a, const Members& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Member& x, const Member& y) {
    return x.name == y.name && x.text == y.text;
  });
}

template <class T, class Describe>
Pairs PairUp(const std::vector<T>& before, const std::set<std::uint32_t>& used_before,
             const std::vector<T>& after, const std::set<std::uint32_t>& used_after, bool renames,
             const Describe& describe) {
  Pairs pairs;
  std::set<std::uint32_t> left = used_after;
  const auto take = [&](std::uint32_t i, const auto& alike) {
    const auto found = std::find_if(left.begin(), left.end(), alike);
    if (found == left.end()) return false;
    pairs.both.push_back({i, *found});
    left.erase(found);
    return true;
  };
  std::vector<std::uint32_t> unnamed;
  for (const std::uint32_t i : used_before) {
    if (!take(i, [&](std::uint32_t k) { return before[i].name == after[k].name; })) {
      unnamed.push_back(i);
    }
  }
  for (const std::uint32_t i : unnamed) {
    const auto alike = [&](std::uint32_t k) {
      return SameTexts(describe(0, before[i]), describe(1, after[k]));
    };
    if (!renames || !take(i, alike)) pairs.only_before.push_back(i);
  }
  pairs.only_after.assign(left.begin(), left.end());
  return pairs;
}

class Comparer {
 public:
  Comparer(const DiffInput& before, const DiffInput& after) : before_(before), after_(after) {}

  void Compare(const std::string& owner, const Members& before, syntax::NodeId old_node,
               const Members& after, syntax::NodeId new_node) {
    for (const Member& member : before) {
      const Member* other = MemberNamed(after, member.name);
      One(owner, &member, old_node, other, new_node);
    }
    for (const Member& member : after) {
      if (MemberNamed(before, member.name) == nullptr) {
        One(owner, nullptr, old_node, &member, new_node);
      }
    }
  }

  void Name(const std::string& owner, const std::string& before, syntax::NodeId old_node,
            const std::string& after, syntax::NodeId new_node) {
    if (before != after) {
      result_.changes.push_back({owner, "name", before, after, old_node, new_node});
    }
  }

  void Push(SettingChange change) { result_.changes.push_back(std::move(change)); }
  Settings Take() { return std::move(result_); }

 private:
  void One(const std::string& owner, const Member* before, syntax::NodeId old_node,
           const Member* after, syntax::NodeId new_node) {
    const Member& any = before != nullptr ? *before : *after;
    const auto text = [](const Member* member) {
      return member == nullptr || member->text.empty() ? std::string("none") : member->text;
    };
    const auto node = [](const Member* member, syntax::NodeId owners) {
      if (member == nullptr) return syntax::kNoNode;
      return member->node == syntax::kNoNode ? owners : member->node;
    };
    SettingChange change{
        owner, any.name, text(before), text(after), node(before, old_node), node(after, new_node)};
    const bool files = before != nullptr && after != nullptr && before->is_file && after->is_file &&
                       !before->text.empty() && !after->text.empty();
    if (files && !FilesDiffer(*before, *after, change)) return;
    if (files || change.before != change.after) Push(std::move(change));
  }

  bool FilesDiffer(const Member& before, const Member& after, SettingChange& change) {
    switch (CompareFiles(before_.folder, before.text, after_.folder, after.text)) {
      case FilesAre::kSame:
        return false;
      case FilesAre::kOther:
        if (before.text == after.text) change.after += " (other contents)";
        return true;
      case FilesAre::kUnreadable:
        break;
    }
    if (before.text != after.text) return true;
    result_.not_compared.push_back(change.owner + ": " + change.name + " \"" + before.text +
                                   "\" cannot be read on both sides");
    return false;
  }

  const DiffInput& before_;
  const DiffInput& after_;
  Settings result_;
};

void CompareRoutes(const Side& before, const Side& after, Comparer& comparer) {
  std::set<std::string> told;
  for (const syntax::Route& route : after.gateway->routes) {
    const auto old = std::find_if(before.gateway->routes.begin(), before.gateway->routes.end(),
                                  [&](const syntax::Route& one) { return one.name == route.name; });
    if (old == before.gateway->routes.end() || !told.insert(route.name).second) continue;
    Members old_members = MembersOf(before.policy(), *old, before.renamed_services);
    Members new_members = MembersOf(after.policy(), route, after.renamed_services);
    // The name of a CORS policy shows nowhere.
    const bool same_cors =
        old->cors && route.cors && !old->cors_upstream && !route.cors_upstream &&
        SameTexts(MembersOf(before.policy()[*old->cors]), MembersOf(after.policy()[*route.cors]));
    const auto idle = [&](const Member& member) { return same_cors && member.name == "cors"; };
    std::erase_if(old_members, idle);
    std::erase_if(new_members, idle);
    const std::string owner = RouteOwner(route.name, after.gateway->name);
    for (const Member& member : old_members) {
      const Member* other = MemberNamed(new_members, member.name);
      if (other == nullptr || other->text == member.text) continue;
      // Under the same words, the route's paths differ: which requests show it is a region.
      if (!member.shown.empty() && member.shown == other->shown) continue;
      const std::string clause = member.name;
      const auto shown = [](const Member& one) { return one.shown.empty() ? one.text : one.shown; };
      comparer.Push({owner, member.name, shown(member), shown(*other), ClauseOf(*old, clause),
                     ClauseOf(route, clause)});
    }
  }
}

void CompareListeners(const Side& before, const Side& after, Comparer& comparer) {
  for (const ListenerPair& pair : PairListeners(before, after)) {
    const auto* old = pair.before ? &before.gateway->listeners[*pair.before] : nullptr;
    const auto* now = pair.after ? &after.gateway->listeners[*pair.after] : nullptr;
    if (old != nullptr && now != nullptr) {
      comparer.Compare(ListenerOwner(*now, *after.gateway), MembersOf(*old), old->node,
                       MembersOf(*now), now->node);
    } else if (old != nullptr) {
      comparer.Push(
          {ListenerOwner(*old, *after.gateway), "listen", "yes", "no", old->node, syntax::kNoNode});
    } else {
      comparer.Push(
          {ListenerOwner(*now, *after.gateway), "listen", "no", "yes", syntax::kNoNode, now->node});
    }
  }
}

}  // namespace

std::string ListenerOwner(const syntax::Listener& listener, const Gateway& gateway) {
  return "listener " + ToldSocket(listener.address) + " of " + gateway.name;
}

std::optional<std::string> ReadWhole(const std::string& folder, const std::string& path) {
  auto text = dsl::ReadFile(PathOf(folder, path).string());
  if (!text) return std::nullopt;
  return *std::move(text);
}

FilesAre CompareFiles(const std::string& folder_before, const std::string& before,
                      const std::string& folder_after, const std::string& after) {
  if (PathOf(folder_before, before) == PathOf(folder_after, after)) return FilesAre::kSame;
  const auto old = ReadWhole(folder_before, before), now = ReadWhole(folder_after, after);
  if (!old || !now) return FilesAre::kUnreadable;
  return *old == *now ? FilesAre::kSame : FilesAre::kOther;
}

Definitions PairDefinitions(const DiffInput& before,
                            const std::vector<const Gateway*>& old_gateways, const DiffInput& after,
                            const std::vector<const Gateway*>& new_gateways) {
  const Policy *old = before.policy, *now = after.policy;
  UseFinder old_finder(*old), new_finder(*now);
  for (const Gateway* gateway : old_gateways) old_finder.Add(*gateway);
  for (const Gateway* gateway : new_gateways) new_finder.Add(*gateway);
  const Used &a = old_finder.used(), &b = new_finder.used();
  const auto members = [](int, const auto& one) { return MembersOf(one); };
  const auto service = [&](int side, const syntax::Service& one) {
    return MembersOf(side == 0 ? *old : *now, one, {});
  };
  Definitions all;
  all.services = PairUp(old->services, a.services, now->services, b.services, true, service);
  all.jwts = PairUp(old->jwts, a.jwts, now->jwts, b.jwts, true, members);
  all.api_keys = PairUp(old->api_keys, a.api_keys, now->api_keys, b.api_keys, true, members);
  all.limits = PairUp(old->limits, a.limits, now->limits, b.limits, false, members);
  all.cors = PairUp(old->cors, a.cors, now->cors, b.cors, false, members);
  all.retries = PairUp(old->retries, a.retries, now->retries, b.retries, false, members);
  all.breakers = PairUp(old->breakers, a.breakers, now->breakers, b.breakers, false, members);
  return all;
}

Renamed RenamedServices(const DiffInput& before, const DiffInput& after,
                        const Definitions& definitions) {
  Renamed renamed;
  for (const Pair& pair : definitions.services.both) {
    const std::string& old = before.policy->services[pair.before].name;
    const std::string& now = after.policy->services[pair.after].name;
    if (old != now) renamed[old] = now;
  }
  return renamed;
}

Settings CompareSettings(const DiffInput& before, const DiffInput& after,
                         const Definitions& definitions,
                         const std::vector<std::pair<Side, Side>>& gateways) {
  Comparer comparer(before, after);
  const Policy &old = *before.policy, &now = *after.policy;
  for (const auto& [old_side, new_side] : gateways) {
    if (old_side.gateway == nullptr || new_side.gateway == nullptr) continue;
    const Gateway &a = *old_side.gateway, &b = *new_side.gateway;
    comparer.Compare(GatewayOwner(b), MembersOf(old, a, old_side.renamed_services), a.node,
                     MembersOf(now, b, {}), b.node);
    CompareListeners(old_side, new_side, comparer);
    CompareRoutes(old_side, new_side, comparer);
  }
  const Renamed renamed = RenamedServices(before, after, definitions);
  for (const auto& [i, k] : definitions.services.both) {
    const auto &a = old.services[i], &b = now.services[k];
    comparer.Name("service " + b.name, a.name, a.node, b.name, b.node);
    comparer.Compare("service " + b.name, MembersOf(old, a, renamed), a.node, MembersOf(now, b, {}),
                     b.node);
  }
  for (const std::uint32_t i : definitions.services.only_before) {
    const auto& service = old.services[i];
    comparer.Push(
        {"service " + service.name, "in use", "yes", "no", service.node, syntax::kNoNode});
  }
  for (const std::uint32_t i : definitions.services.only_after) {
    const auto& service = now.services[i];
    comparer.Push(
        {"service " + service.name, "in use", "no", "yes", syntax::kNoNode, service.node});
  }
  const auto each = [&](const std::string& kind, const Pairs& pairs, const auto& a_list,
                        const auto& b_list) {
    for (const auto& [i, k] : pairs.both) {
      const auto &a = a_list[i], &b = b_list[k];
      comparer.Name(kind + b.name, a.name, a.node, b.name, b.node);
      comparer.Compare(kind + b.name, MembersOf(a), a.node, MembersOf(b), b.node);
    }
  };
  each("jwt ", definitions.jwts, old.jwts, now.jwts);
  each("api-keys ", definitions.api_keys, old.api_keys, now.api_keys);
  each("limit ", definitions.limits, old.limits, now.limits);
  each("cors ", definitions.cors, old.cors, now.cors);
  each("retry ", definitions.retries, old.retries, now.retries);
  each("breaker ", definitions.breakers, old.breakers, now.breakers);
  return comparer.Take();
}

}  // namespace weir::compiler
