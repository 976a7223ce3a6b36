#include "tests/differential/verdicts/universe.h"

#include <algorithm>
#include <cctype>

#include "compiler/witness/confirm.h"
#include "fuzz/generators/request_generator.h"
#include "fuzz/generators/system_generator.h"
#include "fuzz/generators/words.h"
#include "spec/model/canonical.h"
#include "spec/model/match.h"
#include "spec/model/text.h"

namespace weir::testing {
namespace {

using model::Identity;
using syntax::Listener;

bool IsNumber(const std::string& text) {
  return !text.empty() && text.size() < 10 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Whether the reader of the head lets it through (spec/rules/framing.md).
bool CanArrive(const model::RawRequest& raw) {
  int lengths = 0;
  for (const auto& [name, value] : raw.fields) {
    const std::string lower = model::Lower(name);
    if (lower == "content-length" && (++lengths > 1 || !IsNumber(value))) return false;
    if (lower == "expect" && value != "100-continue") return false;
    if (lower == "transfer-encoding" || lower == "upgrade") return false;
    if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < ' '; })) {
      return false;
    }
  }
  return raw.minor_version == 1 && raw.target.starts_with("/") &&
         raw.target.find('#') == std::string::npos;
}

void Drop(model::RawRequest& raw, const std::string& name) {
  std::erase_if(raw.fields, [&](const auto& field) { return model::Lower(field.first) == name; });
}

// A word of a claim whose words are split at spaces is neither empty nor two.
std::string Word(fuzz::Choices& choices) {
  return choices.Of({"one", "two", "reader", "onetwo", "u1", "7", "x"});
}

syntax::ClaimValue ValueOf(const syntax::Claim& claim, fuzz::Choices& choices) {
  switch (claim.type) {
    case syntax::Type::kInteger:
      return std::int64_t{choices.Below(9)};
    case syntax::Type::kBoolean:
      return choices.Chance(50);
    case syntax::Type::kStringList: {
      std::vector<std::string> items;
      for (std::uint32_t n = choices.Below(3); n > 0; --n) items.push_back(Word(choices));
      return items;
    }
    default:
      return fuzz::ValueWord(choices);
  }
}

void AddToken(const syntax::Policy& policy, fuzz::Choices& choices, Sent& sent) {
  const syntax::Jwt& jwt = choices.Of(policy.jwts);
  Drop(sent.raw, "authorization");
  Drop(sent.raw, "connection");  // which could take the token away
  sent.raw.fields.emplace_back("Authorization", "Bearer a.b.c");
  sent.issuer = jwt.issuer;
  sent.token.kind = Identity::Kind::kVerified;
  sent.token.jwt_verified = true;
  auto& claims = sent.token.claims;
  claims["iss"] = jwt.issuer;
  std::vector<std::string> audiences;
  if (!jwt.audiences.empty()) audiences.push_back(choices.Of(jwt.audiences));
  if (choices.Chance(30)) audiences.push_back(Word(choices));
  if (!audiences.empty() || choices.Chance(50)) claims["aud"] = audiences;
  if (choices.Chance(85)) claims["sub"] = choices.Of({"u1", "one", "x"});
  for (const syntax::Claim& claim : jwt.claims) {
    if (choices.Chance(70)) claims[claim.name] = ValueOf(claim, choices);
  }
}

void AddKey(const syntax::Policy& policy, fuzz::Choices& choices, Sent& sent) {
  const syntax::ApiKeys& keys = policy.api_keys[0];
  const std::string consumer = choices.Of({"one", "one", "two", "nobody"});
  const std::string text = fuzz::KeyOfConsumer(consumer);
  if (keys.in_query) {
    const bool first = sent.raw.target.find('?') == std::string::npos;
    std::string escaped;
    for (const char c : text) escaped += c == ' ' ? std::string("%20") : std::string(1, c);
    sent.raw.target += (first ? "?" : "&") + keys.field + "=" + escaped;
  } else {
    Drop(sent.raw, "connection");
    sent.raw.fields.emplace_back(keys.field, text);
  }
  const bool known = std::ranges::any_of(
      keys.keys, [&](const syntax::ApiKey& key) { return key.consumer == consumer; });
  sent.key.kind = known ? Identity::Kind::kVerified : Identity::Kind::kBad;
  if (known) sent.key.consumer = consumer;
}

// A member of the payload as the claim reads it; none: it has another type (AUTH-3).
std::optional<syntax::ClaimValue> Read(const syntax::Claim& claim,
                                       const syntax::ClaimValue& member) {
  const auto as = [&]<class T>(const T*) -> std::optional<syntax::ClaimValue> {
    if (const T* held = std::get_if<T>(&member)) return *held;
    return std::nullopt;
  };
  switch (claim.type) {
    case syntax::Type::kInteger:
      return as(static_cast<std::int64_t*>(nullptr));
    case syntax::Type::kBoolean:
      return as(static_cast<bool*>(nullptr));
    case syntax::Type::kStringList: {
      const auto* text = std::get_if<std::string>(&member);
      // An `aud` may be one string (RFC 7519 section 4.1.3).
      if (text && claim.name == "aud") return std::vector<std::string>{*text};
      if (!text || !claim.words) return as(static_cast<std::vector<std::string>*>(nullptr));
      std::vector<std::string> words(1);
      for (const char c : *text) {
        if (c == ' ')
          words.emplace_back();
        else
          words.back() += c;
      }
      std::erase(words, "");
      return words;
    }
    default:
      return as(static_cast<std::string*>(nullptr));
  }
}

}  // namespace

std::vector<Sent> UniverseOf(const syntax::Policy& policy, std::uint32_t gateway, std::size_t size,
                             fuzz::Choices& choices) {
  std::vector<Sent> universe;
  for (std::size_t tries = 0; universe.size() < size && tries < 4 * size; ++tries) {
    fuzz::RandomRequest request = fuzz::RequestFor(policy, choices, gateway);
    Sent sent{std::move(request.raw), std::move(request.connection), {}, {}, {}};
    const Listener& listener = policy.gateways[gateway].listeners[sent.connection.listener];
    auto& peer = sent.connection.peer_identity;
    if (listener.mtls == Listener::Mtls::kOff) peer.reset();
    if (listener.mtls == Listener::Mtls::kStrict && !peer) peer = fuzz::PeerWord(choices);
    Drop(sent.raw, "authorization");
    if (choices.Chance(60)) AddToken(policy, choices, sent);
    if (choices.Chance(40)) AddKey(policy, choices, sent);
    // Loops are counted by a name that no claim or comparison knows of.
    sent.connection.via.clear();
    if (CanArrive(sent.raw)) universe.push_back(std::move(sent));
  }
  return universe;
}

Identity FoundBy(const syntax::Policy& policy, const Sent& sent,
                 const syntax::Authentication& asked) {
  Identity token, key;
  if (asked.jwt && sent.token.jwt_verified) {
    token = sent.token;
    if (policy[*asked.jwt].issuer != sent.issuer) token = {.kind = Identity::Kind::kBad};
  }
  if (asked.keys) key = sent.key;
  const auto either = [&](Identity::Kind kind) { return token.kind == kind || key.kind == kind; };
  if (either(Identity::Kind::kBad)) return {.kind = Identity::Kind::kBad};
  Identity found = token;
  found.consumer = key.consumer;
  if (either(Identity::Kind::kVerified)) found.kind = Identity::Kind::kVerified;
  return found;
}

Identity CallerOf(const syntax::Policy& policy, const compiler::Witness& witness,
                  const syntax::Authentication& asked) {
  Identity identity;
  identity.jwt_verified = asked.jwt && (witness.jwt || !witness.claims.empty());
  if (asked.keys) identity.consumer = witness.consumer;
  if (identity.jwt_verified || identity.consumer) identity.kind = Identity::Kind::kVerified;
  if (!identity.jwt_verified) return identity;
  std::vector<syntax::Claim> claims = policy[*asked.jwt].claims;
  for (const char* name : {"sub", "iss", "jti"}) claims.push_back({.name = name, .source = name});
  claims.push_back({.name = "aud", .source = "aud", .type = syntax::Type::kStringList});
  for (const syntax::Claim& claim : claims) {
    for (const auto& [member, value] : witness.claims) {
      if (member != claim.source) continue;
      if (auto read = Read(claim, value)) identity.claims[claim.name] = *std::move(read);
    }
  }
  return identity;
}

std::optional<std::string> NotServed(const syntax::Gateway& gateway,
                                     const compiler::Witness& witness) {
  const Listener& listener = gateway.listeners[witness.listener];
  if ((listener.protocol == Listener::Protocol::kHttps) != (witness.scheme == "https")) {
    return "the witness has another scheme than the listener";
  }
  if (witness.address != listener.address) return "the witness has another address";
  if (listener.mtls == Listener::Mtls::kOff && witness.peer) {
    return "the witness has a peer where none is known";
  }
  if (listener.mtls == Listener::Mtls::kStrict && !witness.peer) {
    return "the witness has no peer where one is demanded";
  }
  return std::nullopt;
}

model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway,
                      const model::RawRequest& raw, const model::Connection& connection,
                      const Identify& identify, model::Trace* trace) {
  model::World world;
  world.charge = [&](std::uint32_t limit, const model::LimitKey&) {
    model::LimitAnswer answer;
    answer.remaining = policy.limits[limit].burst;
    return answer;
  };
  world.identify = identify;
  return model::Decide(policy, gateway, raw, connection, world, trace);
}

model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway, const Sent& sent,
                      model::Trace* trace) {
  return Decide(
      policy, gateway, sent.raw, sent.connection,
      [&](const syntax::Authentication& asked) { return FoundBy(policy, sent, asked); }, trace);
}

model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway,
                      const compiler::Witness& witness) {
  return Decide(
      policy, gateway, compiler::RawRequestOf(witness), compiler::ConnectionOf(witness),
      [&](const syntax::Authentication& asked) { return CallerOf(policy, witness, asked); });
}

std::optional<std::uint64_t> Announced(const model::RawRequest& raw) {
  for (const auto& [name, value] : raw.fields) {
    if (model::Lower(name) == "content-length" && IsNumber(value)) return std::stoull(value);
  }
  return std::nullopt;
}

bool IsTooLong(const syntax::Gateway& gateway, const model::Outcome& outcome,
               const model::RawRequest& raw) {
  const auto announced = Announced(raw);
  if (!announced || !outcome.route) return false;
  const auto& own = gateway.routes[*outcome.route].max_body;
  return own ? *announced > *own : gateway.max_body != 0 && *announced > gateway.max_body;
}

bool Passes(const syntax::Gateway& gateway, const model::Outcome& outcome,
            const model::RawRequest& raw) {
  return outcome.kind == model::Outcome::Kind::kForward && !IsTooLong(gateway, outcome, raw);
}

std::optional<model::Facts> FactsOf(const syntax::Policy& policy, std::uint32_t gateway,
                                    const model::RawRequest& raw,
                                    const model::Connection& connection,
                                    const model::Outcome& outcome, const Identify& identify) {
  const syntax::Route& route = policy.gateways[gateway].routes[*outcome.route];
  auto canonical = model::Canonicalise(policy, gateway, raw, connection);
  if (!canonical) return std::nullopt;
  model::Facts facts{*canonical,
                     {},
                     model::CapturesOf(route.match, canonical->path),
                     route.name,
                     outcome.upstream_path};
  if (route.authentication.jwt || route.authentication.keys) {
    facts.identity = identify(route.authentication);
  }
  return facts;
}

std::string Describe(const Sent& sent) {
  std::string text = fuzz::Describe({sent.raw, sent.connection});
  if (sent.token.jwt_verified) {
    text += " token of " + sent.issuer;
    for (const auto& [name, value] : sent.token.claims) {
      text += ", " + name;
      if (const auto* string = std::get_if<std::string>(&value)) text += " " + *string;
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        text += " " + std::to_string(*number);
      }
      if (const auto* flag = std::get_if<bool>(&value)) text += *flag ? " true" : " false";
      if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
        for (const std::string& item : *list) text += " [" + item + "]";
      }
    }
  }
  if (sent.key.consumer) text += " key of " + *sent.key.consumer;
  return text;
}

}  // namespace weir::testing
