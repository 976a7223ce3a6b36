#include "compiler/encode/diff_credentials.h"

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "compiler/encode/aspects.h"

namespace weir::compiler {
namespace {

using syntax::Jwt;

template <class T>
std::vector<T> Without(const std::vector<T>& all, const std::vector<T>& others) {
  std::vector<T> left;
  for (const T& one : all) {
    if (std::find(others.begin(), others.end(), one) == others.end()) left.push_back(one);
  }
  return left;
}

// The keys of a JWK set, each as text in one form; a text that is none is one key.
std::vector<std::string> KeysIn(const std::string& text) {
  const auto set = nlohmann::json::parse(text, nullptr, false);
  if (set.is_discarded() || !set.is_object()) return {text};
  if (!set.contains("keys") || !set["keys"].is_array()) return {set.dump(-1, ' ', true)};
  std::vector<std::string> keys;
  for (const auto& key : set["keys"]) {
    keys.push_back(key.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
  }
  return keys;
}

// What one side's tokens must be and the other's need not.
struct Demand {
  std::vector<std::string> words;
  std::vector<std::pair<std::string, syntax::ClaimValue>> claims;
};

// Tokens that `one` accepts for a reason that `other` does not know.
Demand Beyond(const Jwt& one, const Jwt& other, const std::vector<std::string>& keys,
              const std::vector<std::string>& other_keys) {
  Demand demand;
  if (one.issuer != other.issuer && !other.issuer.empty()) {
    demand.words.push_back("its issuer");
    if (!one.issuer.empty()) demand.claims.emplace_back("iss", one.issuer);
  }
  const auto audiences = Without(one.audiences, other.audiences);
  if (!other.audiences.empty() && (one.audiences.empty() || !audiences.empty())) {
    demand.words.push_back("its audience");
    if (!audiences.empty()) {
      demand.claims.emplace_back("aud", std::vector<std::string>{audiences[0]});
    }
  }
  if (!Without(one.algorithms, other.algorithms).empty()) demand.words.push_back("its algorithm");
  if (!Without(keys, other_keys).empty()) demand.words.push_back("its key");
  if (one.skew > other.skew) demand.words.push_back("its times");
  return demand;
}

std::string InWords(const Demand& demand, const std::string& name, const std::string& side) {
  if (demand.words.empty()) return "";
  std::string why;
  for (const std::string& word : demand.words) why += (why.empty() ? "" : " or ") + word;
  return "with a token that only the " + side + " " + name + " accepts, for " + why;
}

std::optional<ChangedCredential> Compare(const DiffInput& before, const DiffInput& after,
                                         const Jwt& old, const Jwt& now) {
  ChangedCredential made;
  made.is_jwt = true;
  made.name = "jwt " + now.name;
  made.old_scope = DefinitionText(old);
  made.new_scope = DefinitionText(now);
  std::vector<std::string> old_keys, new_keys;
  using Kind = syntax::SecretSource::Kind;
  if (old.keys.kind == Kind::kFile && now.keys.kind == Kind::kFile &&
      CompareFiles(before.folder, old.keys.location, after.folder, now.keys.location) ==
          FilesAre::kOther) {
    old_keys = KeysIn(ReadWhole(before.folder, old.keys.location).value_or(""));
    new_keys = KeysIn(ReadWhole(after.folder, now.keys.location).value_or(""));
  }
  Demand only_old = Beyond(old, now, old_keys, new_keys);
  Demand only_new = Beyond(now, old, new_keys, old_keys);
  made.only_before = InWords(only_old, made.name, "old");
  made.only_after = InWords(only_new, made.name, "new");
  made.claims_before = std::move(only_old.claims);
  made.claims_after = std::move(only_new.claims);
  if (made.old_scope == made.new_scope && made.only_before.empty() && made.only_after.empty()) {
    return std::nullopt;
  }
  return made;
}

std::string KeyWords(const std::vector<std::string>& consumers, const std::string& side) {
  if (consumers.empty()) return "";
  return "with an API key that only the " + side + " policy knows";
}

std::optional<ChangedCredential> Compare(const syntax::ApiKeys& old, const syntax::ApiKeys& now) {
  ChangedCredential made;
  made.name = "api-keys " + now.name;
  made.old_scope = DefinitionText(old);
  made.new_scope = DefinitionText(now);
  if (made.old_scope == made.new_scope) return std::nullopt;
  const bool elsewhere = old.field != now.field || old.in_query != now.in_query;
  std::map<std::array<std::uint8_t, 32>, std::string> known;
  for (const auto& key : old.keys) known.emplace(key.sha256, key.consumer);
  std::set<std::array<std::uint8_t, 32>> kept;
  for (const auto& key : now.keys) {
    const auto other = known.find(key.sha256);
    if (other == known.end() || elsewhere) {
      made.consumers_after.push_back(key.consumer);
    } else {
      kept.insert(key.sha256);
      if (other->second != key.consumer) made.renamed.emplace_back(other->second, key.consumer);
    }
  }
  for (const auto& key : old.keys) {
    if (!kept.contains(key.sha256)) made.consumers_before.push_back(key.consumer);
  }
  made.only_before = KeyWords(made.consumers_before, "old");
  made.only_after = KeyWords(made.consumers_after, "new");
  if (elsewhere) {
    const auto where = [](const syntax::ApiKeys& keys) {
      return std::string(" (in ") + (keys.in_query ? "query." : "header.") + keys.field + ")";
    };
    if (!made.only_before.empty())
      made.only_before = "with an API key where the old policy reads it" + where(old);
    if (!made.only_after.empty())
      made.only_after = "with an API key where the new policy reads it" + where(now);
  }
  return made;
}

}  // namespace

std::vector<ChangedCredential> ChangedCredentials(const DiffInput& before, const DiffInput& after,
                                                  const Definitions& definitions) {
  std::vector<ChangedCredential> all;
  const auto add = [&](std::optional<ChangedCredential> made, const Pair& pair) {
    if (!made) return;
    made->places = pair;
    all.push_back(*std::move(made));
  };
  for (const Pair& pair : definitions.jwts.both) {
    add(Compare(before, after, before.policy->jwts[pair.before], after.policy->jwts[pair.after]),
        pair);
  }
  for (const Pair& pair : definitions.api_keys.both) {
    add(Compare(before.policy->api_keys[pair.before], after.policy->api_keys[pair.after]), pair);
  }
  return all;
}

std::string ScopeApart(const ChangedCredential& credential) {
  return credential.new_scope + " as it was before";
}

std::map<std::string, std::string> OneScope(const std::vector<ChangedCredential>& changed,
                                            const ChangedCredential* apart) {
  std::map<std::string, std::string> scopes;
  for (const ChangedCredential& one : changed) {
    const bool alone =
        apart != nullptr && apart->is_jwt == one.is_jwt && apart->old_scope == one.old_scope;
    scopes[one.old_scope] = alone ? ScopeApart(one) : one.new_scope;
  }
  return scopes;
}

void CorrelateCredentials(Universe& u, const DiffInput& before, const DiffInput& after) {
  std::map<std::string, std::string> issuers, fields;  // by scope
  for (const DiffInput* input : {&before, &after}) {
    for (const Jwt& jwt : input->policy->jwts) issuers[DefinitionText(jwt)] = jwt.issuer;
    for (const auto& keys : input->policy->api_keys) {
      fields[DefinitionText(keys)] = (keys.in_query ? "?" : ":") + keys.field;
    }
  }
  std::vector<std::uint32_t> jwts;
  std::map<std::string, std::vector<std::uint32_t>> by_field;
  for (std::uint32_t d = 0; d < u.dimensions().size(); ++d) {
    const DimensionKey key = u.dimensions()[d].key;
    if (key.part == Part::kJwt) jwts.push_back(d);
    if (key.part != Part::kKeys) continue;
    const auto field = fields.find(key.scope);
    if (field != fields.end()) by_field[field->second].push_back(d);
  }
  const auto same_none = [&](const std::vector<std::uint32_t>& all) {
    for (std::size_t i = 1; i < all.size(); ++i) {
      const Formula a = u.Is(all[0], kNoCredential), b = u.Is(all[i], kNoCredential);
      u.constraints.push_back(u.f.Choose(a, b, u.f.Not(b)));
    }
  };
  same_none(jwts);
  for (const auto& [field, all] : by_field) same_none(all);
  for (std::size_t i = 0; i < jwts.size(); ++i) {
    for (std::size_t k = i + 1; k < jwts.size(); ++k) {
      const auto a = issuers.find(u.dimensions()[jwts[i]].key.scope);
      const auto b = issuers.find(u.dimensions()[jwts[k]].key.scope);
      if (a == issuers.end() || b == issuers.end()) continue;
      if (a->second.empty() || b->second.empty() || a->second == b->second) continue;
      u.constraints.push_back(u.f.Not(u.f.And(u.Is(jwts[i], kVerified), u.Is(jwts[k], kVerified))));
    }
  }
}

}  // namespace weir::compiler
