// The index is built as a tree in memory and then laid out depth first, so that
// a child always lies behind its parent, and the lists follow their node.
#include "runtime/table/writer.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <memory>

#include "runtime/table/format.h"
#include "runtime/table/index.h"
#include "runtime/table/placement.h"

namespace weir::runtime {
namespace {

constexpr std::uint64_t kMaxIndexWords = 200'000'000;

struct Tree {
  std::map<std::string, std::unique_ptr<Tree>, std::less<>> literals;
  std::unique_ptr<Tree> wildcard;
  std::vector<IndexCandidate> ends;
  std::vector<IndexCandidate> rests;
};

struct Forest {
  std::map<std::string, std::unique_ptr<Tree>, std::less<>> exact;
  std::map<std::string, std::unique_ptr<Tree>, std::less<>> suffix;
  std::unique_ptr<Tree> any;
};

Tree& Get(std::unique_ptr<Tree>& tree) {
  if (!tree) tree = std::make_unique<Tree>();
  return *tree;
}

Tree& Get(std::map<std::string, std::unique_ptr<Tree>, std::less<>>& trees, std::string_view name) {
  auto place = trees.find(name);
  if (place == trees.end()) place = trees.emplace(std::string(name), nullptr).first;
  return Get(place->second);
}

void Insert(Forest& forest, const Placement& placement, IndexCandidate candidate) {
  Tree* tree = placement.root_parent == kParentAnyHost     ? &Get(forest.any)
               : placement.root_parent == kParentExactHost ? &Get(forest.exact, placement.host)
                                                           : &Get(forest.suffix, placement.host);
  for (const PlacedSegment& segment : placement.segments) {
    tree = segment.wildcard ? &Get(tree->wildcard) : &Get(tree->literals, segment.literal);
  }
  std::vector<IndexCandidate>& list = placement.rest ? tree->rests : tree->ends;
  if (list.empty() || list.back().route != candidate.route) list.push_back(candidate);
}

class Layout {
 public:
  explicit Layout(std::vector<std::uint32_t>& words) : words_(words) {
    words_.assign(static_cast<std::size_t>(IndexHeader::kWords), 0);
  }

  bool Build(const Forest& forest) {
    // The size of the hash table must be known first, as offsets are absolute.
    std::uint64_t edges = forest.exact.size() + forest.suffix.size();
    for (const auto& [name, tree] : forest.exact) edges += CountEdges(*tree);
    for (const auto& [name, tree] : forest.suffix) edges += CountEdges(*tree);
    if (forest.any) edges += CountEdges(*forest.any);
    const std::uint64_t slots = std::bit_ceil(2 * edges + 2);
    if (slots * 2 > kMaxIndexWords) return false;
    const auto slots_at = static_cast<std::uint32_t>(words_.size());
    for (std::uint64_t i = 0; i < slots; ++i) {
      words_.push_back(0);
      words_.push_back(kNoIndex);
    }
    Head(IndexHeader::kSlots) = slots_at;
    Head(IndexHeader::kSlotCount) = static_cast<std::uint32_t>(slots);
    Head(IndexHeader::kNodes) = static_cast<std::uint32_t>(words_.size());
    Head(IndexHeader::kHasSuffix) = forest.suffix.empty() ? 0 : 1;
    Head(IndexHeader::kAnyRoot) = kNoIndex;
    if (forest.any) {
      Head(IndexHeader::kAnyRoot) = static_cast<std::uint32_t>(words_.size());
      Emit(*forest.any, kParentAnyHost, false, "");
    }
    for (const auto& [name, tree] : forest.exact) EmitRoot(*tree, kParentExactHost, name);
    for (const auto& [name, tree] : forest.suffix) EmitRoot(*tree, kParentSuffixHost, name);
    return words_.size() <= kMaxIndexWords;
  }

 private:
  std::uint32_t& Head(IndexHeader word) { return words_[static_cast<std::size_t>(word)]; }

  static std::uint64_t CountEdges(const Tree& tree) {
    std::uint64_t edges = tree.literals.size() > 1 ? tree.literals.size() : 0;
    for (const auto& [literal, child] : tree.literals) edges += CountEdges(*child);
    if (tree.wildcard) edges += CountEdges(*tree.wildcard);
    return edges;
  }

  void EmitRoot(const Tree& tree, std::uint32_t parent, std::string_view host) {
    AddSlot(EdgeTag(parent, host), Emit(tree, parent, false, host));
  }

  std::uint32_t Emit(const Tree& tree, std::uint32_t parent, bool wildcard,
                     std::string_view literal) {
    const auto at = static_cast<std::uint32_t>(words_.size());
    if (words_.size() > kMaxIndexWords) return at;  // Build says so
    words_.push_back(parent);
    words_.push_back(wildcard ? kWildcardEdge : static_cast<std::uint32_t>(literal.size()));
    words_.push_back(kNoIndex);
    const std::size_t children = tree.literals.size();
    words_.push_back(children > 1 ? kManyChildren : kNoIndex);
    words_.push_back(static_cast<std::uint32_t>(tree.ends.size()));
    words_.push_back(static_cast<std::uint32_t>(tree.rests.size()));
    const std::size_t literal_at = words_.size();
    words_.resize(words_.size() + (literal.size() + 3) / 4, 0);
    if (!literal.empty()) std::memcpy(&words_[literal_at], literal.data(), literal.size());
    for (const auto* list : {&tree.ends, &tree.rests}) {
      for (const IndexCandidate& candidate : *list) {
        words_.push_back(candidate.route);
        words_.push_back(candidate.residue);
      }
    }
    for (const auto& [name, child] : tree.literals) {
      const std::uint32_t place = Emit(*child, at, false, name);
      if (children == 1) {
        words_[at + 3] = place;
      } else {
        AddSlot(EdgeTag(at, name), place);
      }
    }
    if (tree.wildcard) {
      const std::uint32_t child = Emit(*tree.wildcard, at, true, "");
      words_[at + 2] = child;
    }
    return at;
  }

  void AddSlot(std::uint32_t tag, std::uint32_t child) {
    const std::uint32_t mask = Head(IndexHeader::kSlotCount) - 1;
    const std::size_t base = Head(IndexHeader::kSlots);
    std::uint32_t i = tag & mask;
    while (words_[base + 2 * std::size_t{i} + 1] != kNoIndex) i = (i + 1) & mask;
    words_[base + 2 * std::size_t{i}] = tag;
    words_[base + 2 * std::size_t{i} + 1] = child;
  }

  std::vector<std::uint32_t>& words_;
};

// A view of the sections of a writer.
class WriterView : public TableView {
 public:
  explicit WriterView(const TableWriter& writer) {
#define WEIR_WRITER_VIEW(tag, name, type, version) \
  sections_[static_cast<std::size_t>(Section::tag)] = std::as_bytes(std::span(writer.name));
    WEIR_TABLE_SECTIONS(WEIR_WRITER_VIEW)
#undef WEIR_WRITER_VIEW
  }
  const Sections& sections() const { return sections_; }
};

void Append(std::string& octets, const void* data, std::size_t size) {
  octets.append(static_cast<const char*>(data), size);
}

}  // namespace

StringRef TableWriter::Text(std::string_view text) {
  if (text.empty()) return {};
  const auto [place, added] = texts_.try_emplace(std::string(text));
  if (added) {
    place->second = {static_cast<std::uint32_t>(text_octets.size()),
                     static_cast<std::uint32_t>(text.size())};
    text_octets.insert(text_octets.end(), text.begin(), text.end());
  }
  return place->second;
}

Range TableWriter::AddStrings(std::span<const std::string> texts) {
  std::vector<StringRef> refs;
  for (const std::string& text : texts) refs.push_back(Text(text));
  return AppendRun(strings, refs);
}

std::expected<std::string, std::string> TableWriter::Finish(
    const std::array<std::uint8_t, 32>& source_hash) {
  const WriterView view(*this);
  if (text_octets.size() >= kMaxTableOctets) return std::unexpected("its texts are too long");
  Forest forest;
  std::vector<std::string> prefixes;
  const Range range = view.gateway().routes;
  for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
    const IndexCandidate candidate{i, ResidueOf(view, routes[i])};
    for (const Placement& placement : PlacementsOf(view, routes[i], prefixes)) {
      if (placement.segments.size() > kMaxIndexDepth) {
        return std::unexpected("a path pattern of route '" +
                               std::string(view.text(routes[i].name)) + "' has more than " +
                               std::to_string(kMaxIndexDepth) + " segments");
      }
      Insert(forest, placement, candidate);
    }
  }
  if (!Layout(index_words).Build(forest)) {
    return std::unexpected("the hosts and paths of its routes need too large an index");
  }
  std::string octets = Octets(source_hash);
  if (octets.size() > kMaxTableOctets) return std::unexpected("it is larger than 1 GiB");
  return octets;
}

// A section without records is left out.
std::string TableWriter::Octets(const std::array<std::uint8_t, 32>& source_hash) const {
  const WriterView view(*this);
  std::vector<std::uint32_t> present;
  for (const std::uint32_t tag : kSectionsByName) {
    if (!view.sections()[tag].empty()) present.push_back(tag);
  }
  std::string octets;
  TableHeader header;
  header.version = kFormatVersion;
  header.section_count = static_cast<std::uint32_t>(present.size());
  header.source_hash = source_hash;
  std::uint64_t offset = sizeof header + present.size() * sizeof(SectionHeader);
  std::vector<SectionHeader> directory;
  for (const std::uint32_t tag : present) {
    const SectionShape& shape = kSectionShapes[tag];
    const std::uint64_t size = view.sections()[tag].size();
    SectionHeader& section = directory.emplace_back();
    std::ranges::copy(shape.name, section.name.begin());
    section.version = shape.version;
    section.record_size = shape.record_size;
    section.offset = offset;
    section.size = size;
    offset += (size + 7) / 8 * 8;
  }
  header.size = offset;
  octets.reserve(offset);
  Append(octets, &header, sizeof header);
  Append(octets, directory.data(), directory.size() * sizeof(SectionHeader));
  for (const std::uint32_t tag : present) {
    Append(octets, view.sections()[tag].data(), view.sections()[tag].size());
    octets.resize((octets.size() + 7) / 8 * 8, '\0');
  }
  RepairChecksum(octets);
  return octets;
}

void RepairChecksum(std::string& octets) {
  if (octets.size() < sizeof(TableHeader)) return;
  const std::uint64_t checksum = TableChecksum(std::as_bytes(std::span(octets)));
  std::memcpy(octets.data() + kChecksumOffset, &checksum, sizeof checksum);
}

}  // namespace weir::runtime
