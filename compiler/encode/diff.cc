// Gateways that belong together share a universe: the same request is put to
// both. In it each listener reads requests as both sides do, and a credential
// whose definition changed is one (diff_credentials.h): so a region is about
// what is decided, once. What listeners, trusted proxies and credentials do to
// requests is then asked by itself, and what no request shows is told as a
// setting. A listener that only one side has takes requests that the other side
// does not serve at all.
#include "compiler/encode/diff.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/diff_credentials.h"
#include "compiler/encode/diff_probe.h"
#include "compiler/encode/diff_regions.h"
#include "compiler/encode/diff_settings.h"
#include "compiler/encode/diff_treatment.h"
#include "compiler/encode/difference.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

using Rows = std::vector<TreatedRow>;

std::vector<Row> Plain(const Rows& rows) {
  std::vector<Row> plain;
  for (const TreatedRow& one : rows) plain.push_back(one.row);
  return plain;
}

std::optional<syntax::Address> TrustedByBoth(const syntax::Gateway& a, const syntax::Gateway& b) {
  for (const auto* networks : {&a.trusted_proxies, &b.trusted_proxies}) {
    for (const syntax::Network& network : *networks) {
      const bool both = model::ContainsAny(a.trusted_proxies, network.base) &&
                        model::ContainsAny(b.trusted_proxies, network.base);
      if (both) return network.base;
    }
  }
  return std::nullopt;
}

// What both sides make of a request alike.
ListenerFacts Common(const ListenerPair& pair, const Side& before, const Side& after) {
  if (!pair.before) return FactsOf(*after.gateway, after.gateway->listeners[*pair.after]);
  const ListenerFacts old = FactsOf(*before.gateway, before.gateway->listeners[*pair.before]);
  if (!pair.after) return old;
  ListenerFacts facts = FactsOf(*after.gateway, after.gateway->listeners[*pair.after]);
  // Where one side demands a peer and the other has none, the new side's word counts.
  const bool may = old.may_have_peer && facts.may_have_peer;
  const bool must = old.must_have_peer || facts.must_have_peer;
  if (may || !must) facts.may_have_peer = may, facts.must_have_peer = must;
  facts.keeps_slashes &= old.keeps_slashes;
  facts.keeps_encoded_slash &= old.keeps_encoded_slash;
  facts.keeps_underscores &= old.keeps_underscores;
  facts.keeps_parameters &= old.keeps_parameters;
  facts.first_query &= old.first_query;
  facts.first_cookies &= old.first_cookies;
  facts.a_proxy = TrustedByBoth(*before.gateway, *after.gateway);
  return facts;
}

class GatewayDiff {
 public:
  GatewayDiff(const Side& before, const Side& after, const DiffOptions& options,
              const std::vector<ChangedCredential>& credentials, DiffResult& result)
      : before_(before),
        after_(after),
        options_(options),
        credentials_(credentials),
        pairs_(PairListeners(before, after)),
        result_(result),
        name_(after.gateway != nullptr ? after.gateway->name : before.gateway->name) {}

  // Also tells the names that shown requests leave in logs and metrics.
  void Run(std::vector<SettingChange>& names) {
    Universe u;
    const auto [old_rows, new_rows] = Encode(u, nullptr);
    const auto classes = ClassesOf(u);
    if (!classes) return Unknown(classes.error());
    Symbolic symbolic(u, *classes);
    Decisions(u, symbolic, old_rows, new_rows);
    if (before_.gateway == nullptr || after_.gateway == nullptr) return;
    Names(u, symbolic, old_rows, new_rows, names);
    for (Region& region : ProbeSettings(before_, after_, options_)) Keep(std::move(region));
    for (const ChangedCredential& credential : credentials_) {
      if (!credential.renamed.empty() || !credential.only_before.empty() ||
          !credential.only_after.empty()) {
        Rotation(credential);
      }
    }
  }

 private:
  void Unknown(const std::string& why) { result_.unknown.push_back(name_ + ": " + why); }
  DifferenceOptions Search() const {
    return {.budget_ms = options_.budget_ms, .max_regions = options_.max_regions};
  }
  void Keep(Region region) {
    region.gateway = name_;
    for (const Treatment* side : {&region.shown.before, &region.shown.after}) {
      if (side->reason != kTableDiffers) continue;
      const Witness& witness = region.shown.witness;
      return Unknown("on " + witness.method + " " + Url(witness) + " " +
                     std::string(kTableDiffers) + " than the policy that was read back from it");
    }
    result_.regions.push_back(std::move(region));
  }

  std::pair<Rows, Rows> Encode(Universe& u, const ChangedCredential* apart) {
    values_.clear();
    for (const ListenerPair& pair : pairs_) {
      values_.push_back(u.AddListener(Common(pair, before_, after_)));
    }
    if (apart != nullptr && !apart->is_jwt) {
      u.At({Part::kConsumer, ScopeApart(*apart), ""});
      u.At({Part::kConsumer, apart->new_scope, ""});
    }
    Rows old_rows = EncodeSide(u, before_, true, OneScope(credentials_, apart));
    Rows new_rows = EncodeSide(u, after_, false, {});
    RelateClients(u);
    // What either side would refuse to read is tried out by itself, as the rest of reading.
    ReadNames reads;
    for (ReadNames& of : u.reads) {
      reads.queries.merge(of.queries);
      reads.cookies.merge(of.cookies);
    }
    u.reads = {std::move(reads)};
    CorrelateCredentials(u, before_.input, after_.input);
    return {std::move(old_rows), std::move(new_rows)};
  }

  // Behind a proxy that both sides trust, the client is whom X-Forwarded-For leads to.
  // Who is trusted by one side alone is asked by itself.
  void RelateClients(Universe& u) {
    const auto trusted = [](const Side& side) {
      return side.gateway == nullptr ? std::vector<syntax::Network>{}
                                     : side.gateway->trusted_proxies;
    };
    const auto old = trusted(before_), now = trusted(after_);
    const auto networks = [](const std::vector<syntax::Network>& all) {
      std::set<std::string> texts;
      for (const syntax::Network& network : all) texts.insert(ToldNetwork(network));
      return texts;
    };
    if (before_.gateway == nullptr || networks(old) == networks(now)) {
      u.trusted_proxies = now;
      return;
    }
    if (after_.gateway == nullptr) {
      u.trusted_proxies = old;
      return;
    }
    const auto client = u.Known({Part::kClient, "", ""});
    const auto field = u.Known({Part::kHeader, "", "x-forwarded-for"});
    if (!client || !field) return;
    for (const auto* side : {&old, &now}) {
      for (const syntax::Network& network : *side) {
        const Formula is_in = u.InNetwork(*client, network);
        u.constraints.push_back(u.f.Not(u.f.And(is_in, u.Present(*field))));
      }
    }
  }

  Rows EncodeSide(Universe& u, const Side& side, bool is_before,
                  const std::map<std::string, std::string>& scopes) {
    Formula served = kFalse;
    std::vector<Row> rows;
    if (side.gateway != nullptr) {
      std::vector<std::uint32_t> listeners(side.gateway->listeners.size());
      std::vector<bool> own(u.listeners().size());
      for (std::size_t p = 0; p < pairs_.size(); ++p) {
        const auto listener = is_before ? pairs_[p].before : pairs_[p].after;
        if (!listener) continue;
        listeners[*listener] = values_[p];
        own[values_[p]] = true;
      }
      served = u.Chosen(u.At({Part::kListener, "", ""}), own);
      rows = RowsOf(u, side, listeners, scopes);
      for (Row& row : rows) row.when = u.f.And(row.when, served);
    }
    Row none;
    none.when = u.f.Not(served);
    none.reason = "not-served";
    rows.push_back(std::move(none));
    return Treated(u, side, std::move(rows));
  }

  // The pair of listeners by which a request comes in.
  std::size_t PairOf(const Universe& u, const std::vector<Value>& request) const {
    const auto listener = u.Known({Part::kListener, "", ""});
    const auto value = listener ? static_cast<std::uint32_t>(request[*listener].integer) : 0;
    return static_cast<std::size_t>(std::find(values_.begin(), values_.end(), value) -
                                    values_.begin());
  }

  // The request as the row that treats it wants it, with the other's credential.
  Witness WitnessOf(const Universe& u, const Row& old_row, const Row& new_row,
                    const std::vector<Value>& request, bool by_new) const {
    const Row& row = by_new ? new_row : old_row;
    Witness witness = Decode(u, request, row.place, values_);
    Witness other = Decode(u, request, (by_new ? old_row : new_row).place, values_);
    if (!witness.jwt && other.jwt) {
      witness.jwt = true;
      witness.claims = std::move(other.claims);
    }
    if (!witness.consumer) witness.consumer = std::move(other.consumer);
    return witness;
  }

  // What a credential is found to be may differ where the sides ask for different ones.
  static std::string OfBoth(const Witness& witness, const std::string& before,
                            const std::string& after) {
    if (before == after) return before;
    const bool carries = witness.jwt || witness.consumer;
    if (!carries && (before.empty() || after.empty())) return before + after;
    std::string text = before.empty() ? "" : before + " for the old policy";
    if (!before.empty() && !after.empty()) text += ", ";
    return text + (after.empty() ? "" : after + " for the new policy");
  }

  // Plays a request on both sides. Nothing when a side does otherwise than its row
  // says: then the reason is among the unknown.
  std::optional<Shown> Replayed(const Universe& u, const TreatedRow& old_row,
                                const TreatedRow& new_row, const std::vector<Value>& request) {
    const ListenerPair& pair = pairs_[PairOf(u, request)];
    const bool by_new = new_row.row.forwards || old_row.row.reason == "not-served";
    Shown shown;
    shown.witness = WitnessOf(u, old_row.row, new_row.row, request, by_new);
    const auto played = [&](const Side& side, std::optional<std::uint32_t> listener, const Row& row,
                            const model::Identity& caller,
                            syntax::NodeId& rule) -> std::optional<Treatment> {
      Witness witness = shown.witness;
      if (side.gateway != nullptr && listener) {
        witness.scheme = FactsOf(*side.gateway, side.gateway->listeners[*listener]).scheme;
      }
      const auto outcome = Play(side, listener, witness, caller);
      const Treatment treatment = TreatmentOf(side, outcome);
      const bool as_found = treatment.reason == row.reason && treatment.forwards == row.forwards &&
                            treatment.route == row.route_name &&
                            (row.forwards || treatment.status == row.status);
      if (as_found && outcome && !row.forwards) rule = outcome->rule.value_or(rule);
      if (as_found) return treatment;
      Unknown("a region's request, " + witness.method + " " + Url(witness) +
              ", does not replay: " + treatment.reason + " in place of " + row.reason);
      return std::nullopt;
    };
    shown.caller_before = IdentityOf(u, request, old_row.row.place);
    shown.caller_after = IdentityOf(u, request, new_row.row.place);
    const auto old =
        played(before_, pair.before, old_row.row, shown.caller_before, shown.before_rule);
    const auto now = played(after_, pair.after, new_row.row, shown.caller_after, shown.after_rule);
    if (!old || !now) return std::nullopt;
    shown.before = *old;
    shown.after = *now;
    shown.circumstance = OfBoth(shown.witness, Circumstance(u, request, old_row.row.place),
                                Circumstance(u, request, new_row.row.place));
    return shown;
  }

  Region RegionOf(const TreatedRow& old_row, const TreatedRow& new_row, Shown shown) const {
    Region region;
    region.change = Classify(shown.before, shown.after);
    region.shown = std::move(shown);
    const auto or_rule = [](syntax::NodeId rule, syntax::NodeId row) {
      return rule == syntax::kNoNode ? row : rule;
    };
    const auto node = [](const Side& side, const Row& row) {
      if (side.gateway == nullptr) return syntax::kNoNode;
      if (row.route) return side.gateway->routes[*row.route].node;
      if (side.gateway->otherwise && row.reason == "no-route") return side.gateway->otherwise->node;
      return side.gateway->node;
    };
    region.before_node = or_rule(region.shown.before_rule, node(before_, old_row.row));
    region.after_node = or_rule(region.shown.after_rule, node(after_, new_row.row));
    for (const std::string& route : {old_row.row.route_name, new_row.row.route_name}) {
      const bool known =
          std::find(region.routes.begin(), region.routes.end(), route) != region.routes.end();
      if (!route.empty() && !known) region.routes.push_back(route);
    }
    // A gateway or listener that came or went differs as a whole.
    if (old_row.row.reason != "not-served" && new_row.row.reason != "not-served") {
      region.settings = ChangesOf(before_, old_row, after_, new_row);
    }
    return region;
  }

  void Decisions(Universe& u, Symbolic& symbolic, const Rows& old_rows, const Rows& new_rows) {
    const Differences found = FindDifferences(u, symbolic, "diff of " + name_, Plain(old_rows),
                                              Plain(new_rows), Search());
    std::vector<Region> regions;
    for (const Disagreement& one : found.regions) {
      auto shown = Replayed(u, old_rows[one.first], new_rows[one.second], one.request);
      if (!shown) continue;
      regions.push_back(RegionOf(old_rows[one.first], new_rows[one.second], *std::move(shown)));
    }
    for (Region& region : Gathered(std::move(regions))) Keep(std::move(region));
    result_.more |= found.more;
    if (!found.unknown.empty()) Unknown(found.unknown);
  }

  // Requests that are treated alike, by routes of other names.
  void Names(Universe& u, Symbolic& symbolic, const Rows& old_rows, const Rows& new_rows,
             std::vector<SettingChange>& names) {
    const auto named = [](const Rows& rows) {
      std::vector<Row> plain = Plain(rows);
      for (Row& row : plain) {
        const std::string route = row.reason == "not-served" ? "" : row.route_name;
        row.forwards = false;
        row.status = 0;
        row.reason.clear();
        row.aspects = {{"route", route}};
      }
      return plain;
    };
    const Differences found = FindDifferences(u, symbolic, "names of " + name_, named(old_rows),
                                              named(new_rows), Search());
    std::set<std::pair<std::string, std::string>> told;
    for (const Disagreement& one : found.regions) {
      const Row &old = old_rows[one.first].row, &now = new_rows[one.second].row;
      if (!old.route || !now.route || old.route_name == now.route_name) continue;
      const auto treats = [](const Row& row) {
        return std::tie(row.forwards, row.status, row.reason, row.aspects);
      };
      if (treats(old) != treats(now)) continue;  // told as a region
      if (!told.emplace(old.route_name, now.route_name).second) continue;
      names.push_back({RouteOwner(now.route_name, name_), "name", old.route_name, now.route_name,
                       before_.gateway->routes[*old.route].node,
                       after_.gateway->routes[*now.route].node});
    }
    result_.more |= found.more;
    if (!found.unknown.empty()) Unknown(found.unknown);
  }

  // Which callers a changed definition lets in and keeps out: one region.
  void Rotation(const ChangedCredential& credential) {
    Universe u;
    const auto sides = Encode(u, &credential);
    const Part part = credential.is_jwt ? Part::kJwt : Part::kKeys;
    const auto old_at = u.Known({part, ScopeApart(credential), ""});
    const auto new_at = u.Known({part, credential.new_scope, ""});
    if (!old_at || !new_at) return;
    const Formula old_good = u.Is(*old_at, kVerified), old_bad = u.Is(*old_at, kBadCredential);
    const Formula new_good = u.Is(*new_at, kVerified), new_bad = u.Is(*new_at, kBadCredential);
    const auto of = [&](const std::string& scope, const std::vector<std::string>& consumers) {
      const auto at = u.Known({Part::kConsumer, scope, ""});
      if (credential.is_jwt || !at) return kTrue;
      std::vector<Formula> any;
      for (const std::string& consumer : consumers) any.push_back(u.Equals(*at, consumer));
      return u.f.Or(any);
    };
    const Formula closing =
        u.f.And({old_good, new_bad, of(ScopeApart(credential), credential.consumers_before)});
    const Formula opening =
        u.f.And({old_bad, new_good, of(credential.new_scope, credential.consumers_after)});
    std::vector<Formula> renamed;
    for (const auto& [old, now] : credential.renamed) {
      renamed.push_back(u.f.And({old_good, new_good, of(ScopeApart(credential), {old}),
                                 of(credential.new_scope, {now})}));
    }
    const Formula other = u.f.Or(renamed);
    const auto& [old_rows, new_rows] = sides;
    const Formula differ = Differ(u, Plain(old_rows), Plain(new_rows), false);
    const auto classes = ClassesOf(u);
    if (!classes) return Unknown(classes.error());
    Symbolic symbolic(u, *classes);
    std::vector<Region> regions;
    const auto ask = [&](const std::string& what, Formula callers, bool forwards_before,
                         bool forwards_after, const std::string& circumstance, const auto& claims) {
      if (circumstance.empty()) return;
      auto region = One(u, symbolic, what, u.f.And({differ, callers}), sides,
                        std::pair(forwards_before, forwards_after), claims);
      if (!region) return;
      region->shown.circumstance = circumstance;
      regions.push_back(*std::move(region));
    };
    using Claims = std::vector<std::pair<std::string, syntax::ClaimValue>>;
    const std::string known = "with an API key whose consumer has another name now";
    ask("opened", opening, false, true, credential.only_after, credential.claims_after);
    ask("closed", closing, true, false, credential.only_before, credential.claims_before);
    if (regions.empty() && !renamed.empty()) {
      ask("opened", other, false, true, known, Claims{});
      if (regions.empty()) ask("closed", other, true, false, known, Claims{});
    }
    if (regions.empty()) return;
    Region first = std::move(regions[0]);
    for (std::size_t i = 1; i < regions.size(); ++i) {
      first.also.emplace_back(regions[i].change, std::move(regions[i].shown));
    }
    first.routes = RoutesAsking(credential);
    first.before_node = NodeOf(before_.policy(), credential, credential.places.before);
    first.after_node = NodeOf(after_.policy(), credential, credential.places.after);
    first.settings = Causes(credential);
    if (!first.settings.empty()) first.written_at = first.settings[0].name;
    Keep(std::move(first));
  }

  static syntax::NodeId NodeOf(const syntax::Policy& policy, const ChangedCredential& credential,
                               std::uint32_t place) {
    return credential.is_jwt ? policy.jwts[place].node : policy.api_keys[place].node;
  }

  std::vector<SettingChange> Causes(const ChangedCredential& credential) const {
    Definitions only;
    (credential.is_jwt ? only.jwts : only.api_keys).both = {credential.places};
    std::vector<SettingChange> causes =
        CompareSettings(before_.input, after_.input, only, {}).changes;
    // Names and claims are no part of who is let in.
    std::erase_if(causes, [](const SettingChange& one) {
      return one.name == "claims" || one.name == "name";
    });
    return causes;
  }

  std::vector<std::string> RoutesAsking(const ChangedCredential& credential) const {
    std::vector<std::string> names;
    for (const syntax::Route& route : after_.gateway->routes) {
      const auto& [jwt, keys, optional, node] = route.authentication;
      const bool asks = credential.is_jwt ? jwt && jwt->index == credential.places.after
                                          : keys && keys->index == credential.places.after;
      if (asks) names.push_back(route.name);
    }
    return names;
  }

  template <class Claims>
  std::optional<Region> One(Universe& u, Symbolic& symbolic, const std::string& what,
                            Formula formula, const std::pair<Rows, Rows>& sides,
                            std::pair<bool, bool> forwards, const Claims& claims) {
    const auto& [old_rows, new_rows] = sides;
    std::vector<Formula> old_forward, new_forward;
    for (const TreatedRow& one : old_rows) {
      if (one.row.forwards) old_forward.push_back(one.row.when);
    }
    for (const TreatedRow& one : new_rows) {
      if (one.row.forwards) new_forward.push_back(one.row.when);
    }
    const auto wanted = [&](const std::vector<Formula>& rows, bool forwarded) {
      const Formula any = u.f.Or(rows);
      return forwarded ? any : u.f.Not(any);
    };
    const Formula passing = u.f.And(
        {formula, wanted(old_forward, forwards.first), wanted(new_forward, forwards.second)});
    for (const Formula asked : {passing, formula}) {
      const auto found =
          symbolic.Find(what + " by a credential of " + name_, asked, options_.budget_ms);
      if (found.kind == Symbolic::Found::Kind::kUnknown) Unknown(found.reason);
      if (found.kind != Symbolic::Found::Kind::kSome) continue;
      const auto holds = u.EvaluateAll(found.request);
      const auto row = [&](const Rows& rows) {
        return std::find_if(rows.begin(), rows.end(),
                            [&](const TreatedRow& one) { return holds[one.row.when]; });
      };
      const auto old = row(old_rows), now = row(new_rows);
      auto shown = Replayed(u, *old, *now, found.request);
      if (!shown) return std::nullopt;
      for (const auto& [name, value] : claims) {
        std::erase_if(shown->witness.claims, [&](const auto& one) { return one.first == name; });
        shown->witness.claims.emplace_back(name, value);
      }
      return RegionOf(*old, *now, *std::move(shown));
    }
    return std::nullopt;
  }

  const Side& before_;
  const Side& after_;
  const DiffOptions& options_;
  const std::vector<ChangedCredential>& credentials_;
  const std::vector<ListenerPair> pairs_;
  std::vector<std::uint32_t> values_;  // of the listener dimension, by pair
  DiffResult& result_;
  std::string name_;
};

std::vector<std::pair<Side, Side>> SidesOf(const DiffInput& before, const DiffInput& after) {
  std::vector<std::pair<Side, Side>> sides;
  for (const auto& [i, k] : PairGateways(*before.policy, *after.policy)) {
    Side old, now;
    old.input = before;
    now.input = after;
    if (i) old.gateway = &before.policy->gateways[*i];
    if (k) now.gateway = &after.policy->gateways[*k];
    for (Side* side : {&old, &now}) {
      if (side->gateway == nullptr || side->input.table == nullptr) continue;
      side->replay =
          std::make_shared<TableReplay>(side->policy(), side->place(), side->input.table);
    }
    sides.emplace_back(std::move(old), std::move(now));
  }
  return sides;
}

}  // namespace

std::string_view ChangeName(Change change) {
  switch (change) {
    case Change::kOpened:
      return "opened";
    case Change::kClosed:
      return "closed";
    case Change::kMoved:
      return "moved";
    case Change::kChanged:
      return "changed";
  }
  return "";
}

DiffResult Diff(const DiffInput& before, const DiffInput& after, const DiffOptions& options) {
  DiffResult result;
  auto sides = SidesOf(before, after);
  std::vector<const syntax::Gateway*> old_gateways, new_gateways;
  for (const auto& [old, now] : sides) {
    if (old.gateway != nullptr) old_gateways.push_back(old.gateway);
    if (now.gateway != nullptr) new_gateways.push_back(now.gateway);
  }
  const Definitions definitions = PairDefinitions(before, old_gateways, after, new_gateways);
  const Renamed renamed = RenamedServices(before, after, definitions);
  for (auto& [old, now] : sides) old.renamed_services = renamed;
  const auto credentials = ChangedCredentials(before, after, definitions);
  Settings settings = CompareSettings(before, after, definitions, sides);
  for (const auto& [old, now] : sides) {
    GatewayDiff(old, now, options, credentials, result).Run(settings.changes);
  }
  Order(result.regions);
  result.settings = Uncovered(std::move(settings.changes), result.regions);
  result.not_compared = std::move(settings.not_compared);
  return result;
}

DiffResult Diff(const syntax::Policy& before, const syntax::Policy& after,
                const DiffOptions& options) {
  return Diff(DiffInput{.policy = &before, .folder = ""}, DiffInput{.policy = &after, .folder = ""},
              options);
}

}  // namespace weir::compiler
