#include "runtime/auth/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace weir::runtime {

struct OpenSslSha256::State {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() {
    EVP_MD_CTX_free(context);
    EVP_MD_free(algorithm);
  }
};

OpenSslSha256::OpenSslSha256() : state_(std::make_unique<State>()) {}
OpenSslSha256::~OpenSslSha256() = default;

std::optional<Digest> OpenSslSha256::operator()(std::string_view octets) {
  Digest digest{};
  unsigned int size = 0;
  if (state_->algorithm == nullptr || state_->context == nullptr ||
      EVP_DigestInit_ex2(state_->context, state_->algorithm, nullptr) != 1 ||
      EVP_DigestUpdate(state_->context, octets.data(), octets.size()) != 1 ||
      EVP_DigestFinal_ex(state_->context, digest.data(), &size) != 1 || size != digest.size()) {
    return std::nullopt;
  }
  return digest;
}

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace weir::runtime
