// Each probe starts from a request that one side's rows say something about (one
// for each row, as the solver finds it on that side alone), so it reaches the
// rules that the setting opens or closes. What is told is what the model does with
// it: a probe can miss a difference, never invent one; a setting whose probes show
// nothing is told as a setting.
#include "compiler/encode/diff_probe.h"

#include <algorithm>
#include <functional>
#include <set>

#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/diff_treatment.h"
#include "compiler/encode/symbolic.h"
#include "compiler/witness/witness.h"
#include "spec/model/address.h"
#include "spec/model/scalar_fields.h"

namespace weir::compiler {
namespace {

constexpr std::size_t kMostBases = 64;

// A request of one row of one side.
struct Base {
  Witness witness;
  model::Identity identity;
  std::string circumstance;  // what the witness cannot show of the identity
  std::uint32_t pair = 0;    // of listeners
};

std::vector<Base> BasesOf(const Side& side, bool is_before, const std::vector<ListenerPair>& pairs,
                          const DiffOptions& options) {
  std::vector<Base> bases;
  if (side.gateway == nullptr) return bases;
  Universe u;
  std::vector<std::uint32_t> listeners;
  for (const auto& listener : side.gateway->listeners) {
    listeners.push_back(u.AddListener(FactsOf(*side.gateway, listener)));
  }
  u.At({Part::kListener, "", ""});
  u.At({Part::kPeer, "", ""});
  const std::vector<Row> rows = RowsOf(u, side, listeners, {});
  u.trusted_proxies = side.gateway->trusted_proxies;
  std::vector<Row> sorted;
  for (const bool forwards : {true, false}) {
    for (const Row& row : rows) {
      if (row.forwards == forwards) sorted.push_back(row);
    }
  }
  // All formulas before the classes: these know the tests that there are then.
  std::vector<Formula> by_listener;
  for (const std::uint32_t listener : listeners) {
    by_listener.push_back(u.Is(u.At({Part::kListener, "", ""}), listener));
  }
  const auto classes = ClassesOf(u);
  if (!classes) return bases;
  Symbolic symbolic(u, *classes);
  for (std::uint32_t l = 0; l < listeners.size(); ++l) {
    const Formula here = by_listener[l];
    const auto pair = std::find_if(pairs.begin(), pairs.end(), [&](const ListenerPair& one) {
      return (is_before ? one.before : one.after) == l;
    });
    for (const Row& row : sorted) {
      if (bases.size() >= kMostBases) return bases;
      const auto found =
          symbolic.Find("a request of a row", u.f.And(row.when, here), options.budget_ms);
      if (found.kind != Symbolic::Found::Kind::kSome) continue;
      bases.push_back({Decode(u, found.request, row.place, listeners),
                       IdentityOf(u, found.request, row.place),
                       Circumstance(u, found.request, row.place),
                       static_cast<std::uint32_t>(pair - pairs.begin())});
    }
  }
  return bases;
}

void SetHeader(Witness& witness, const std::string& name, const std::string& value) {
  std::erase_if(witness.headers, [&](const auto& header) { return header.first == name; });
  witness.headers.emplace_back(name, value);
}

bool SameOutcome(const Side& before, const std::optional<model::Outcome>& a, const Side& after,
                 const std::optional<model::Outcome>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  const auto keys = [](const Side& side, const model::Outcome& outcome) {
    std::vector<std::pair<std::string, std::vector<model::KeyPart>>> charged;
    for (const auto& [limit, key] : outcome.charges) {
      charged.emplace_back(side.policy().limits[limit].name, key);
    }
    return charged;
  };
  return TreatmentOf(before, a) == TreatmentOf(after, b) && keys(before, *a) == keys(after, *b) &&
         a->upstream_path == b->upstream_path && a->upstream_query == b->upstream_query &&
         a->upstream_host == b->upstream_host && a->upstream_fields == b->upstream_fields;
}

// What the gateway reads as one value, as in its attributes: "header.x-a".
std::set<std::string> ReadAsOne(const Side& side) {
  std::set<std::string> names;
  const auto read = model::ScalarFields(side.policy(), side.place());
  for (const auto& name : read.headers) names.insert("header." + name);
  for (const auto& name : read.queries) names.insert("query." + name);
  for (const auto& name : read.cookies) names.insert("cookie." + name);
  return names;
}

// The request with that header, parameter or cookie twice.
Witness Twice(const Base& base, const std::string& attribute) {
  Witness witness = base.witness;
  const std::size_t dot = attribute.find('.');
  const std::string kind = attribute.substr(0, dot), name = attribute.substr(dot + 1);
  if (kind == "header") {
    SetHeader(witness, name, "a");
    witness.headers.emplace_back(name, "b");
  } else if (kind == "query") {
    std::erase_if(witness.query, [&](const auto& one) { return one.first == name; });
    witness.query.emplace_back(name, "a");
    witness.query.emplace_back(name, "b");
  } else {
    SetHeader(witness, "cookie", name + "=a; " + name + "=b");
  }
  return witness;
}

class Prober {
 public:
  Prober(const Side& before, const Side& after, const DiffOptions& options)
      : before_(before), after_(after), options_(options), pairs_(PairListeners(before, after)) {}

  std::vector<Region> Run() {
    TrustedProxies();
    ScalarFields();
    for (std::uint32_t p = 0; p < pairs_.size(); ++p) {
      if (pairs_[p].before && pairs_[p].after) Listener(p);
    }
    return std::move(regions_);
  }

 private:
  using Vary = std::function<std::vector<Witness>(const Base&)>;

  const std::vector<Base>& Bases() {
    if (bases_) return *bases_;
    bases_ = BasesOf(after_, false, pairs_, options_);
    for (Base& base : BasesOf(before_, true, pairs_, options_)) bases_->push_back(std::move(base));
    return *bases_;
  }

  // One region for each class; that something smaller differs is only told when
  // nothing is opened, closed or moved.
  void Try(const SettingChange& cause, const Vary& vary, std::optional<std::uint32_t> pair = {}) {
    std::set<Change> told;
    std::optional<Region> small;
    for (const Base& base : Bases()) {
      if (pair && base.pair != *pair) continue;
      for (const Witness& witness : vary(base)) {
        auto region = Played(cause, base, witness);
        if (!region) continue;
        if (region->change == Change::kChanged) {
          if (!small) small = std::move(region);
        } else if (told.insert(region->change).second) {
          regions_.push_back(*std::move(region));
        }
      }
    }
    if (told.empty() && small) regions_.push_back(*std::move(small));
  }

  std::optional<Region> Played(const SettingChange& cause, const Base& base,
                               const Witness& witness) const {
    const ListenerPair& pair = pairs_[base.pair];
    const auto old = Play(before_, pair.before, witness, base.identity);
    const auto now = Play(after_, pair.after, witness, base.identity);
    if (SameOutcome(before_, old, after_, now)) return std::nullopt;
    Region region;
    region.gateway = after_.gateway->name;
    region.shown = {
        TreatmentOf(before_, old), TreatmentOf(after_, now), witness, base.identity, base.identity,
        base.circumstance};
    region.change = Classify(region.shown.before, region.shown.after);
    region.settings = {cause};
    region.before_node = cause.before_node;
    region.after_node = cause.after_node;
    region.written_at = cause.name;
    if (old && now) Upstream(*old, *now, region);
    return region;
  }

  // What the upstream sees otherwise, where that is all.
  static void Upstream(const model::Outcome& old, const model::Outcome& now, Region& region) {
    if (!region.shown.before.forwards || !region.shown.after.forwards) return;
    const auto tell = [&](const std::string& what, const std::string& a, const std::string& b) {
      if (a != b) region.settings.push_back({"what the upstream gets", what, a, b});
    };
    tell("path", old.upstream_path, now.upstream_path);
    tell("host", old.upstream_host, now.upstream_host);
    std::set<std::string> names;
    for (const auto* outcome : {&old, &now}) {
      for (const auto& [name, value] : outcome->upstream_fields) names.insert(name);
    }
    const auto value = [](const model::Outcome& outcome, const std::string& name) {
      std::string all;
      for (const auto& [other, text] : outcome.upstream_fields) {
        if (other == name) all += (all.empty() ? "" : ", ") + text;
      }
      return all.empty() ? "none" : all;
    };
    for (const std::string& name : names) tell(name, value(old, name), value(now, name));
  }

  std::optional<SettingChange> GatewayChange(const std::string& name) const {
    const Members old = MembersOf(before_.policy(), *before_.gateway, before_.renamed_services);
    const Members now = MembersOf(after_.policy(), *after_.gateway, {});
    const Member *a = MemberNamed(old, name), *b = MemberNamed(now, name);
    if (a->text == b->text) return std::nullopt;
    return SettingChange{
        GatewayOwner(*after_.gateway), name, a->text, b->text, before_.gateway->node,
        after_.gateway->node};
  }

  bool TrustDiffers(const syntax::Address& peer) const {
    return model::ContainsAny(before_.gateway->trusted_proxies, peer) !=
           model::ContainsAny(after_.gateway->trusted_proxies, peer);
  }

  // An address that no rule names: 198.51.100.7, or 203.0.113.7 (RFC 5737).
  static syntax::Address Other(const syntax::Address& address) {
    if (address != kSomeAddress) return kSomeAddress;
    syntax::Address other = kSomeAddress;
    other.octets[12] = 198, other.octets[13] = 51, other.octets[14] = 100;
    return other;
  }

  // Peers that one side trusts and the other may not.
  std::vector<syntax::Address> Peers() const {
    // What reads best is shown first, and a few are enough.
    std::vector<syntax::Address> peers{kSomeAddress};
    for (const Side* side : {&before_, &after_}) {
      for (const syntax::Network& network : side->gateway->trusted_proxies) {
        syntax::Address last = network.base;
        for (unsigned bit = network.prefix; bit < 128; ++bit) {
          last.octets[bit / 8] |= static_cast<std::uint8_t>(0x80u >> (bit % 8));
        }
        peers.push_back(network.base);
        peers.push_back(last);
      }
    }
    std::erase_if(peers, [&](const syntax::Address& peer) { return !TrustDiffers(peer); });
    if (peers.size() > 8) peers.resize(8);
    return peers;
  }

  void TrustedProxies() {
    const auto cause = GatewayChange("trusted-proxies");
    if (!cause) return;
    const auto peers = Peers();
    Try(*cause, [this, &peers](const Base& base) {
      std::vector<Witness> tries;
      const syntax::Address client = base.witness.client.value_or(kSomeAddress);
      for (const syntax::Address& peer : peers) {
        Witness witness = base.witness;
        // With what only a proxy may say, that peer is the proxy.
        if (witness.proxy) {
          tries.push_back(witness);
          tries.back().proxy = peer;
          witness.proxy.reset();
        }
        SetHeader(witness, "x-forwarded-for",
                  model::AddressText(client == peer ? kSomeAddress : client));
        witness.client = peer;
        tries.push_back(std::move(witness));
      }
      // Who is let in for his own address, and now speaks for somebody else.
      if (TrustDiffers(client)) {
        tries.push_back(base.witness);
        SetHeader(tries.back(), "x-forwarded-for", model::AddressText(Other(client)));
      }
      return tries;
    });
  }

  // CANON-13, 16 and 17: what one side reads as one value, coming twice.
  void ScalarFields() {
    const auto old = ReadAsOne(before_), now = ReadAsOne(after_);
    std::set<std::string> names;
    std::set_symmetric_difference(old.begin(), old.end(), now.begin(), now.end(),
                                  std::inserter(names, names.end()));
    for (const std::string& name : names) {
      const auto reads = [&](const std::set<std::string>& read) {
        return read.contains(name) ? "read as one value, so two are refused"
                                   : "not read as one value";
      };
      Try({GatewayOwner(*after_.gateway), name, reads(old), reads(now), before_.gateway->node,
           after_.gateway->node},
          [&name](const Base& base) { return std::vector<Witness>{Twice(base, name)}; });
    }
  }

  // What both sides read so, on a listener that is strict on one side alone.
  std::vector<Witness> EachTwice(const Base& base, const std::string& kind) const {
    const auto old = ReadAsOne(before_), now = ReadAsOne(after_);
    std::vector<Witness> tries;
    for (const std::string& name : now) {
      if (name.starts_with(kind) && old.contains(name)) tries.push_back(Twice(base, name));
    }
    return tries;
  }

  void Listener(std::uint32_t p) {
    const auto& old = before_.gateway->listeners[*pairs_[p].before];
    const auto& now = after_.gateway->listeners[*pairs_[p].after];
    const Members a = MembersOf(old), b = MembersOf(now);
    const auto option = [&](const std::string& name, const Vary& vary) {
      const Member *before = MemberNamed(a, name), *after = MemberNamed(b, name);
      if (before->text == after->text) return;
      Try({ListenerOwner(now, *after_.gateway), name, before->text, after->text, old.node,
           now.node},
          vary, p);
    };
    option("protocol", [](const Base& base) { return std::vector<Witness>{base.witness}; });
    option("mtls", [](const Base& base) {
      Witness with = base.witness, without = base.witness;
      if (!with.peer) with.peer = kSomePeer;
      without.peer.reset();
      return std::vector<Witness>{std::move(without), std::move(with)};
    });
    option("underscores", [](const Base& base) {
      Witness plain = base.witness, one = base.witness;
      SetHeader(one, "x_a", "x");
      return std::vector<Witness>{std::move(plain), std::move(one)};
    });
    option("path-parameters", [](const Base& base) { return AtSlashes(base, ";x=1/"); });
    option("query", [this](const Base& base) { return EachTwice(base, "query."); });
    option("cookies", [this](const Base& base) { return EachTwice(base, "cookie."); });
    option("slashes", [](const Base& base) { return AtSlashes(base, "//"); });
    option("encoded-slash", [](const Base& base) { return AtSlashes(base, "%2F"); });
  }

  // The path as it is, and with each of its slashes but the first written so.
  static std::vector<Witness> AtSlashes(const Base& base, const std::string& written) {
    std::vector<Witness> tries{base.witness};
    const std::string path = base.witness.path;
    for (std::size_t at = path.find('/', 1); at != std::string::npos; at = path.find('/', at + 1)) {
      tries.push_back(base.witness);
      tries.back().path = path.substr(0, at) + written + path.substr(at + 1);
    }
    const std::string below = path + (path.ends_with('/') ? "" : "/");
    for (const std::string& end : {path + written + "x", below + "x" + written + "x"}) {
      tries.push_back(base.witness);
      tries.back().path = end;
    }
    return tries;
  }

  const Side& before_;
  const Side& after_;
  const DiffOptions& options_;
  const std::vector<ListenerPair> pairs_;
  std::optional<std::vector<Base>> bases_;
  std::vector<Region> regions_;
};

}  // namespace

std::vector<Region> ProbeSettings(const Side& before, const Side& after,
                                  const DiffOptions& options) {
  return Prober(before, after, options).Run();
}

}  // namespace weir::compiler
