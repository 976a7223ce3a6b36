// The type and curve of a key settle what it can be used with, its `alg` and the
// policy narrow that down, and nothing a token says widens it again: an RSA key
// is never an HMAC secret, and a P-256 key never verifies ES384.
#include "runtime/auth/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <string>

#include "runtime/auth/base64url.h"

namespace weir::runtime {
namespace {

using Error = std::unexpected<const char*>;

constexpr std::size_t kMinSecret = 32;  // RFC 7518 3.2: as long as the hash
constexpr std::size_t kMinModulus = 256;
constexpr std::size_t kMaxModulus = 1024;  // a signature costs the cube of it
constexpr std::size_t kMaxExponent = 8;

std::optional<std::string> OctetMember(const json::Value& jwk, const char* name) {
  const std::string* text = json::StringMember(jwk, name);
  return text == nullptr ? std::nullopt : DecodeBase64Url(*text);
}

KeyHandle FromParameters(const char* type, OSSL_PARAM_BLD* builder) {
  EVP_PKEY* key = nullptr;
  OSSL_PARAM* parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr);
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
    key = nullptr;
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  KeyHandle handle(key);
  if (key == nullptr) return handle;
  EVP_PKEY_CTX* check = EVP_PKEY_CTX_new(key, nullptr);
  if (check == nullptr || EVP_PKEY_public_check(check) != 1) handle.reset();
  EVP_PKEY_CTX_free(check);
  return handle;
}

std::expected<KeyHandle, const char*> ReadRsa(const json::Value& jwk) {
  const auto n = OctetMember(jwk, "n");
  const auto e = OctetMember(jwk, "e");
  if (!n || !e || e->empty()) return Error("an RSA key without modulus or exponent");
  BIGNUM* modulus = BN_bin2bn(reinterpret_cast<const unsigned char*>(n->data()),
                              static_cast<int>(std::min<std::size_t>(n->size(), 1 << 16)), nullptr);
  const int bits = modulus == nullptr ? 0 : BN_num_bits(modulus);
  const bool odd = (static_cast<unsigned char>(e->back()) & 1) == 1;
  if (bits < static_cast<int>(kMinModulus * 8) || bits > static_cast<int>(kMaxModulus * 8) ||
      e->size() > kMaxExponent || !odd || *e == std::string_view("\1", 1)) {
    BN_free(modulus);
    return Error("an RSA key that is not of 2048 to 8192 bits with an odd exponent");
  }
  BIGNUM* exponent = BN_bin2bn(reinterpret_cast<const unsigned char*>(e->data()),
                               static_cast<int>(e->size()), nullptr);
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  KeyHandle key;
  if (builder != nullptr && exponent != nullptr &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
      OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
    key = FromParameters("RSA", builder);
  }
  OSSL_PARAM_BLD_free(builder);
  BN_free(exponent);
  BN_free(modulus);
  if (key == nullptr) return Error("an RSA key that the library refuses");
  return key;
}

std::expected<KeyHandle, const char*> ReadEc(const json::Value& jwk, const char* group,
                                             std::size_t width) {
  const auto x = OctetMember(jwk, "x");
  const auto y = OctetMember(jwk, "y");
  if (!x || !y || x->size() != width || y->size() != width) {
    return Error("an EC key whose coordinates are not as long as its curve's");
  }
  const std::string point = "\x04" + *x + *y;
  OSSL_PARAM_BLD* builder = OSSL_PARAM_BLD_new();
  KeyHandle key;
  if (builder != nullptr &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) == 1) {
    key = FromParameters("EC", builder);
  }
  OSSL_PARAM_BLD_free(builder);
  if (key == nullptr) return Error("an EC key that is no point of its curve");
  return key;
}

std::expected<KeyHandle, const char*> ReadEd25519(const json::Value& jwk) {
  const auto x = OctetMember(jwk, "x");
  if (!x || x->size() != 32) return Error("an Ed25519 key that is not 32 octets");
  KeyHandle key(EVP_PKEY_new_raw_public_key(
      EVP_PKEY_ED25519, nullptr, reinterpret_cast<const unsigned char*>(x->data()), x->size()));
  if (key == nullptr) return Error("an Ed25519 key that the library refuses");
  return key;
}

// The algorithms that a key of this type could serve; 0: none of ours.
std::uint32_t AlgorithmsOfType(const std::string& type, const std::string& curve) {
  if (type == "RSA") {
    return AlgorithmBit(AlgorithmKind::kRS256) | AlgorithmBit(AlgorithmKind::kRS384) |
           AlgorithmBit(AlgorithmKind::kRS512) | AlgorithmBit(AlgorithmKind::kPS256);
  }
  if (type == "EC" && curve == "P-256") return AlgorithmBit(AlgorithmKind::kES256);
  if (type == "EC" && curve == "P-384") return AlgorithmBit(AlgorithmKind::kES384);
  if (type == "OKP" && curve == "Ed25519") return AlgorithmBit(AlgorithmKind::kEdDSA);
  if (type == "oct") return AlgorithmBit(AlgorithmKind::kHS256);
  return 0;
}

const char* WhyNotForVerifying(const json::Value& jwk) {
  if (const json::Value* use = json::Member(jwk, "use"); use != nullptr && *use != "sig") {
    return "a key whose `use` is not sig";
  }
  if (const json::Value* operations = json::Member(jwk, "key_ops"); operations != nullptr) {
    if (!operations->is_array() ||
        std::find(operations->begin(), operations->end(), "verify") == operations->end()) {
      return "a key whose `key_ops` do not hold verify";
    }
  }
  if (const json::Value* id = json::Member(jwk, "kid"); id != nullptr && !id->is_string()) {
    return "a key whose `kid` is no string";
  }
  return nullptr;
}

std::expected<std::uint32_t, const char*> AlgorithmsFor(const json::Value& jwk,
                                                        const std::string& type,
                                                        std::uint32_t of_policy) {
  const std::string* curve = json::StringMember(jwk, "crv");
  std::uint32_t algorithms = AlgorithmsOfType(type, curve == nullptr ? "" : *curve);
  if (algorithms == 0) return Error("a key of a type or curve that is not served");
  if (const json::Value* named = json::Member(jwk, "alg"); named != nullptr) {
    const std::string* name = json::StringMember(jwk, "alg");
    const auto algorithm = name == nullptr ? std::nullopt : AlgorithmByName(*name);
    algorithms &= algorithm ? AlgorithmBit(*algorithm) : 0;
    if (algorithms == 0) return Error("a key whose `alg` is not served or not of its type");
  }
  algorithms &= of_policy;
  if (algorithms == 0) return Error("a key for none of the algorithms that the policy names");
  return algorithms;
}

}  // namespace

std::expected<VerificationKey, const char*> ReadJwk(const json::Value& jwk,
                                                    std::uint32_t of_policy) {
  if (!jwk.is_object()) return Error("a key that is no object");
  const std::string* type = json::StringMember(jwk, "kty");
  if (type == nullptr) return Error("a key without `kty`");
  if (const char* why = WhyNotForVerifying(jwk)) return Error(why);
  const auto algorithms = AlgorithmsFor(jwk, *type, of_policy);
  if (!algorithms) return Error(algorithms.error());

  VerificationKey out;
  out.algorithms = *algorithms;
  if (const std::string* id = json::StringMember(jwk, "kid")) out.id = *id;
  if (*type == "oct") {
    const auto secret = OctetMember(jwk, "k");
    if (!secret || secret->size() < kMinSecret) return Error("a secret of under 32 octets");
    out.secret = *secret;
    return out;
  }
  std::expected<KeyHandle, const char*> key;
  if (*type == "RSA") {
    key = ReadRsa(jwk);
  } else if (*type == "OKP") {
    key = ReadEd25519(jwk);
  } else if ((out.algorithms & AlgorithmBit(AlgorithmKind::kES256)) != 0) {
    key = ReadEc(jwk, "P-256", 32);
  } else {
    key = ReadEc(jwk, "P-384", 48);
  }
  ERR_clear_error();
  if (!key) return Error(key.error());
  out.key = std::move(*key);
  return out;
}

}  // namespace weir::runtime
