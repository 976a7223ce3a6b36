#include "compiler/encode/universe.h"

#include <algorithm>
#include <cassert>

#include "compiler/encode/field_languages.h"
#include "compiler/encode/languages.h"
#include "runtime/base/field_classes.h"

namespace weir::compiler {
namespace {

Domain DomainOf(Part part) {
  switch (part) {
    case Part::kListener:
    case Part::kJwt:
    case Part::kKeys:
      return Domain::kChoice;
    case Part::kClient:
      return Domain::kAddress;
    case Part::kIntegerClaim:
      return Domain::kInteger;
    case Part::kBooleanClaim:
      return Domain::kBoolean;
    case Part::kListClaim:
    case Part::kWordsClaim:
      return Domain::kList;
    case Part::kMethod:
    case Part::kHost:
    case Part::kPath:
    case Part::kPeer:
    case Part::kHeader:
    case Part::kQuery:
    case Part::kCookie:
    case Part::kTextClaim:
    case Part::kConsumer:
      return Domain::kText;
  }
  return Domain::kText;
}

bool CanBeAbsent(Part part) {
  switch (part) {
    case Part::kListener:
    case Part::kMethod:
    case Part::kHost:
    case Part::kPath:
    case Part::kClient:
    case Part::kJwt:
    case Part::kKeys:
      return false;
    case Part::kPeer:
    case Part::kHeader:
    case Part::kQuery:
    case Part::kCookie:
    case Part::kTextClaim:
    case Part::kIntegerClaim:
    case Part::kBooleanClaim:
    case Part::kListClaim:
    case Part::kWordsClaim:
    case Part::kConsumer:
      return true;
  }
  return true;
}

bool InNetwork(const syntax::Network& network, const syntax::Address& address) {
  for (unsigned bit = 0; bit < network.prefix; ++bit) {
    const unsigned mask = 0x80u >> (bit % 8);
    if ((network.base.octets[bit / 8] & mask) != (address.octets[bit / 8] & mask)) return false;
  }
  return true;
}

std::string NameOf(const syntax::Network& network) {
  return std::string(network.base.octets.begin(), network.base.octets.end()) + "/" +
         std::to_string(network.prefix);
}

}  // namespace

const std::vector<PathLimit>& PathLimits() {
  static const std::vector<PathLimit> limits{
      {"a path without empty segments", Without({"//"}), &ListenerFacts::keeps_slashes},
      {"a path without encoded slashes", Without({"%2F", "%5C"}),
       &ListenerFacts::keeps_encoded_slash},
      {"a path without parameters", Without({";", "%3B"}), &ListenerFacts::keeps_parameters}};
  return limits;
}

bool KeepsUnusualPaths(const ListenerFacts& facts) {
  return std::ranges::any_of(PathLimits(),
                             [&](const PathLimit& limit) { return facts.*limit.keeps_them; });
}

Universe::Universe() = default;

std::uint32_t Universe::AddListener(const ListenerFacts& facts) {
  assert(!places_.contains(DimensionKey{Part::kListener, "", ""}));
  for (std::uint32_t i = 0; i < listeners_.size(); ++i) {
    ListenerFacts same = facts;
    same.a_proxy = listeners_[i].a_proxy;
    same.first_query = listeners_[i].first_query;
    same.first_cookies = listeners_[i].first_cookies;
    if (listeners_[i] != same) continue;
    if (!listeners_[i].a_proxy) listeners_[i].a_proxy = facts.a_proxy;
    listeners_[i].first_query |= facts.first_query;
    listeners_[i].first_cookies |= facts.first_cookies;
    return i;
  }
  listeners_.push_back(facts);
  return static_cast<std::uint32_t>(listeners_.size() - 1);
}

const std::string& Universe::TargetOf(const std::string& scope) const {
  const auto target = targets_.find(scope);
  return target == targets_.end() ? scope : target->second;
}

std::uint32_t Universe::At(const DimensionKey& asked) {
  const DimensionKey key{asked.part, TargetOf(asked.scope), asked.name};
  auto [place, added] = places_.try_emplace(key, static_cast<std::uint32_t>(dimensions_.size()));
  const std::uint32_t at = place->second;
  if (!added) return at;
  Dimension dimension;
  dimension.key = key;
  dimension.domain = DomainOf(key.part);
  dimension.can_be_absent = CanBeAbsent(key.part);
  if (dimension.domain == Domain::kText || dimension.domain == Domain::kList) {
    dimension.tiers = TiersOf(key.part);
    dimension.hints = HintsOf(key.part);
  }
  if (dimension.domain == Domain::kChoice) {
    dimension.choices =
        key.part == Part::kListener ? static_cast<std::uint32_t>(listeners_.size()) : kOutcomes;
  }
  dimensions_.push_back(std::move(dimension));
  if (key.part == Part::kHeader && kNeverInRequests.Has(key.name)) {
    constraints.push_back(f.Not(Present(at)));
  }
  if (key.part == Part::kHeader && IsForwardingField(key.name)) {
    constraints.push_back(f.Or(f.Not(Present(at)), TrustingListener()));
  }
  if (key.part == Part::kPath) NarrowPaths(at);
  if (key.part == Part::kMethod) constraints.push_back(f.Not(Equals(at, "CONNECT")));
  if (key.part == Part::kPeer) {
    std::vector<bool> may, must;
    for (const ListenerFacts& facts : listeners_) {
      may.push_back(facts.may_have_peer);
      must.push_back(facts.must_have_peer);
    }
    const std::uint32_t listener = At({Part::kListener, "", ""});
    const Formula present = Present(at);
    constraints.push_back(f.Or(f.Not(present), Chosen(listener, may)));
    constraints.push_back(f.Or(f.Not(Chosen(listener, must)), present));
  }
  return at;
}

const TokenFacts* Universe::TokensOf(const std::string& scope) const {
  const auto found = tokens_.find(scope);
  return found == tokens_.end() ? nullptr : &found->second;
}

const KeyFacts* Universe::KeysOf(const std::string& scope) const {
  const auto found = keys_.find(scope);
  return found == keys_.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> Universe::Known(const DimensionKey& key) const {
  const auto place = places_.find(DimensionKey{key.part, TargetOf(key.scope), key.name});
  if (place == places_.end()) return std::nullopt;
  return place->second;
}

Formula Universe::TrustingListener() {
  std::vector<bool> trusting;
  for (const ListenerFacts& facts : listeners_) trusting.push_back(facts.a_proxy.has_value());
  return Chosen(At({Part::kListener, "", ""}), std::move(trusting));
}

Formula Universe::SchemePasses(bool http, bool https) {
  std::vector<bool> passing;
  bool some = false;
  for (const ListenerFacts& facts : listeners_) {
    passing.push_back(facts.scheme == "https" ? https : http);
    some = some || facts.a_proxy;
  }
  const Formula own = Chosen(At({Part::kListener, "", ""}), std::move(passing));
  if (!some) return own;
  const std::uint32_t said = At({Part::kHeader, "", "x-forwarded-proto"});
  const Formula says_https = InLanguage(said, "https", SchemeWords(true));
  const Formula passes = https ? (http ? kTrue : says_https) : (http ? f.Not(says_https) : kFalse);
  return f.Choose(Present(said), passes, own);
}

// Only a listener that keeps slashes, encoded slashes or parameters sees paths with them.
void Universe::NarrowPaths(std::uint32_t at) {
  if (std::ranges::none_of(listeners_, KeepsUnusualPaths)) {
    std::vector<Dfa> tiers = *dimensions_[at].tiers;
    tiers.resize(kUnusualPathTier);
    Restrict(at, std::move(tiers));
    return;
  }
  for (const auto& [name, language, keeps_them] : PathLimits()) {
    std::vector<bool> keepers;
    for (const ListenerFacts& facts : listeners_) keepers.push_back(facts.*keeps_them);
    const Formula kept = Chosen(At({Part::kListener, "", ""}), std::move(keepers));
    constraints.push_back(f.Or(InLanguage(at, name, language), kept));
  }
}

void Universe::Restrict(std::uint32_t dimension, const std::vector<std::string>& values) {
  Restrict(dimension, std::vector<Dfa>{AnyOfTexts(values)});
  dimensions_[dimension].hints = values;
}

Formula Universe::AtomOf(std::uint32_t dimension, const std::string& name, Test test) {
  Dimension& d = dimensions_[dimension];
  auto [place, added] = d.places.try_emplace(name, static_cast<std::uint32_t>(d.tests.size()));
  if (added) d.tests.push_back(std::move(test));
  return AtomOf(dimension, place->second);
}

Formula Universe::AtomOf(std::uint32_t dimension, std::uint32_t test) {
  auto [atom, fresh] =
      atom_places_.try_emplace({dimension, test}, static_cast<std::uint32_t>(atoms_.size()));
  if (fresh) atoms_.push_back({dimension, test});
  return f.Atom(atom->second);
}

template <class Language>
Formula Universe::LanguageAtom(std::uint32_t dimension, const std::string& name,
                               Language language) {
  const auto& places = dimensions_[dimension].places;
  if (const auto place = places.find(name); place != places.end()) {
    return AtomOf(dimension, place->second);
  }
  Test test;
  test.kind = Test::Kind::kLanguage;
  test.language = language();
  return AtomOf(dimension, name, std::move(test));
}

Formula Universe::Present(std::uint32_t dimension) {
  if (!dimensions_[dimension].can_be_absent) return kTrue;
  return AtomOf(dimension, "present", {});
}

Formula Universe::InLanguage(std::uint32_t dimension, const std::string& name,
                             const Dfa& language) {
  return LanguageAtom(dimension, name, [&] { return std::make_shared<const Dfa>(language); });
}

Formula Universe::Equals(std::uint32_t dimension, std::string_view text) {
  dimensions_[dimension].literals.emplace(text);
  return LanguageAtom(dimension, "=" + std::string(text), [&] {
    auto known = exact_.find(text);
    if (known == exact_.end()) {
      known = exact_.emplace(text, std::make_shared<const Dfa>(ExactText(text))).first;
    }
    return known->second;
  });
}

Formula Universe::StartsWith(std::uint32_t dimension, std::string_view prefix) {
  return LanguageAtom(dimension, "^" + std::string(prefix),
                      [&] { return std::make_shared<const Dfa>(Prefixed(prefix)); });
}

Formula Universe::EndsWith(std::uint32_t dimension, std::string_view suffix) {
  return LanguageAtom(dimension, "$" + std::string(suffix),
                      [&] { return std::make_shared<const Dfa>(Suffixed(suffix)); });
}

Formula Universe::IntegerEquals(std::uint32_t dimension, std::int64_t value) {
  Test test;
  test.kind = Test::Kind::kEqual;
  test.integer = value;
  return AtomOf(dimension, "=" + std::to_string(value), std::move(test));
}

Formula Universe::IntegerLess(std::uint32_t dimension, std::int64_t value) {
  Test test;
  test.kind = Test::Kind::kLess;
  test.integer = value;
  return AtomOf(dimension, "<" + std::to_string(value), std::move(test));
}

Formula Universe::InNetwork(std::uint32_t dimension, const syntax::Network& network) {
  Test test;
  test.kind = Test::Kind::kNetwork;
  test.network = network;
  return AtomOf(dimension, NameOf(network), std::move(test));
}

Formula Universe::AtomOfTest(std::uint32_t dimension, std::uint32_t test) {
  const auto atom = atom_places_.find({dimension, test});
  assert(atom != atom_places_.end());
  return f.Atom(atom->second);
}

void Universe::AddLiterals(std::uint32_t dimension, const std::vector<std::string>& texts) {
  dimensions_[dimension].literals.insert(texts.begin(), texts.end());
}

Formula Universe::Chosen(std::uint32_t dimension, std::vector<bool> values) {
  values.resize(dimensions_[dimension].choices);
  if (std::count(values.begin(), values.end(), true) == 0) return kFalse;
  if (std::count(values.begin(), values.end(), false) == 0) return kTrue;
  std::string name;
  for (bool value : values) name += value ? '1' : '0';
  Test test;
  test.kind = Test::Kind::kChoice;
  test.choice = std::move(values);
  return AtomOf(dimension, name, std::move(test));
}

Formula Universe::Is(std::uint32_t dimension, std::uint32_t value) {
  std::vector<bool> values(dimensions_[dimension].choices);
  values[value] = true;
  return Chosen(dimension, std::move(values));
}

bool Universe::Holds(const Dimension& dimension, const Test& test, const Value& value) {
  if (value.absent) return false;
  switch (test.kind) {
    case Test::Kind::kPresent:
      return true;
    case Test::Kind::kLanguage:
      if (dimension.domain != Domain::kList) return test.language->Matches(value.text);
      return std::any_of(value.list.begin(), value.list.end(),
                         [&](const std::string& item) { return test.language->Matches(item); });
    case Test::Kind::kEqual:
      return value.integer == test.integer;
    case Test::Kind::kLess:
      return value.integer < test.integer;
    case Test::Kind::kNetwork:
      return compiler::InNetwork(test.network, value.address);
    case Test::Kind::kChoice:
      return test.choice[static_cast<std::size_t>(value.integer)];
  }
  return false;
}

std::vector<bool> Universe::EvaluateAll(const std::vector<Value>& request) const {
  return f.EvaluateAll([&](std::uint32_t atom) {
    const AtomKey key = atoms_[atom];
    const Dimension& dimension = dimensions_[key.dimension];
    return Holds(dimension, dimension.tests[key.test], request[key.dimension]);
  });
}

bool Universe::Evaluate(Formula formula, const std::vector<Value>& request) const {
  return f.Evaluate(formula, [&](std::uint32_t atom) {
    const AtomKey key = atoms_[atom];
    const Dimension& dimension = dimensions_[key.dimension];
    return Holds(dimension, dimension.tests[key.test], request[key.dimension]);
  });
}

}  // namespace weir::compiler
