// Tokens and key sets from strangers: nothing crashes or hangs; a kept key is
// within its policy and strong enough; a token verifies only under its own key
// and signature, and only in its time.
//
// The input: a header, a payload and a key set, on one line, one line, and the
// rest. They are signed as they are with a fixed secret, and beside that the
// first line is taken for a whole token, against the set.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "runtime/auth/digest.h"
#include "runtime/auth/key_set.h"
#include "runtime/auth/token.h"

namespace {

using namespace weir::runtime;  // NOLINT: a program of one page

constexpr std::int64_t kNow = 1'700'000'000;
constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::string Encode(std::string_view octets) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (unsigned char octet : octets) {
    bits = bits << 8 | octet;
    for (held += 8; held >= 6; held -= 6) out += kDigits[bits >> (held - 6) & 63];
  }
  if (held > 0) out += kDigits[bits << (6 - held) & 63];
  return out;
}

// HMAC-SHA-256 by its definition (RFC 2104), for a secret of one block at most.
std::string Mac(std::string secret, std::string_view text) {
  OpenSslSha256 sha256;
  secret.resize(64, '\0');
  std::string inner, outer;
  for (char c : secret) {
    inner += static_cast<char>(c ^ 0x36);
    outer += static_cast<char>(c ^ 0x5c);
  }
  const Digest first = *sha256(inner.append(text));
  outer.append(first.begin(), first.end());
  const Digest second = *sha256(outer);
  return {second.begin(), second.end()};
}

KeySet SecretKeys(const std::string& secret) {
  auto keys = ReadKeySet(secret, AlgorithmBit(AlgorithmKind::kHS256));
  Require(keys.has_value(), "a secret of full length is a key set");
  return std::move(*keys);
}

const JwtPolicy& Policy() {
  static const JwtPolicy policy{.issuer = "",
                                .audiences = {},
                                .skew = 60,
                                .claims = {{"scope", AttributeType::kStringList, true},
                                           {"roles", AttributeType::kStringList, false},
                                           {"level", AttributeType::kInteger, false},
                                           {"admin", AttributeType::kBoolean, false}}};
  return policy;
}

void CheckVerified(const VerifiedToken& token) {
  Require(token.claims().size() == kRegisteredClaims + Policy().claims.size(), "a claim for each");
  Require(kNow < token.expires && kNow >= token.not_before, "verified in its time only");
  using Kind = ClaimValue::Kind;
  const auto is = [&](std::size_t claim, Kind kind) {
    const Kind found = token.claims()[claim].kind;
    return found == kind || found == Kind::kAbsent;
  };
  Require(is(0, Kind::kString) && is(1, Kind::kString) && is(2, Kind::kString) &&
              is(3, Kind::kList) && is(4, Kind::kList) && is(5, Kind::kList) &&
              is(6, Kind::kInteger) && is(7, Kind::kBoolean),
          "claims have their types");
  for (std::string_view word : token.claims()[4].list) {
    Require(!word.empty() && word.find(' ') == std::string_view::npos, "words are words");
  }
}

void CheckSigned(std::string_view header, std::string_view payload) {
  static const std::string secret(32, 'k');
  static const KeySet keys = SecretKeys(secret);
  static const KeySet others = SecretKeys(std::string(31, 'k') + "x");
  const std::string input = Encode(header) + "." + Encode(payload);
  std::string token = input + "." + Encode(Mac(secret, input));
  const auto verified = VerifyToken(token, keys, Policy(), kNow);
  if (!verified) return;
  CheckVerified(**verified);
  Require(
      header.find("HS256") != std::string_view::npos || header.find('\\') != std::string_view::npos,
      "the header names the key's algorithm");
  Require(
      payload.find("exp") != std::string_view::npos || payload.find('\\') != std::string_view::npos,
      "the payload names an expiry");
  Require(!VerifyToken(token, others, Policy(), kNow).has_value(), "no other key verifies it");
  Require(!VerifyToken(token, keys, Policy(), (*verified)->expires).has_value(), "it expires");
  token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
  Require(!VerifyToken(token, keys, Policy(), kNow).has_value(), "no other signature verifies");
}

void CheckKeySet(std::string_view octets, std::string_view token, std::uint32_t algorithms) {
  const auto keys = ReadKeySet(octets, algorithms);
  if (!keys) {
    Require(!keys.error().empty(), "a refusal says why");
    return;
  }
  Require(!keys->keys.empty(), "a key set that loads has keys");
  for (const VerificationKey& key : keys->keys) {
    Require(key.algorithms != 0 && (key.algorithms & ~algorithms) == 0, "keys keep to the policy");
    const bool mac = (key.algorithms & AlgorithmBit(AlgorithmKind::kHS256)) != 0;
    Require(mac == (key.key == nullptr), "a key is a secret or public, never both");
    Require(
        !mac || (key.secret.size() >= 32 && key.algorithms == AlgorithmBit(AlgorithmKind::kHS256)),
        "a secret is of full length and for HMAC alone");
  }
  const auto verified = VerifyToken(token, *keys, Policy(), kNow);
  if (verified) CheckVerified(**verified);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto line = [&] {
    const std::size_t end = rest.find('\n');
    const std::string_view out = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return out;
  };
  const std::string_view header = line();
  const std::string_view payload = line();
  CheckSigned(header, payload);
  const std::uint32_t algorithms = size % 3 == 0 ? AlgorithmBit(AlgorithmKind::kHS256) : 0xff;
  CheckKeySet(rest, header, algorithms);
  return 0;
}
