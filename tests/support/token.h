// Signing keys and tokens for tests and the demo: what an issuer would do.
//
//   SigningKey key = SigningKey::Es256("k1");
//   WriteFile("jwks.json", KeySet({&key}));
//   std::string token = key.Sign(R"({"iss":"...","sub":"u1","exp":1999999999})");
#ifndef WEIR_TESTS_SUPPORT_TOKEN_H_
#define WEIR_TESTS_SUPPORT_TOKEN_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

class SigningKey {
 public:
  // Fresh random keys; `id` is their `kid`.
  static SigningKey Es256(std::string id);
  static SigningKey Rs256(std::string id);
  static SigningKey Ed25519(std::string id);
  // A secret of any length, as octets.
  static SigningKey Hs256(std::string id, std::string secret);

  // The key as a member of a JWK set (public part, but for a secret).
  const std::string& jwk() const { return jwk_; }
  const std::string& id() const { return id_; }
  // A compact JWS over this payload with the header {"alg","kid","typ"}.
  std::string Sign(std::string_view payload) const;
  // The same with a header of the caller's making.
  std::string SignWithHeader(std::string_view header, std::string_view payload) const;

 private:
  struct Handle;  // EVP_PKEY
  std::string id_, algorithm_, jwk_, secret_;
  std::shared_ptr<Handle> handle_;
};

// {"keys":[...]}
std::string KeySet(const std::vector<const SigningKey*>& keys);
std::string Base64Url(std::string_view octets);

}  // namespace weir::test

#endif  // WEIR_TESTS_SUPPORT_TOKEN_H_
