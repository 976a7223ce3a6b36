#include "runtime/auth/key_set.h"

#include "runtime/auth/jwk.h"
#include "runtime/base/json.h"

namespace weir::runtime {
namespace {

constexpr std::size_t kMaxOctets = std::size_t{1} << 20;
constexpr std::size_t kMaxKeys = 256;
constexpr std::size_t kMinSecret = 32;

// A secret alone in its file; editors end files with a line, so one end is cut.
std::expected<KeySet, std::string> ReadSecret(std::string_view octets) {
  if (octets.ends_with('\n')) octets.remove_suffix(1);
  if (octets.ends_with('\r')) octets.remove_suffix(1);
  // A public key as a secret is a key that everybody has.
  if (octets.find("-----BEGIN") != std::string_view::npos) {
    return std::unexpected("a PEM file is no secret for HS256");
  }
  if (octets.size() < kMinSecret) {
    return std::unexpected("a secret for HS256 has at least 32 octets; this one has " +
                           std::to_string(octets.size()));
  }
  VerificationKey key;
  key.algorithms = AlgorithmBit(AlgorithmKind::kHS256);
  key.secret = std::string(octets);
  KeySet set;
  set.keys.push_back(std::move(key));
  return set;
}

}  // namespace

std::expected<KeySet, std::string> ReadKeySet(std::string_view octets, std::uint32_t algorithms) {
  if (octets.size() > kMaxOctets) return std::unexpected("a key set of over 1 MiB");
  const std::size_t start = octets.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return std::unexpected("an empty file");
  if (algorithms == AlgorithmBit(AlgorithmKind::kHS256) && octets[start] != '{') {
    return ReadSecret(octets);
  }
  const auto json = json::ParseObject(octets);
  if (!json) return std::unexpected("no JSON object, or one with duplicate members");

  const json::Value* keys = json::Member(*json, "keys");
  const json::Value one = keys == nullptr ? json::Value::array({*json}) : json::Value();
  if (keys == nullptr) keys = &one;
  if (!keys->is_array()) return std::unexpected("`keys` is no array");
  if (keys->size() > kMaxKeys) return std::unexpected("more than 256 keys");

  KeySet set;
  for (std::size_t i = 0; i < keys->size(); ++i) {
    auto key = ReadJwk((*keys)[i], algorithms);
    if (key) {
      set.keys.push_back(std::move(*key));
    } else {
      set.notes.push_back("key " + std::to_string(i + 1) + " is left out: " + key.error());
    }
  }
  if (!set.keys.empty()) return set;
  std::string why = "no usable key";
  for (const std::string& note : set.notes) why += "; " + note;
  return std::unexpected(why);
}

}  // namespace weir::runtime
