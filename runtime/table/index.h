// The route index of a table: where the routes are that may match a host and
// path. It lies in the section of index words; FORMAT.md describes it.
//
// A tree of nodes. A root stands for an exact host, a host suffix, or any host;
// below it each edge is one path segment, a literal or the wildcard. A node has
// two lists of candidates in route order: routes whose pattern ends here, and
// routes that match whatever follows ("**", and regular expressions that all
// begin with the segments above). All literal edges of all nodes, and the hosts'
// roots, stand in one hash table of slots {tag, child}, so a step costs the same
// at ten routes and at a hundred thousand: one slot, one node. A node bears its
// own literal, so nothing else has to be read to compare it. A node with one literal
// child alone names it, and it lies right behind, so a chain costs next to nothing.
#ifndef WEIR_RUNTIME_TABLE_INDEX_H_
#define WEIR_RUNTIME_TABLE_INDEX_H_

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "runtime/table/records.h"

namespace weir::runtime {

// Places of the words before the nodes.
enum class IndexHeader : std::uint32_t {
  kAnyRoot,    // node of the routes for any host, or kNoIndex
  kHasSuffix,  // 1 when any root is a suffix's
  kSlots,      // where the hash table begins
  kSlotCount,  // a power of two; at least one slot stays empty
  kNodes,      // where the nodes begin; they go on to the end
  kWords,      // how many header words there are
};

// Parents of roots.
inline constexpr std::uint32_t kParentExactHost = 0xfffffffe;
inline constexpr std::uint32_t kParentSuffixHost = 0xfffffffd;
inline constexpr std::uint32_t kParentAnyHost = 0xfffffffc;
// The literal length of a node that any non-empty segment leads to.
inline constexpr std::uint32_t kWildcardEdge = 0xffffffff;
inline constexpr std::uint32_t kMaxIndexDepth = 255;
// The literal child of a node that has several: they are in the hash table.
inline constexpr std::uint32_t kManyChildren = 0xfffffffe;

// What must be looked at besides host and path before a candidate matches.
inline constexpr std::uint32_t kResidueFields = 1;
inline constexpr std::uint32_t kResidueClients = 2;
inline constexpr std::uint32_t kResidueListeners = 4;
inline constexpr std::uint32_t kResiduePath = 8;  // a regular expression
// From this bit on: which methods may match (MethodBit).
inline constexpr std::uint32_t kMethodShift = 16;

struct IndexCandidate {
  Index route = kNoIndex;
  std::uint32_t residue = 0;
};

// A bit for each common method, one for all others together.
constexpr std::uint32_t kAllMethods = 0x1ff;
constexpr std::uint32_t kOtherMethod = 0x100;
constexpr std::uint32_t MethodBit(std::string_view method) {
  switch (method.size()) {
    case 3:
      return method == "GET" ? 1 : method == "PUT" ? 2 : kOtherMethod;
    case 4:
      return method == "POST" ? 4 : method == "HEAD" ? 8 : kOtherMethod;
    case 5:
      return method == "PATCH" ? 16 : method == "TRACE" ? 32 : kOtherMethod;
    case 6:
      return method == "DELETE" ? 64 : kOtherMethod;
    case 7:
      return method == "OPTIONS" ? 128 : kOtherMethod;
    default:
      return kOtherMethod;
  }
}

// Hash of an edge. Not keyed: only the policy chooses what is in the table, and
// a request that collides costs one comparison.
inline std::uint32_t EdgeTag(std::uint32_t parent, std::string_view literal) {
  constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15;
  std::uint64_t hash = (parent + 1) * kMix ^ literal.size();
  const char* data = literal.data();
  std::size_t left = literal.size();
  while (left >= 8) {
    std::uint64_t word;
    std::memcpy(&word, data, 8);
    hash = (hash ^ word) * kMix;
    hash ^= hash >> 32;
    data += 8;
    left -= 8;
  }
  std::uint64_t word = 0;
  if (left > 0) std::memcpy(&word, data, left);
  hash = (hash ^ word) * kMix;
  hash ^= hash >> 29;
  hash *= kMix;
  return static_cast<std::uint32_t>(hash >> 32);
}

// One node, as it lies in the words.
class IndexNode {
 public:
  static constexpr std::uint32_t kFixedWords = 6;

  explicit IndexNode(const std::uint32_t* words) : words_(words) {}
  std::uint32_t parent() const { return words_[0]; }
  bool is_wildcard() const { return words_[1] == kWildcardEdge; }
  std::uint32_t literal_length() const { return is_wildcard() ? 0 : words_[1]; }
  std::string_view literal() const {
    return {reinterpret_cast<const char*>(words_ + kFixedWords), literal_length()};
  }
  std::uint32_t wildcard_child() const { return words_[2]; }  // or kNoIndex
  // kNoIndex: none; kManyChildren: in the hash table; else the only one.
  std::uint32_t literal_child() const { return words_[3]; }
  std::uint32_t end_count() const { return words_[4]; }
  std::uint32_t rest_count() const { return words_[5]; }
  std::span<const IndexCandidate> ends() const { return {candidates(), end_count()}; }
  std::span<const IndexCandidate> rests() const {
    return {candidates() + end_count(), rest_count()};
  }

  static std::uint64_t LiteralWords(std::uint32_t length) {
    return (std::uint64_t{length} + 3) / 4;
  }
  std::uint64_t size() const {
    return kFixedWords + LiteralWords(literal_length()) +
           2 * (std::uint64_t{end_count()} + rest_count());
  }

 private:
  const IndexCandidate* candidates() const {
    return reinterpret_cast<const IndexCandidate*>(words_ + kFixedWords +
                                                   LiteralWords(literal_length()));
  }
  const std::uint32_t* words_;
};

class IndexView {
 public:
  explicit IndexView(std::span<const std::uint32_t> words)
      : words_(words.data()),
        slots_(words.data() + Head(IndexHeader::kSlots)),
        mask_(Head(IndexHeader::kSlotCount) - 1) {}

  std::uint32_t any_root() const { return Head(IndexHeader::kAnyRoot); }
  bool has_suffix() const { return Head(IndexHeader::kHasSuffix) != 0; }
  IndexNode node(std::uint32_t place) const { return IndexNode(words_ + place); }

  // The root of a host pattern, or kNoIndex.
  std::uint32_t Root(std::uint32_t parent, std::string_view host) const {
    return Hashed(parent, host);
  }

  // The child of a node that a literal edge leads to, or kNoIndex.
  std::uint32_t Child(std::uint32_t parent, std::string_view literal) const {
    const std::uint32_t child = node(parent).literal_child();
    if (child == kManyChildren) return Hashed(parent, literal);
    return child != kNoIndex && node(child).literal() == literal ? child : kNoIndex;
  }

 private:
  std::uint32_t Hashed(std::uint32_t parent, std::string_view literal) const {
    const std::uint32_t tag = EdgeTag(parent, literal);
    for (std::uint32_t i = tag & mask_;; i = (i + 1) & mask_) {
      const std::uint32_t child = slots_[2 * i + 1];
      if (child == kNoIndex) return kNoIndex;
      if (slots_[2 * i] != tag) continue;
      const IndexNode candidate = node(child);
      if (candidate.parent() == parent && !candidate.is_wildcard() &&
          candidate.literal() == literal) {
        return child;
      }
    }
  }

  std::uint32_t Head(IndexHeader word) const { return words_[static_cast<std::uint32_t>(word)]; }

  const std::uint32_t* words_;
  const std::uint32_t* slots_;
  std::uint32_t mask_;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_INDEX_H_
