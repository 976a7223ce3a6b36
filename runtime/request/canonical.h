// From a raw request head to the canonical request (spec/rules/canonical.md).
//
// A Canonicaliser owns scratch space that grows to the largest head it has seen
// and is used again, so a running proxy does not allocate here. The result
// points into that space and into the raw request; it is valid until the next Run.
#ifndef WEIR_RUNTIME_REQUEST_CANONICAL_H_
#define WEIR_RUNTIME_REQUEST_CANONICAL_H_

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/request/request.h"

namespace weir::runtime {

struct Network {
  Address base;
  std::uint32_t prefix = 128;  // bits of the mapped form
  bool Contains(const Address& address) const;
};

enum class Underscores : std::uint32_t { kDrop, kKeep, kReject };

struct CanonicalOptions {
  bool keep_encoded_slash = false;
  bool keep_slashes = false;
  Underscores underscores = Underscores::kDrop;
  std::span<const Network> trusted_proxies;
  // Lower-case names that the policy reads as one value: on two lines, 400.
  std::span<const std::string_view> scalar_fields;
};

// Appends the canonical form of an origin-form path ("/" first, no query) to
// `out`; null when fine, else what is wrong with it. Pure; canon(canon(p)) = canon(p).
const char* CanonicalisePath(std::string_view path, bool keep_encoded_slash, bool keep_slashes,
                             std::string& out);

class Canonicaliser {
 public:
  std::expected<CanonicalRequest, Refusal> Run(const RawRequest& raw, const ConnectionFacts& facts,
                                               const CanonicalOptions& options);

 private:
  std::string text_;
  std::vector<Header> headers_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_CANONICAL_H_
