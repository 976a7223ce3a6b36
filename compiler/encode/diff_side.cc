#include "compiler/encode/diff_side.h"

#include <algorithm>
#include <set>

#include "compiler/encode/confirm.h"
#include "compiler/witness/confirm.h"

namespace weir::compiler {
namespace {

using syntax::Gateway;
using syntax::Policy;

bool SharesAnAddress(const Gateway& a, const Gateway& b) {
  return std::any_of(a.listeners.begin(), a.listeners.end(), [&](const auto& one) {
    return std::any_of(b.listeners.begin(), b.listeners.end(),
                       [&](const auto& other) { return one.address == other.address; });
  });
}

}  // namespace

std::string Side::ServiceName(std::uint32_t service) const {
  const std::string& name = policy().services[service].name;
  const auto renamed = renamed_services.find(name);
  return renamed == renamed_services.end() ? name : renamed->second;
}

std::vector<ListenerPair> PairListeners(const Side& before, const Side& after) {
  std::vector<ListenerPair> pairs;
  if (before.gateway != nullptr) {
    for (std::uint32_t i = 0; i < before.gateway->listeners.size(); ++i) pairs.push_back({i, {}});
  }
  if (after.gateway == nullptr) return pairs;
  for (std::uint32_t i = 0; i < after.gateway->listeners.size(); ++i) {
    const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const ListenerPair& one) {
      return one.before && !one.after &&
             before.gateway->listeners[*one.before].address == after.gateway->listeners[i].address;
    });
    if (pair == pairs.end())
      pairs.push_back({{}, i});
    else
      pair->after = i;
  }
  return pairs;
}

std::vector<std::pair<std::optional<std::uint32_t>, std::optional<std::uint32_t>>> PairGateways(
    const Policy& before, const Policy& after) {
  std::vector<std::pair<std::optional<std::uint32_t>, std::optional<std::uint32_t>>> pairs;
  std::vector<bool> taken(after.gateways.size());
  const auto pair_by = [&](const auto& alike) {
    for (std::uint32_t i = 0; i < before.gateways.size(); ++i) {
      if (pairs.size() <= i) pairs.emplace_back(i, std::nullopt);
      for (std::uint32_t k = 0; k < after.gateways.size() && !pairs[i].second; ++k) {
        if (taken[k] || !alike(before.gateways[i], after.gateways[k])) continue;
        pairs[i].second = k;
        taken[k] = true;
      }
    }
  };
  pair_by([](const Gateway& a, const Gateway& b) { return a.name == b.name; });
  pair_by([](const Gateway& a, const Gateway& b) { return SharesAnAddress(a, b); });
  for (std::uint32_t k = 0; k < after.gateways.size(); ++k) {
    if (!taken[k]) pairs.emplace_back(std::nullopt, k);
  }
  return pairs;
}

std::vector<Row> RowsOf(Universe& u, const Side& side, const std::vector<std::uint32_t>& listeners,
                        const std::map<std::string, std::string>& scopes) {
  for (const auto& [scope, target] : scopes) u.Unify(scope, target);
  std::vector<Row> rows =
      EncodeGateway(u, side.policy(), *side.gateway, listeners, Unsendable::kApart);
  for (Row& row : rows) {
    if (row.place.jwt) row.place.jwt = u.TargetOf(*row.place.jwt);
    if (row.place.keys) row.place.keys = u.TargetOf(*row.place.keys);
    for (std::string& service : row.services) {
      const auto renamed = side.renamed_services.find(service);
      if (renamed != side.renamed_services.end()) service = renamed->second;
    }
  }
  for (const auto& [scope, target] : scopes) u.Unify(scope, scope);
  return rows;
}

std::optional<model::Outcome> Play(const Side& side, std::optional<std::uint32_t> listener,
                                   const Witness& witness, const model::Identity& identity) {
  if (side.gateway == nullptr || !listener) return std::nullopt;
  const ListenerFacts facts = FactsOf(*side.gateway, side.gateway->listeners[*listener]);
  if (facts.scheme != witness.scheme) return std::nullopt;
  if (facts.must_have_peer && !witness.peer) return std::nullopt;
  model::Connection connection = ConnectionOf(witness);
  connection.listener = *listener;
  if (!facts.may_have_peer) connection.peer_identity.reset();
  const model::RawRequest raw = RawRequestOf(witness);
  model::Outcome outcome =
      model::Decide(side.policy(), side.place(), raw, connection, WorldOf(identity));
  if (side.replay && side.replay->Run(raw, connection, WorldOf(identity)) != outcome) {
    outcome.reason = kTableDiffers;
  }
  return outcome;
}

Treatment TreatmentOf(const Side& side, const std::optional<model::Outcome>& outcome) {
  Treatment treatment;
  treatment.reason = "not-served";
  if (!outcome) return treatment;
  treatment.forwards = outcome->kind == model::Outcome::Kind::kForward;
  treatment.status = outcome->status;
  treatment.reason = outcome->reason;
  if (outcome->route) treatment.route = side.gateway->routes[*outcome->route].name;
  for (const std::uint32_t service : outcome->services) {
    treatment.services.push_back(side.ServiceName(service));
  }
  return treatment;
}

Change Classify(const Treatment& before, const Treatment& after) {
  if (before.forwards != after.forwards) {
    return after.forwards ? Change::kOpened : Change::kClosed;
  }
  const auto set = [](const Treatment& one) {
    return std::set<std::string>(one.services.begin(), one.services.end());
  };
  if (before.forwards && set(before) != set(after)) return Change::kMoved;
  return Change::kChanged;
}

}  // namespace weir::compiler
