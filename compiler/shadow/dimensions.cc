#include "compiler/shadow/dimensions.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace weir::compiler {
namespace {

using syntax::Address;
using syntax::FieldMatch;
using syntax::Match;
using syntax::Network;

bool Contains(const Network& network, const Address& address) {
  for (std::size_t bit = 0; bit < network.prefix; bit += 8) {
    const std::size_t left = std::min<std::size_t>(8, network.prefix - bit);
    const auto mask = static_cast<std::uint8_t>(0xff << (8 - left));
    if (((network.base.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

// The address after the last one of the network; nothing at the very end.
std::optional<Address> After(const Network& network) {
  Address next = network.base;
  for (std::size_t bit = network.prefix; bit < 128; ++bit) {
    next.octets[bit / 8] |= static_cast<std::uint8_t>(0x80 >> (bit % 8));
  }
  for (std::size_t i = 16; i-- > 0;) {
    if (++next.octets[i] != 0) return next;
  }
  return std::nullopt;
}

bool AnyHolds(const std::vector<Network>& networks, const Address& address) {
  return networks.empty() || std::ranges::any_of(networks, [&](const Network& network) {
           return Contains(network, address);
         });
}

}  // namespace

std::vector<ListenerGroup> GroupListeners(const syntax::Gateway& gateway) {
  if (gateway.listeners.empty()) return {{ListenerKind{}, 1}};
  std::vector<ListenerGroup> groups;
  for (std::size_t i = 0; i < gateway.listeners.size(); ++i) {
    const ListenerKind kind = KindOf(gateway, gateway.listeners[i]);
    auto at = std::ranges::find(groups, kind, &ListenerGroup::kind);
    if (at == groups.end()) at = groups.insert(at, {kind, 0});
    at->listeners |= std::uint64_t{1} << i;
  }
  return groups;
}

std::uint64_t ListenersOf(const Match& match) {
  std::uint64_t mask = match.listeners.empty() ? ~std::uint64_t{0} : 0;
  for (const std::uint32_t listener : match.listeners) mask |= std::uint64_t{1} << listener;
  return mask;
}

Dimensions::Dimensions(const syntax::Gateway& gateway, std::uint32_t route,
                       std::span<const Hit> candidates, const ListenerGroup& group,
                       Languages& languages, const std::string* method)
    : gateway_(gateway),
      own_(gateway.routes[route].match),
      candidates_(candidates),
      group_(group),
      languages_(languages) {
  residue_.candidates = static_cast<std::uint32_t>(candidates.size());
  const std::uint64_t listeners = group.listeners & ListenersOf(own_);
  first_listener_ = static_cast<std::uint32_t>(std::countr_zero(listeners));
  empty_ = listeners == 0;
  if (!empty_) AddListeners();
  AddMethods(method);
  AddClients();
  AddFields();
}

template <class Holds>
void Dimensions::Add(Values values, std::size_t classes, Holds holds) {
  if (classes == 0) empty_ = true;
  Residue::Dimension dimension;
  dimension.classes.assign(classes, CandidateSet(residue_.words()));
  for (std::uint32_t c = 0; c < residue_.candidates; ++c) {
    for (std::size_t i = 0; i < classes; ++i) {
      if (holds(c, i)) Put(dimension.classes[i], c);
    }
  }
  residue_.dimensions.push_back(std::move(dimension));
  values_.push_back(std::move(values));
}

void Dimensions::AddListeners() {
  const bool told_apart = std::ranges::any_of(candidates_, [&](const Hit& hit) {
    return (group_.listeners & ~ListenersOf(gateway_.routes[hit.route].match)) != 0;
  });
  if (!told_apart) return;
  Values values{Values::Kind::kListener, "", {}, {}, {}};
  const std::uint64_t mask = group_.listeners & ListenersOf(own_);
  for (std::uint32_t i = 0; i < 64; ++i) {
    if ((mask >> i) & 1) values.listeners.push_back(i);
  }
  const auto listeners = values.listeners;
  Add(std::move(values), listeners.size(), [&](std::uint32_t c, std::size_t i) {
    return ((ListenersOf(CandidateMatch(c)) >> listeners[i]) & 1) != 0;
  });
}

void Dimensions::AddMethods(const std::string* only) {
  std::vector<std::string> methods = own_.methods;
  if (only != nullptr) methods = {*only};
  if (methods.empty()) {
    std::set<std::string> named;
    for (const Hit& hit : candidates_) {
      const auto& others = gateway_.routes[hit.route].match.methods;
      named.insert(others.begin(), others.end());
    }
    if (named.empty()) return;
    // One class for every method that no candidate names.
    for (const char* method :
         {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY"}) {
      if (named.contains(method)) continue;
      methods.emplace_back(method);
      break;
    }
    for (int i = 0; methods.empty(); ++i) {
      const std::string method = "METHOD" + std::to_string(i);
      if (!named.contains(method)) methods.push_back(method);
    }
    methods.insert(methods.end(), named.begin(), named.end());
  }
  // CONNECT is answered before any route is looked up.
  std::erase(methods, "CONNECT");
  Values values{Values::Kind::kMethod, "", {methods.begin(), methods.end()}, {}, {}};
  Add(std::move(values), methods.size(), [&](std::uint32_t c, std::size_t i) {
    const auto& others = CandidateMatch(c).methods;
    return others.empty() || std::ranges::find(others, methods[i]) != others.end();
  });
}

void Dimensions::AddClients() {
  std::set<Address> starts;
  const auto cut = [&](const Match& match) {
    for (const Network& network : match.clients) {
      starts.insert(network.base);
      if (const auto after = After(network)) starts.insert(*after);
    }
  };
  cut(own_);
  for (const Hit& hit : candidates_) cut(gateway_.routes[hit.route].match);
  if (starts.empty()) return;
  starts.insert(Address{});
  Values values{Values::Kind::kClient, "", {}, {}, {}};
  for (auto at = starts.begin(); at != starts.end(); ++at) {
    const auto next = std::next(at);
    const auto inside = [&](const Address& address) {
      return *at <= address && (next == starts.end() || address < *next);
    };
    if (!AnyHolds(own_.clients, *at)) continue;
    Address second = *at;  // rather a host's address than the network's own
    if (second.octets[15] == 0) second.octets[15] = 1;
    values.clients.push_back(inside(kSomeAddress) ? kSomeAddress : inside(second) ? second : *at);
  }
  const auto clients = values.clients;
  Add(std::move(values), clients.size(), [&](std::uint32_t c, std::size_t i) {
    return AnyHolds(CandidateMatch(c).clients, clients[i]);
  });
}

void Dimensions::AddFields() {
  std::set<std::pair<FieldMatch::Source, std::string>> names;
  for (const auto& test : own_.fields) names.emplace(test.source, test.name);
  for (const Hit& hit : candidates_) {
    for (const auto& test : gateway_.routes[hit.route].match.fields) {
      names.emplace(test.source, test.name);
    }
  }
  for (const auto& name : names) AddField(name);
}

void Dimensions::AddField(const std::pair<FieldMatch::Source, std::string>& name) {
  const auto tests_of = [&](const Match& match, std::vector<const FieldMatch*>& tests) {
    for (const auto& test : match.fields) {
      if (test.source == name.first && test.name == name.second) tests.push_back(&test);
    }
  };
  std::vector<const FieldMatch*> own, all;
  tests_of(own_, own);
  all = own;
  std::vector<std::vector<const FieldMatch*>> others(candidates_.size());
  for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
    tests_of(CandidateMatch(c), others[c]);
    all.insert(all.end(), others[c].begin(), others[c].end());
  }
  FieldValues distinct = DistinctValues(all, group_.kind, languages_);
  if (distinct.over_budget) approximate_ = true;
  const auto all_hold = [&](const std::vector<const FieldMatch*>& tests, std::size_t i) {
    for (const FieldMatch* test : tests) {
      const auto holds = FieldHolds(*test, distinct.values[i], languages_);
      if (!holds) approximate_ = true;
      if (!holds.value_or(false)) return false;
    }
    return true;
  };
  std::vector<std::optional<std::string>> kept;
  for (std::size_t i = 0; i < distinct.values.size(); ++i) {
    if (all_hold(own, i)) kept.push_back(distinct.values[i]);
  }
  distinct.values = kept;
  Values values{Values::Kind::kHeader, name.second, kept, {}, {}};
  switch (name.first) {
    case FieldMatch::Source::kHeader:
      break;
    case FieldMatch::Source::kQuery:
      values.kind = Values::Kind::kQuery;
      break;
  }
  Add(std::move(values), kept.size(),
      [&](std::uint32_t c, std::size_t i) { return all_hold(others[c], i); });
}

void Dimensions::Read(std::span<const std::uint32_t> classes, Witness& witness) const {
  witness.listener = first_listener_;
  for (std::size_t d = 0; d < classes.size(); ++d) {
    const Values& values = values_[d];
    const std::size_t i = classes[d];
    switch (values.kind) {
      case Values::Kind::kMethod:
        witness.method = *values.texts[i];
        break;
      case Values::Kind::kClient:
        witness.client = values.clients[i];
        break;
      case Values::Kind::kListener:
        witness.listener = values.listeners[i];
        break;
      case Values::Kind::kHeader:
        if (values.texts[i]) witness.headers.emplace_back(values.name, *values.texts[i]);
        break;
      case Values::Kind::kQuery:
        if (values.texts[i]) witness.query.emplace_back(values.name, *values.texts[i]);
        break;
    }
  }
}

}  // namespace weir::compiler
