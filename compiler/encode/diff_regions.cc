#include "compiler/encode/diff_regions.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "compiler/encode/diff_treatment.h"

namespace weir::compiler {
namespace {

// What is equal by its key keeps its order.
template <class Key>
void SortBy(std::vector<Region>& regions, const Key& key) {
  std::vector<std::pair<decltype(key(regions[0])), std::size_t>> order;
  for (std::size_t i = 0; i < regions.size(); ++i) order.emplace_back(key(regions[i]), i);
  std::sort(order.begin(), order.end());
  std::vector<Region> sorted;
  for (const auto& [value, place] : order) sorted.push_back(std::move(regions[place]));
  regions = std::move(sorted);
}

using Told = std::tuple<std::string, std::string, std::string, std::string>;

std::set<Told> Tell(const std::vector<SettingChange>& settings) {
  std::set<Told> told;
  for (const auto& [owner, name, before, after, before_node, after_node] : settings) {
    // One setting of many routes, inherited or written at each, is one cause.
    const bool of_route = owner.starts_with("route ");
    told.emplace(of_route ? "route" : owner, name, before, after);
  }
  return told;
}

bool SameEnd(const Region& region) {
  const Treatment &before = region.shown.before, &after = region.shown.after;
  return before.forwards == after.forwards && before.status == after.status &&
         before.reason == after.reason && before.services == after.services;
}

bool NotServed(const Region& region) {
  return region.shown.before.reason == "not-served" || region.shown.after.reason == "not-served";
}

// What the caller lacks comes last: a request without it shows more.
int Rank(const Region& region) {
  const Treatment& answer = region.shown.before.forwards ? region.shown.after : region.shown.before;
  if (answer.reason == "keys-unavailable") return 3;
  return region.shown.circumstance.empty() ? 0 : 1;
}

void Absorb(Region& into, Region from) {
  for (const std::string& route : from.routes) {
    if (std::find(into.routes.begin(), into.routes.end(), route) == into.routes.end()) {
      into.routes.push_back(route);
    }
  }
  const std::set<Told> told = Tell(into.settings);
  for (SettingChange& setting : from.settings) {
    if (!told.contains(*Tell({setting}).begin())) into.settings.push_back(std::move(setting));
  }
  const auto alike = [](const Shown& a, const Shown& b) {
    return a.before.reason == b.before.reason && a.before.status == b.before.status &&
           a.after.reason == b.after.reason && a.after.status == b.after.status;
  };
  from.also.emplace(from.also.begin(), from.change, std::move(from.shown));
  for (auto& [change, shown] : from.also) {
    const bool known = std::any_of(into.also.begin(), into.also.end(),
                                   [&](const auto& also) { return alike(also.second, shown); });
    if (!known && !alike(into.shown, shown)) into.also.emplace_back(change, std::move(shown));
  }
}

// Regions of one key are one.
std::string KeyOf(const Region& region) {
  const Treatment &before = region.shown.before, &after = region.shown.after;
  const std::string change(ChangeName(region.change));
  // The answers of a listener that came or went belong to what it forwards.
  if (NotServed(region)) return before.reason == "not-served" ? "came" : "went";
  // So do those of requests that a route takes now, or takes no more.
  const auto unmatched = [](const Treatment& one) {
    return one.route.empty() && (one.reason == "no-route" || one.reason == "method");
  };
  if (unmatched(before) != unmatched(after)) return before.route + "\ntaken by\n" + after.route;
  if (SameEnd(region)) {
    std::string key = change + " settings";
    for (const auto& [owner, name, old, now] : Tell(region.settings)) {
      key += "\n" + owner + "\n" + name + "\n" + old + "\n" + now;
    }
    return region.settings.empty() ? key + before.reason : key;
  }
  // One rule that many routes have, a service's or the gateway's.
  const Shown& shown = region.shown;
  const bool ruled = shown.before_rule != syntax::kNoNode || shown.after_rule != syntax::kNoNode;
  if (ruled && before.route == after.route) {
    return change + "\nrule\n" + std::to_string(shown.before_rule) + "\n" +
           std::to_string(shown.after_rule) + before.reason + "\n" + after.reason;
  }
  return change + "\n" + before.route + "\n" + after.route +
         (region.change == Change::kChanged ? "\n" + before.reason + "\n" + after.reason : "");
}

}  // namespace

std::vector<Region> Gathered(std::vector<Region> regions) {
  SortBy(regions, [](const Region& region) {
    return std::tuple(region.change, Rank(region), !region.shown.after.forwards);
  });
  std::map<std::string, std::size_t> places;
  std::vector<Region> gathered;
  for (Region& region : regions) {
    const auto [place, added] = places.try_emplace(KeyOf(region), gathered.size());
    if (added)
      gathered.push_back(std::move(region));
    else
      Absorb(gathered[place->second], std::move(region));
  }
  // What tells no more than another region does is part of it: a limit shows in
  // the answers of its routes too.
  for (std::size_t i = 0; i < gathered.size(); ++i) {
    for (std::size_t k = 0; k < gathered.size(); ++k) {
      if (i == k || !SameEnd(gathered[i]) || gathered[i].settings.empty()) continue;
      const std::set<Told> less = Tell(gathered[i].settings), more = Tell(gathered[k].settings);
      const bool part = std::includes(more.begin(), more.end(), less.begin(), less.end());
      if (!part || (less == more && i < k)) continue;
      Region from = std::move(gathered[i]);
      gathered.erase(gathered.begin() + static_cast<std::ptrdiff_t>(i));
      Absorb(gathered[k > i ? k - 1 : k], std::move(from));
      --i;
      break;
    }
  }
  return gathered;
}

void Order(std::vector<Region>& regions) {
  SortBy(regions, [](const Region& region) { return region.change; });
}

std::vector<SettingChange> Uncovered(std::vector<SettingChange> settings,
                                     const std::vector<Region>& regions) {
  std::set<std::pair<std::string, std::string>> covered;
  const auto action = [](const std::string& name) {
    return name == "forward" || name == "respond" || name == "redirect";
  };
  for (const Region& region : regions) {
    for (const std::string& route : region.routes) {
      const std::string owner = RouteOwner(route, region.gateway);
      for (const SettingChange& setting : region.settings) {
        const std::string clause = setting.name.substr(0, setting.name.find(' '));
        covered.emplace(owner, action(clause) ? "action" : clause);
        // A definition's member that differs because the route names another.
        covered.emplace(owner, setting.owner.substr(0, setting.owner.find(' ')));
        if (clause == "challenge") covered.emplace(owner, "authenticate");
      }
      if (!SameEnd(region)) covered.emplace(owner, "action");
    }
    for (const SettingChange& setting : region.settings) {
      covered.emplace(setting.owner, setting.name);
      covered.emplace(setting.owner, setting.name.substr(0, setting.name.find(' ')));
    }
    if (NotServed(region)) covered.emplace(region.gateway, "listen");
  }
  std::erase_if(settings, [&](const SettingChange& setting) {
    if (covered.contains({setting.owner, setting.name})) return true;
    const std::size_t of = setting.owner.rfind(" of ");
    return setting.name == "listen" && of != std::string::npos &&
           covered.contains({setting.owner.substr(of + 4), "listen"});
  });
  return settings;
}

}  // namespace weir::compiler
