// The order is: shape, header, key, signature, and only then what the payload
// says; nothing of an unverified payload is looked at. The header chooses among
// the set's keys by `kid` and `alg`, and has no other say: `jku`, `x5u`, `x5c`
// and `jwk` are never read.
#include "runtime/auth/token.h"

#include <algorithm>
#include <optional>

#include "runtime/auth/base64url.h"
#include "runtime/base/json.h"

namespace weir::runtime {
namespace {

using Error = std::unexpected<const char*>;

struct Parts {
  std::string_view header, payload, signature, input;
};

std::optional<Parts> Split(std::string_view token) {
  const std::size_t one = token.find('.');
  if (one == std::string_view::npos) return std::nullopt;
  const std::size_t two = token.find('.', one + 1);
  if (two == std::string_view::npos || token.find('.', two + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  return Parts{token.substr(0, one), token.substr(one + 1, two - one - 1), token.substr(two + 1),
               token.substr(0, two)};
}

// A payload as it is read and as it is written.
struct Payload {
  const json::Value& json;
  std::string_view text;
};

struct Header {
  AlgorithmKind algorithm;
  std::optional<std::string> key_id;
};

std::expected<Header, const char*> ReadHeader(std::string_view text) {
  const auto octets = DecodeBase64Url(text);
  const auto json = octets ? json::ParseObject(*octets) : std::nullopt;
  if (!json) return Error("the header is not one strict JSON object in base64url");
  if (json::Member(*json, "crit") != nullptr) return Error("the header has critical extensions");
  if (const json::Value* b64 = json::Member(*json, "b64"); b64 != nullptr && *b64 != true) {
    return Error("the payload is not encoded");
  }
  const std::string* name = json::StringMember(*json, "alg");
  const auto algorithm = name == nullptr ? std::nullopt : AlgorithmByName(*name);
  if (!algorithm) return Error("the algorithm is not served");
  Header header{*algorithm, std::nullopt};
  if (const json::Value* id = json::Member(*json, "kid"); id != nullptr) {
    if (!id->is_string()) return Error("the key id is no string");
    header.key_id = id->get<std::string>();
  }
  return header;
}

const char* CheckSignature(const Parts& parts, const Header& header, const KeySet& keys) {
  const auto signature = DecodeBase64Url(parts.signature);
  if (!signature || signature->empty()) return "the signature is not base64url";
  bool known = false;
  for (const VerificationKey& key : keys.keys) {
    if (header.key_id && key.id && *header.key_id != *key.id) continue;
    if ((key.algorithms & AlgorithmBit(header.algorithm)) == 0) continue;
    known = true;
    if (VerifySignature(key, header.algorithm, parts.input, *signature)) return nullptr;
  }
  return known ? "the signature does not hold" : "no key has this id and algorithm";
}

// The date of this name; none when there is no such member. A number with a fraction is
// read as it is written: the parsed one is rounded.
std::expected<std::optional<UnixTime>, const char*> Date(const Payload& payload, const char* name) {
  const json::Value* value = json::Member(payload.json, name);
  if (value == nullptr) return std::nullopt;
  std::optional<UnixTime> date;
  if (value->is_number_float()) {
    date = ParseNumericDate(json::FloatText(payload.text, name));
  } else if (value->is_number()) {
    date = ParseNumericDate(value->dump());
  }
  if (!date) return Error("a date is not a number of seconds from 0 to 2^53");
  return date;
}

// All elements when it is an array of strings, else nothing.
std::optional<std::vector<std::string_view>> StringsOf(const json::Value& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string_view> out;
  for (const json::Value& element : value) {
    if (!element.is_string()) return std::nullopt;
    out.push_back(element.get_ref<const std::string&>());
  }
  return out;
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    if (!word.empty()) words.push_back(word);
    if (space == std::string_view::npos) break;
    text.remove_prefix(space + 1);
  }
  return words;
}

const char* CheckDates(const Payload& payload, const JwtPolicy& policy, UnixTime now,
                       VerifiedToken& out) {
  const auto expires = Date(payload, "exp");
  if (!expires) return expires.error();
  if (!*expires) return "there is no expiry";
  const auto begins = Date(payload, "nbf");
  if (!begins) return begins.error();
  out.expires = (*expires)->Plus(policy.skew);
  out.not_before = *begins ? (*begins)->Plus(-policy.skew) : UnixTime();
  if (now >= out.expires) return "the token has expired";
  if (now < out.not_before) return "the token is not valid yet";
  return nullptr;
}

const char* CheckParties(const json::Value& payload, const JwtPolicy& policy) {
  const std::string* issuer = json::StringMember(payload, "iss");
  if (!policy.issuer.empty() && (issuer == nullptr || *issuer != policy.issuer)) {
    return "the issuer is another";
  }
  if (policy.audiences.empty()) return nullptr;
  const auto ours = [&](std::string_view audience) {
    return std::ranges::find(policy.audiences, audience) != policy.audiences.end();
  };
  if (const std::string* one = json::StringMember(payload, "aud"); one != nullptr && ours(*one)) {
    return nullptr;
  }
  const json::Value* many = json::Member(payload, "aud");
  const auto audiences = many == nullptr ? std::nullopt : StringsOf(*many);
  if (audiences && std::ranges::any_of(*audiences, ours)) return nullptr;
  return "the token is for another audience";
}

// A member of another type than declared counts as absent (spec/rules/auth.md).
void AddClaim(const json::Value& payload, const ClaimRule& rule, VerifiedToken& out) {
  const auto found = payload.find(rule.member);
  if (found == payload.end()) return out.AddAbsent();
  const json::Value& value = *found;
  switch (rule.type) {
    case AttributeType::kString:
      if (value.is_string()) return out.AddString(value.get_ref<const std::string&>());
      break;
    case AttributeType::kInteger:
      if (const auto integer = json::Integer(value)) return out.AddInteger(*integer);
      break;
    case AttributeType::kBoolean:
      if (value.is_boolean()) return out.AddBoolean(value.get<bool>());
      break;
    case AttributeType::kStringList:
      if (rule.words) {
        if (value.is_string()) return out.AddList(Words(value.get_ref<const std::string&>()));
      } else if (const auto strings = StringsOf(value)) {
        return out.AddList(*strings);
      }
      break;
    case AttributeType::kAddress:
      break;
  }
  out.AddAbsent();
}

void AddClaims(const json::Value& payload, const JwtPolicy& policy, VerifiedToken& out) {
  for (const char* name : {"sub", "iss", "jti"}) {
    AddClaim(payload, {.member = name, .type = AttributeType::kString}, out);
  }
  if (const std::string* one = json::StringMember(payload, "aud")) {
    out.AddList({*one});
  } else {
    AddClaim(payload, {.member = "aud", .type = AttributeType::kStringList}, out);
  }
  for (const ClaimRule& rule : policy.claims) AddClaim(payload, rule, out);
}

}  // namespace

std::expected<std::shared_ptr<const VerifiedToken>, const char*> VerifyToken(
    std::string_view token, const KeySet& keys, const JwtPolicy& policy, UnixTime now) {
  if (token.size() > kMaxTokenOctets) return Error("the token is too long");
  const auto parts = Split(token);
  if (!parts) return Error("the token is not three parts");
  const auto header = ReadHeader(parts->header);
  if (!header) return Error(header.error());
  if (const char* why = CheckSignature(*parts, *header, keys)) return Error(why);

  const auto octets = DecodeBase64Url(parts->payload);
  const auto payload = octets ? json::ParseObject(*octets) : std::nullopt;
  if (!payload) return Error("the payload is not one strict JSON object in base64url");
  auto out = std::make_shared<VerifiedToken>();
  if (const char* why = CheckDates({*payload, *octets}, policy, now, *out)) return Error(why);
  if (const char* why = CheckParties(*payload, policy)) return Error(why);
  AddClaims(*payload, policy, *out);
  return out;
}

}  // namespace weir::runtime
