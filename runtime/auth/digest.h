// SHA-256, and a comparison whose time does not depend on what it compares.
#ifndef WEIR_RUNTIME_AUTH_DIGEST_H_
#define WEIR_RUNTIME_AUTH_DIGEST_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace weir::runtime {

using Digest = std::array<std::uint8_t, 32>;

// Keeps its context between calls; not for two threads at once.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  // Nothing when the library cannot (it says so by no digest, never by a wrong one).
  std::optional<Digest> operator()(std::string_view octets);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_AUTH_DIGEST_H_
