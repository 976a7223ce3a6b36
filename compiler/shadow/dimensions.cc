#include "compiler/shadow/dimensions.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_set>

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

// A match's networks. Two networks are one in the other or apart, so in ascending order
// those left that are in no other lie one behind the other.
class NetworkSet {
 public:
  explicit NetworkSet(const Match& match) : any_(match.clients.empty()), networks_(match.clients) {
    std::ranges::sort(networks_, {}, [](const Network& network) {
      return std::pair(network.base, network.prefix);
    });
    const auto inside = [](const Network& outer, const Network& inner) {
      return Contains(outer, inner.base);
    };
    networks_.erase(std::ranges::unique(networks_, inside).begin(), networks_.end());
  }

  bool Holds(const Address& address) const {
    if (any_) return true;
    const auto after = std::ranges::upper_bound(networks_, address, {}, &Network::base);
    return after != networks_.begin() && Contains(*std::prev(after), address);
  }

 private:
  bool any_;
  std::vector<Network> networks_;
};

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
  const NetworkSet own(own_);
  Values values{Values::Kind::kClient, "", {}, {}, {}};
  for (auto at = starts.begin(); at != starts.end(); ++at) {
    const auto next = std::next(at);
    const auto inside = [&](const Address& address) {
      return *at <= address && (next == starts.end() || address < *next);
    };
    if (!own.Holds(*at)) continue;
    Address second = *at;  // rather a host's address than the network's own
    if (second.octets[15] == 0) second.octets[15] = 1;
    values.clients.push_back(inside(kSomeAddress) ? kSomeAddress : inside(second) ? second : *at);
  }
  const auto clients = values.clients;
  std::vector<NetworkSet> others;
  for (std::uint32_t c = 0; c < candidates_.size(); ++c) others.emplace_back(CandidateMatch(c));
  Add(std::move(values), clients.size(),
      [&](std::uint32_t c, std::size_t i) { return others[c].Holds(clients[i]); });
}

void Dimensions::AddFields() {
  std::map<FieldName, FieldTests> tests;
  for (const auto& test : own_.fields) {
    FieldTests& of = tests[{test.source, test.name}];
    of.all.push_back(&test);
    of.own = of.all.size();
  }
  for (std::uint32_t c = 0; c < candidates_.size(); ++c) {
    for (const auto& test : CandidateMatch(c).fields) {
      FieldTests& of = tests[{test.source, test.name}];
      of.all.push_back(&test);
      of.candidates.push_back(c);
    }
  }
  for (const auto& [name, of] : tests) AddField(name, of);
}

void Dimensions::AddField(const FieldName& name, const FieldTests& tests) {
  FieldValues distinct = DistinctValues(tests.all, group_.kind, languages_);
  if (distinct.over_budget) approximate_ = true;
  // By test: its values, where they are many.
  std::vector<std::unordered_set<std::string_view>> listed(tests.all.size());
  for (std::size_t t = 0; t < tests.all.size(); ++t) {
    const FieldMatch& test = *tests.all[t];
    if (test.test != FieldMatch::Test::kOneOf || test.values.size() < 8) continue;
    listed[t].insert(test.values.begin(), test.values.end());
  }
  const auto holds = [&](std::size_t t, const std::optional<std::string>& value) {
    if (value && !listed[t].empty()) return listed[t].contains(*value) != tests.all[t]->negated;
    const auto known = FieldHolds(*tests.all[t], value, languages_);
    if (!known) approximate_ = true;
    return known.value_or(false);
  };
  std::vector<std::optional<std::string>> kept;
  for (auto& value : distinct.values) {
    bool all = true;
    for (std::size_t t = 0; t < tests.own && all; ++t) all = holds(t, value);
    if (all) kept.push_back(std::move(value));
  }
  if (kept.empty()) empty_ = true;
  // Whoever tests it not matches every class.
  CandidateSet any(residue_.words());
  for (std::uint32_t c = 0; c < residue_.candidates; ++c) Put(any, c);
  for (const std::uint32_t c : tests.candidates) any[c / 64] &= ~(Word{1} << (c % 64));
  Residue::Dimension dimension;
  dimension.classes.assign(kept.size(), any);
  for (std::size_t i = 0; i < kept.size(); ++i) {
    for (std::size_t t = tests.own; t < tests.all.size();) {
      const std::uint32_t c = tests.candidates[t - tests.own];
      bool all = true;
      for (; t < tests.all.size() && tests.candidates[t - tests.own] == c; ++t) {
        all = all && holds(t, kept[i]);
      }
      if (all) Put(dimension.classes[i], c);
    }
  }
  residue_.dimensions.push_back(std::move(dimension));
  Values values{Values::Kind::kHeader, name.second, std::move(kept), {}, {}};
  switch (name.first) {
    case FieldMatch::Source::kHeader:
      break;
    case FieldMatch::Source::kQuery:
      values.kind = Values::Kind::kQuery;
      break;
  }
  values_.push_back(std::move(values));
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
