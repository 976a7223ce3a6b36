#include "runtime/auth/signature.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>

#include "runtime/auth/digest.h"

namespace weir::runtime {
namespace {

constexpr std::array<std::string_view, 8> kNames = {"RS256", "RS384", "RS512", "PS256",
                                                    "ES256", "ES384", "EdDSA", "HS256"};

const unsigned char* Octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const EVP_MD* DigestOf(AlgorithmKind algorithm) {
  switch (algorithm) {
    case AlgorithmKind::kRS384:
    case AlgorithmKind::kES384:
      return EVP_sha384();
    case AlgorithmKind::kRS512:
      return EVP_sha512();
    case AlgorithmKind::kEdDSA:
      return nullptr;
    default:
      return EVP_sha256();
  }
}

// r and s side by side, as JWS has them, to DER, as OpenSSL does. Their length
// is the curve's: anything else would give one signature several forms.
std::optional<std::string> DerOf(std::string_view raw, std::size_t half) {
  if (raw.size() != 2 * half) return std::nullopt;
  ECDSA_SIG* signature = ECDSA_SIG_new();
  BIGNUM* r = BN_bin2bn(Octets(raw), static_cast<int>(half), nullptr);
  BIGNUM* s = BN_bin2bn(Octets(raw) + half, static_cast<int>(half), nullptr);
  if (signature == nullptr || r == nullptr || s == nullptr ||
      ECDSA_SIG_set0(signature, r, s) != 1) {
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(signature);
    return std::nullopt;
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature, &der);
  ECDSA_SIG_free(signature);
  if (size <= 0) return std::nullopt;
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

bool VerifyMac(const std::string& secret, std::string_view input, std::string_view signature) {
  std::array<unsigned char, 32> mac{};
  std::size_t size = 0;
  if (EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(),
                Octets(input), input.size(), mac.data(), mac.size(), &size) == nullptr ||
      size != mac.size()) {
    return false;
  }
  return EqualInConstantTime({reinterpret_cast<const char*>(mac.data()), size}, signature);
}

bool VerifyAsymmetric(EVP_PKEY* key, AlgorithmKind algorithm, std::string_view input,
                      std::string_view signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;  // belongs to `context`
  bool good = context != nullptr &&
              EVP_DigestVerifyInit(context, &parameters, DigestOf(algorithm), nullptr, key) == 1;
  if (good && algorithm == AlgorithmKind::kPS256) {
    good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(parameters, EVP_sha256()) == 1;
  }
  good = good && EVP_DigestVerify(context, Octets(signature), signature.size(), Octets(input),
                                  input.size()) == 1;
  EVP_MD_CTX_free(context);
  ERR_clear_error();  // a bad signature is no error of the thread's next TLS call
  return good;
}

}  // namespace

void FreeKey::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

std::optional<AlgorithmKind> AlgorithmByName(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<AlgorithmKind>(i);
  }
  return std::nullopt;
}

bool VerifySignature(const VerificationKey& key, AlgorithmKind algorithm, std::string_view input,
                     std::string_view signature) {
  if ((key.algorithms & AlgorithmBit(algorithm)) == 0) return false;
  if (algorithm == AlgorithmKind::kHS256) {
    return key.key == nullptr && VerifyMac(key.secret, input, signature);
  }
  if (key.key == nullptr) return false;
  switch (algorithm) {
    case AlgorithmKind::kES256:
    case AlgorithmKind::kES384: {
      const auto der = DerOf(signature, algorithm == AlgorithmKind::kES256 ? 32 : 48);
      return der && VerifyAsymmetric(key.key.get(), algorithm, input, *der);
    }
    case AlgorithmKind::kEdDSA:
      return signature.size() == 64 && VerifyAsymmetric(key.key.get(), algorithm, input, signature);
    default:  // RSA: as long as the modulus, which lets no zero be left away
      return signature.size() == static_cast<std::size_t>(EVP_PKEY_get_size(key.key.get())) &&
             VerifyAsymmetric(key.key.get(), algorithm, input, signature);
  }
}

}  // namespace weir::runtime
