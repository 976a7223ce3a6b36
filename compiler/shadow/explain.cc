// The request that shows a dead route, and how it is made small: each step
// is kept if the request still is one that the dead route matches and the same
// other route answers.
#include <algorithm>
#include <utility>

#include "compiler/shadow/engine.h"
#include "compiler/shadow/outcome.h"

namespace weir::compiler {
namespace {

bool Contains(const syntax::Network& network, const syntax::Address& address) {
  for (std::size_t bit = 0; bit < network.prefix; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> (bit % 8));
    if (((network.base.octets[bit / 8] ^ address.octets[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<std::string> ValueOf(const std::vector<std::pair<std::string, std::string>>& fields,
                                   const std::string& name) {
  for (const auto& [each, value] : fields) {
    if (each == name) return value;
  }
  return std::nullopt;
}

}  // namespace

RouteVerdict ShadowEngine::Explain(std::uint32_t route) {
  RouteVerdict verdict = Decide(route);
  if (verdict.kind == RouteVerdict::Kind::kDead && !verdict.blockers.empty()) {
    ShowDead(route, nullptr, verdict);
  }
  return verdict;
}

RouteVerdict ShadowEngine::ExplainPart(std::uint32_t route, const MatchPart& part) {
  RouteVerdict verdict = DecidePart(route, &part);
  if (verdict.kind == RouteVerdict::Kind::kDead && !verdict.blockers.empty()) {
    ShowDead(route, &part, verdict);
  }
  return verdict;
}

// Without one blocker the others leave a request open, as they are minimal:
// that one goes to this blocker, or to an earlier route that covers it as well.
// A request that is treated otherwise than the dead route says shows most.
void ShadowEngine::ShowDead(std::uint32_t route, const MatchPart* part, RouteVerdict& verdict) {
  for (const std::uint32_t blocker : verdict.blockers) {
    std::vector<std::uint32_t> others = verdict.blockers;
    std::erase(others, blocker);
    RouteVerdict open = DecideAmong(route, &others, part);
    if (open.kind != RouteVerdict::Kind::kAlive) continue;
    // The blocker that was left out may look at the client's address.
    if (!open.witness->client) open.witness->client = kSomeAddress;
    const auto taken_by = FirstMatch(*open.witness);
    if (!taken_by || *taken_by >= route) continue;
    const bool differs = !SameOutcome(gateway_.routes[route], gateway_.routes[*taken_by]);
    if (verdict.witness && !differs) continue;
    verdict.taken_by = *taken_by;
    verdict.outcome_differs = differs;
    verdict.witness = std::move(open.witness);
    if (differs) break;
  }
  if (verdict.witness) Shrink(route, verdict.taken_by, *verdict.witness, part);
}

std::optional<bool> ShadowEngine::PassesRest(std::uint32_t route, const Witness& request) {
  const auto& match = gateway_.routes[route].match;
  if (!match.methods.empty() &&
      std::ranges::find(match.methods, request.method) == match.methods.end()) {
    return false;
  }
  if (((ListenersOf(match) >> request.listener) & 1) == 0) return false;
  if (!match.clients.empty()) {
    const syntax::Address client = request.client.value_or(kSomeAddress);
    if (std::ranges::none_of(match.clients, [&](const syntax::Network& network) {
          return Contains(network, client);
        })) {
      return false;
    }
  }
  bool over_budget = false;
  for (const syntax::FieldMatch& test : match.fields) {
    const auto holds = [&](const auto& fields) {
      return FieldHolds(test, ValueOf(fields, test.name), languages_);
    };
    std::optional<bool> passes;
    switch (test.source) {
      case syntax::FieldMatch::Source::kHeader:
        passes = holds(request.headers);
        break;
      case syntax::FieldMatch::Source::kQuery:
        passes = holds(request.query);
        break;
    }
    if (passes && !*passes) return false;
    over_budget = over_budget || !passes;
  }
  if (over_budget) return std::nullopt;
  return true;
}

std::optional<std::uint32_t> ShadowEngine::FirstMatch(const Witness& request) {
  const PathProbe probe = index_.ProbeOf(request.path);
  RouteIndex::Spots spots;
  index_.Walk(index_.RootsOfHost(request.host), probe, spots);
  const auto rest = [&](std::uint32_t route) { return PassesRest(route, request); };
  const auto first =
      index_.First(spots, probe, static_cast<std::uint32_t>(gateway_.routes.size()), request, rest);
  if (!first.hit) return std::nullopt;
  return first.hit->route;
}

bool ShadowEngine::Matches(std::uint32_t route, const Witness& request) {
  const PathProbe probe = index_.ProbeOf(request.path);
  RouteIndex::Spots spots;
  index_.Walk(index_.RootsOfHost(request.host), probe, spots);
  return index_.HitOf(spots, probe, route) && PassesRest(route, request).value_or(false);
}

void ShadowEngine::Shrink(std::uint32_t route, std::uint32_t taken_by, Witness& witness,
                          const MatchPart* part) {
  using Kind = MatchPart::Kind;
  const auto keep = [&](Witness smaller) {
    if (!Matches(route, smaller) || FirstMatch(smaller) != taken_by) return false;
    witness = std::move(smaller);
    return true;
  };
  const auto drop_each = [&](auto member) {
    for (std::size_t i = (witness.*member).size(); i-- > 0;) {
      Witness smaller = witness;
      (smaller.*member).erase((smaller.*member).begin() + static_cast<std::ptrdiff_t>(i));
      keep(std::move(smaller));
    }
  };
  drop_each(&Witness::headers);
  drop_each(&Witness::query);
  if (witness.method != "GET" && (part == nullptr || part->kind != Kind::kMethod)) {
    Witness smaller = witness;
    smaller.method = "GET";
    keep(std::move(smaller));
  }
  // Nothing stands for any address: only if no route looks at it.
  if (witness.client && std::ranges::all_of(gateway_.routes, [](const syntax::Route& each) {
        return each.match.clients.empty();
      })) {
    witness.client.reset();
  }
  while (witness.path.size() > 1 && (part == nullptr || part->kind != Kind::kPath)) {
    Witness smaller = witness;
    smaller.path.erase(std::max<std::size_t>(smaller.path.rfind('/'), 1));
    if (smaller.path == witness.path || !keep(std::move(smaller))) break;
  }
}

}  // namespace weir::compiler
