// SHA-256 of credentials by OpenSSL, and a comparison whose time does not depend on what it
// compares.
#ifndef WEIR_RUNTIME_AUTH_DIGEST_H_
#define WEIR_RUNTIME_AUTH_DIGEST_H_

#include <memory>
#include <optional>
#include <string_view>

#include "runtime/base/sha256.h"

namespace weir::runtime {

using Digest = Sha256Digest;

// Gives what weir::Sha256 gives, with the instructions that the processor has for it.
// Keeps its context between calls; not for two threads at once.
class OpenSslSha256 {
 public:
  OpenSslSha256();
  ~OpenSslSha256();
  // Nothing when the library cannot (it says so by no digest, never by a wrong one).
  std::optional<Digest> operator()(std::string_view octets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_DIGEST_H_
