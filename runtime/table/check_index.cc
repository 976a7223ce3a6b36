// Shape first, then meaning.
//
// Shape: nodes fill the words behind the hash table, one after the other; each
// has a parent that lies before it, and lists in rising order; every slot of the
// table names a node; one slot at least is empty, so that probing ends. A walk
// only ever goes to a node whose parent it stands on, so it ends.
//
// Meaning: every placement of every route is looked up and must be found where
// the writer would have put it, and there are exactly as many candidates as
// placements. So the index and the rows say the same.
#include <algorithm>
#include <bit>
#include <vector>

#include "runtime/table/check.h"
#include "runtime/table/index.h"
#include "runtime/table/placement.h"

namespace weir::runtime {
namespace {

class IndexCheck {
 public:
  explicit IndexCheck(const TableView& table) : table_(table), words_(table.index_words()) {}

  std::string Run() {
    if (!HeaderFits()) return "the index's head does not fit";
    if (!NodesFit()) return "a node of the index does not fit";
    if (!SlotsFit()) return "the hash table of the index does not fit";
    if (!RoutesFound()) return "the index and the routes do not say the same";
    return "";
  }

 private:
  std::uint32_t Head(IndexHeader word) const { return words_[static_cast<std::size_t>(word)]; }
  bool IsNode(std::uint32_t place) const {
    return std::binary_search(nodes_.begin(), nodes_.end(), place);
  }

  bool HeaderFits() const {
    constexpr auto kHead = static_cast<std::size_t>(IndexHeader::kWords);
    if (words_.size() < kHead || Head(IndexHeader::kSlots) != kHead) return false;
    const std::uint64_t slots = Head(IndexHeader::kSlotCount);
    if (!std::has_single_bit(slots) || Head(IndexHeader::kHasSuffix) > 1) return false;
    return kHead + 2 * slots == Head(IndexHeader::kNodes) &&
           Head(IndexHeader::kNodes) <= words_.size();
  }

  bool NodesFit() {
    std::uint64_t at = Head(IndexHeader::kNodes);
    while (at < words_.size()) {
      if (at + IndexNode::kFixedWords > words_.size()) return false;
      const IndexNode node(&words_[at]);
      if (at + node.size() > words_.size()) return false;
      nodes_.push_back(static_cast<std::uint32_t>(at));
      at += node.size();
    }
    depth_.resize(nodes_.size());
    wildcards_.resize(nodes_.size(), kNoIndex);
    literals_.resize(nodes_.size(), kNoIndex);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (!NodeFits(i)) return false;
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const IndexNode node(&words_[nodes_[i]]);
      if (node.wildcard_child() != wildcards_[i]) return false;
      if (node.literal_child() != literals_[i]) return false;
    }
    const std::uint32_t any = Head(IndexHeader::kAnyRoot);
    return (any == kNoIndex) == (any_roots_ == 0) && any_roots_ <= 1 &&
           (any == kNoIndex || (IsNode(any) && IndexNode(&words_[any]).parent() == kParentAnyHost));
  }

  bool NodeFits(std::size_t i) {
    const IndexNode node(&words_[nodes_[i]]);
    const std::uint32_t parent = node.parent();
    if (parent == kParentAnyHost) {
      ++any_roots_;
      if (node.literal_length() != 0 || node.is_wildcard()) return false;
    } else if (parent == kParentExactHost || parent == kParentSuffixHost) {
      if (node.is_wildcard()) return false;
      if (parent == kParentSuffixHost && Head(IndexHeader::kHasSuffix) == 0) return false;
    } else {
      const auto place =
          std::lower_bound(nodes_.begin(), nodes_.begin() + static_cast<long>(i), parent);
      if (place == nodes_.begin() + static_cast<long>(i) || *place != parent) return false;
      const auto above = static_cast<std::size_t>(place - nodes_.begin());
      depth_[i] = static_cast<std::uint16_t>(depth_[above] + 1);
      if (depth_[i] > kMaxIndexDepth) return false;
      if (node.is_wildcard()) {
        if (wildcards_[above] != kNoIndex) return false;
        wildcards_[above] = nodes_[i];
      } else {
        literals_[above] = literals_[above] == kNoIndex ? nodes_[i] : kManyChildren;
      }
    }
    return ListFits(node.ends()) && ListFits(node.rests());
  }

  bool ListFits(std::span<const IndexCandidate> list) {
    const Range routes = table_.gateway().routes;
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].route < routes.first || list[i].route - routes.first >= routes.count)
        return false;
      if (i > 0 && list[i].route <= list[i - 1].route) return false;
    }
    candidates_ += list.size();
    return true;
  }

  bool SlotsFit() const {
    const std::size_t base = Head(IndexHeader::kSlots);
    std::size_t filled = 0;
    for (std::size_t i = 0; i < Head(IndexHeader::kSlotCount); ++i) {
      const std::uint32_t child = words_[base + 2 * i + 1];
      if (child == kNoIndex) continue;
      if (!IsNode(child)) return false;
      ++filled;
    }
    if (filled >= Head(IndexHeader::kSlotCount)) return false;
    const IndexView index(words_);
    for (std::uint32_t place : nodes_) {
      const IndexNode node = index.node(place);
      if (node.is_wildcard() || node.parent() == kParentAnyHost) continue;
      const bool root = node.parent() >= kParentAnyHost;
      const std::uint32_t found = root ? index.Root(node.parent(), node.literal())
                                       : index.Child(node.parent(), node.literal());
      if (found != place) return false;
    }
    return true;
  }

  bool RoutesFound() const {
    const IndexView index(words_);
    const Range range = table_.gateway().routes;
    std::vector<std::string> prefixes;
    std::vector<const IndexCandidate*> places;
    std::uint64_t expected = 0;
    for (std::uint32_t i = range.first; i < range.first + range.count; ++i) {
      const RouteRecord& route = table_.routes()[i];
      const std::uint32_t residue = ResidueOf(table_, route);
      places.clear();
      for (const Placement& placement : PlacementsOf(table_, route, prefixes)) {
        const IndexCandidate* found = Find(index, placement, i);
        if (!found || found->residue != residue) return false;
        places.push_back(found);
      }
      std::sort(places.begin(), places.end());
      expected +=
          static_cast<std::uint64_t>(std::unique(places.begin(), places.end()) - places.begin());
    }
    return expected == candidates_;
  }

  static const IndexCandidate* Find(const IndexView& index, const Placement& placement,
                                    Index route) {
    std::uint32_t at = placement.root_parent == kParentAnyHost
                           ? index.any_root()
                           : index.Root(placement.root_parent, placement.host);
    for (const PlacedSegment& segment : placement.segments) {
      if (at == kNoIndex) return nullptr;
      at = segment.wildcard ? index.node(at).wildcard_child() : index.Child(at, segment.literal);
    }
    if (at == kNoIndex) return nullptr;
    const auto list = placement.rest ? index.node(at).rests() : index.node(at).ends();
    const auto place = std::ranges::lower_bound(list, route, {}, &IndexCandidate::route);
    return place != list.end() && place->route == route ? &*place : nullptr;
  }

  const TableView& table_;
  std::span<const std::uint32_t> words_;
  std::vector<std::uint32_t> nodes_;      // places, rising
  std::vector<std::uint16_t> depth_;      // by node
  std::vector<std::uint32_t> wildcards_;  // by node: its wildcard child
  std::vector<std::uint32_t> literals_;   // by node: what literal_child() must say
  std::uint64_t candidates_ = 0;
  std::uint32_t any_roots_ = 0;
};

}  // namespace

std::string CheckIndex(const TableView& table) { return IndexCheck(table).Run(); }

}  // namespace weir::runtime
