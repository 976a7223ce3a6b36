// From a raw request head to the canonical request (spec/rules/canonical.md).
//
// A Canonicaliser owns scratch space that grows to the largest head it has seen
// and is used again, so a running proxy does not allocate here. The result
// points into that space and into the raw request; it is valid until the next Run.
#ifndef WEIR_RUNTIME_REQUEST_CANONICAL_H_
#define WEIR_RUNTIME_REQUEST_CANONICAL_H_

#include <cstdint>
#include <expected>
#include <optional>
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

// What stands behind a ';' in a segment of a path.
enum class PathParameters : std::uint32_t { kReject, kKeep, kStrip };
enum class Underscores : std::uint32_t { kDrop, kKeep, kReject };

struct PathOptions {
  bool keep_encoded_slash = false;
  bool keep_slashes = false;
  PathParameters parameters = PathParameters::kReject;
};

struct CanonicalOptions {
  PathOptions path;
  bool first_query = false;    // of a parameter that comes twice the first counts, unchecked
  bool first_cookies = false;  // the same of cookies
  Underscores underscores = Underscores::kDrop;
  std::span<const Network> trusted_proxies;
  // Lower-case names that the policy reads as one value: on two lines, 400.
  std::span<const std::string_view> scalar_fields;
  // Names of parameters (decoded) and of cookies that it reads as one value.
  std::span<const std::string_view> scalar_queries;
  std::span<const std::string_view> scalar_cookies;
};

// Appends the canonical form of an origin-form path ("/" first, no query) to
// `out`; null when fine, else what is wrong with it. Pure; canon(canon(p)) = canon(p).
const char* CanonicalisePath(std::string_view path, const PathOptions& options, std::string& out);

class Canonicaliser {
 public:
  std::expected<CanonicalRequest, Refusal> Run(const RawRequest& raw, const ConnectionFacts& facts,
                                               const CanonicalOptions& options);

 private:
  // One header name seen so far: its lines are linked through `next_`.
  struct Entry {
    std::string_view name;
    std::uint64_t hash = 0;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint32_t lines = 0;
    bool dropped = false;
  };

  const char* ReadTarget(const RawRequest& raw, CanonicalRequest& out);
  std::optional<Refusal> AnswerHere(const ConnectionFacts& facts,
                                    const CanonicalRequest& request) const;
  const char* ReadHost(const RawRequest& raw, CanonicalRequest& out);
  const char* CollectFields(const RawRequest& raw);
  const char* CollectField(const Field& field, std::uint32_t place);
  Entry* FindEntry(std::string_view lower_name);
  const char* DropHopByHop(const RawRequest& raw, const CanonicalOptions& options);
  const char* ApplyUnderscores(Underscores rule);
  const char* CombineFields(const RawRequest& raw, const CanonicalOptions& options);
  void DropUnbelieved(const RawRequest& raw, bool trusted);
  static const char* ReadClient(const CanonicalOptions& options, CanonicalRequest& out);

  // Views of the result point into `text_`, which is made large enough first.
  std::string text_;
  std::vector<Header> headers_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> next_;   // by line: the next line of that name
  std::vector<std::uint32_t> slots_;  // open addressing over entries_
  std::string_view url_authority_;    // of an absolute-form target; null: none
  bool of_the_server_ = false;        // OPTIONS *
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_REQUEST_CANONICAL_H_
