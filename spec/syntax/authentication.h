// Who the caller is: JWT issuers and API keys.
#ifndef WEIR_SPEC_SYNTAX_AUTHENTICATION_H_
#define WEIR_SPEC_SYNTAX_AUTHENTICATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/expression.h"
#include "spec/syntax/node.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

enum class JwtAlgorithm : std::uint8_t {
  kRS256,
  kRS384,
  kRS512,
  kPS256,
  kES256,
  kES384,
  kEdDSA,
  kHS256
};

// A claim that the policy reads. `source` is the member of the payload; with
// `words` a string member is split at spaces into a list (OAuth's scope).
struct Claim {
  std::string name;           // as in jwt.NAME
  std::string source;         // member of the payload; equals name unless `from` is written
  Type type = Type::kString;  // kString, kInteger, kBoolean or kStringList
  bool words = false;
  NodeId node = kNoNode;
};

// Where a secret or key set comes from; never written in the policy itself.
struct SecretSource {
  enum class Kind : std::uint8_t { kFile, kEnvironment, kUrl };
  Kind kind = Kind::kFile;
  std::string location;  // a path relative to the policy's folder, a variable, or a URL
};

struct Jwt {
  std::string name;
  std::string issuer;
  std::vector<std::string> audiences;  // one of them must be in `aud`; empty: not checked
  SecretSource keys;
  std::vector<JwtAlgorithm> algorithms;  // never empty
  Duration skew{60'000'000'000};
  std::vector<Claim> claims;  // beside the registered sub, iss, jti (strings) and aud (list)
  NodeId node = kNoNode;
};

struct ApiKey {
  std::string consumer;
  std::array<std::uint8_t, 32> sha256{};
  NodeId node = kNoNode;
};

// A set of API keys, read from one header or one query parameter.
struct ApiKeys {
  std::string name;
  bool in_query = false;
  std::string field;  // header name (lower case) or query parameter
  std::vector<ApiKey> keys;
  NodeId node = kNoNode;
};

// What a route asks of its caller. Nothing set: `authenticate none`.
// `optional` lets a request without a credential through, never a bad one.
struct Authentication {
  std::optional<Ref<Jwt>> jwt;
  std::optional<Ref<ApiKeys>> keys;
  bool optional = false;
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_AUTHENTICATION_H_
