#include "tests/support/token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weir::test {
namespace {

void Require(bool fine, const char* what) {
  if (fine) return;
  std::fprintf(stderr, "token: %s failed\n", what);
  std::abort();
}

std::string Number(const EVP_PKEY* key, const char* name, int width = 0) {
  BIGNUM* number = nullptr;
  Require(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
  std::string octets(static_cast<std::size_t>(width ? width : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(octets.data()),
               static_cast<int>(octets.size()));
  BN_free(number);
  return Base64Url(octets);
}

// ECDSA as JWS wants it: r and s in 32 octets each, not DER.
std::string RawEcdsa(const std::string& der) {
  auto* data = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size()));
  Require(signature != nullptr, "d2i_ECDSA_SIG");
  std::string raw(64, '\0');
  BN_bn2binpad(ECDSA_SIG_get0_r(signature), reinterpret_cast<unsigned char*>(raw.data()), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
  ECDSA_SIG_free(signature);
  return raw;
}

}  // namespace

struct SigningKey::Handle {
  EVP_PKEY* key = nullptr;
  explicit Handle(EVP_PKEY* k) : key(k) { Require(k != nullptr, "key generation"); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { EVP_PKEY_free(key); }
};

std::string Base64Url(std::string_view octets) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (unsigned char octet : octets) {
    bits = (bits << 8) | octet;
    for (held += 8; held >= 6; held -= 6) out += kAlphabet[(bits >> (held - 6)) & 63];
  }
  if (held > 0) out += kAlphabet[(bits << (6 - held)) & 63];
  return out;
}

SigningKey SigningKey::Es256(std::string id) {
  SigningKey key;
  key.handle_ = std::make_shared<Handle>(EVP_EC_gen("P-256"));
  key.algorithm_ = "ES256";
  const EVP_PKEY* pkey = key.handle_->key;
  key.jwk_ = R"({"kty":"EC","crv":"P-256","use":"sig","alg":"ES256","kid":")" + id + R"(","x":")" +
             Number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, 32) + R"(","y":")" +
             Number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, 32) + "\"}";
  key.id_ = std::move(id);
  return key;
}

SigningKey SigningKey::Rs256(std::string id) {
  SigningKey key;
  key.handle_ = std::make_shared<Handle>(EVP_RSA_gen(2048));
  key.algorithm_ = "RS256";
  const EVP_PKEY* pkey = key.handle_->key;
  key.jwk_ = R"({"kty":"RSA","use":"sig","alg":"RS256","kid":")" + id + R"(","n":")" +
             Number(pkey, OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
             Number(pkey, OSSL_PKEY_PARAM_RSA_E) + "\"}";
  key.id_ = std::move(id);
  return key;
}

SigningKey SigningKey::Ed25519(std::string id) {
  SigningKey key;
  key.handle_ = std::make_shared<Handle>(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  key.algorithm_ = "EdDSA";
  std::string octets(32, '\0');
  std::size_t size = octets.size();
  EVP_PKEY_get_raw_public_key(key.handle_->key, reinterpret_cast<unsigned char*>(octets.data()),
                              &size);
  key.jwk_ = R"({"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":")" + id +
             R"(","x":")" + Base64Url(octets) + "\"}";
  key.id_ = std::move(id);
  return key;
}

SigningKey SigningKey::Hs256(std::string id, std::string secret) {
  SigningKey key;
  key.algorithm_ = "HS256";
  key.jwk_ = R"({"kty":"oct","use":"sig","alg":"HS256","kid":")" + id + R"(","k":")" +
             Base64Url(secret) + "\"}";
  key.id_ = std::move(id);
  key.secret_ = std::move(secret);
  return key;
}

std::string SigningKey::Sign(std::string_view payload) const {
  return SignWithHeader(R"({"alg":")" + algorithm_ + R"(","kid":")" + id_ + R"(","typ":"JWT"})",
                        payload);
}

std::string SigningKey::SignWithHeader(std::string_view header, std::string_view payload) const {
  std::string input = Base64Url(header) + "." + Base64Url(payload);
  auto* data = reinterpret_cast<const unsigned char*>(input.data());
  std::string signature;
  if (algorithm_ == "HS256") {
    signature.resize(32);
    unsigned int size = 32;
    HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()), data, input.size(),
         reinterpret_cast<unsigned char*>(signature.data()), &size);
  } else {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const EVP_MD* digest = algorithm_ == "EdDSA" ? nullptr : EVP_sha256();
    Require(EVP_DigestSignInit(context, nullptr, digest, nullptr, handle_->key) == 1, "sign");
    std::size_t size = 0;
    Require(EVP_DigestSign(context, nullptr, &size, data, input.size()) == 1, "sign");
    signature.resize(size);
    Require(EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, data,
                           input.size()) == 1,
            "sign");
    signature.resize(size);
    EVP_MD_CTX_free(context);
    if (algorithm_ == "ES256") signature = RawEcdsa(signature);
  }
  return input + "." + Base64Url(signature);
}

std::string KeySet(const std::vector<const SigningKey*>& keys) {
  std::string out = "{\"keys\":[";
  for (const SigningKey* key : keys) {
    if (out.back() == '}') out += ',';
    out += key->jwk();
  }
  return out + "]}";
}

}  // namespace weir::test
