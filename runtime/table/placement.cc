#include "runtime/table/placement.h"

#include <bitset>

namespace weir::runtime {
namespace {

// Segments of a literal text that are whole: followed by a slash.
void WholeSegments(std::string_view prefix, std::vector<PlacedSegment>& out) {
  if (!prefix.starts_with('/')) return;
  prefix.remove_prefix(1);
  for (std::size_t slash; (slash = prefix.find('/')) != std::string_view::npos;) {
    if (out.size() + 1 >= kMaxIndexDepth) return;
    out.push_back({false, prefix.substr(0, slash)});
    prefix.remove_prefix(slash + 1);
  }
}

void PlacePath(const TableView& table, const PathRecord& path, Placement& placement,
               std::vector<std::string>& prefixes) {
  if (path.dfa != kNoIndex) {
    placement.rest = true;
    prefixes.push_back(LiteralPrefix(table, table.dfas()[path.dfa], 1024));
    WholeSegments(prefixes.back(), placement.segments);
    return;
  }
  placement.rest = path.rest != 0;
  for (const SegmentRecord& segment : TableView::Slice(table.segments(), path.segments)) {
    const bool wildcard = segment.kind == SegmentKind::kWildcard;
    placement.segments.push_back({wildcard, wildcard ? "" : table.text(segment.literal)});
  }
}

}  // namespace

std::string LiteralPrefix(const TableView& table, const DfaRecord& dfa, std::size_t limit) {
  const auto classes = TableView::Slice(table.dfa_octets(), dfa.classes);
  const auto next = TableView::Slice(table.dfa_words(), dfa.transitions);
  const auto accepting = TableView::Slice(table.dfa_octets(), dfa.accepting);
  const auto is_sink = [&](std::uint32_t state) {
    if (accepting[state]) return false;
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      if (next[state * std::size_t{dfa.class_count} + c] != state) return false;
    }
    return true;
  };
  std::string prefix;
  for (std::uint32_t state = 0; prefix.size() < limit && !accepting[state];) {
    std::bitset<256> live;  // classes that do not lead to a sink
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      if (!is_sink(next[state * std::size_t{dfa.class_count} + c])) live.set(c);
    }
    int only = -1;
    for (int octet = 0; octet < 256; ++octet) {
      if (!live.test(classes[static_cast<std::size_t>(octet)])) continue;
      if (only >= 0) return prefix;
      only = octet;
    }
    if (only < 0) return prefix;
    prefix.push_back(static_cast<char>(only));
    state = next[state * std::size_t{dfa.class_count} + classes[static_cast<std::size_t>(only)]];
  }
  return prefix;
}

std::uint32_t ResidueOf(const TableView& table, const RouteRecord& route) {
  std::uint32_t residue = 0;
  if (route.fields.count > 0) residue |= kResidueFields;
  if (route.clients.count > 0) residue |= kResidueClients;
  if (route.listeners != ~std::uint64_t{0}) residue |= kResidueListeners;
  for (const PathRecord& path : TableView::Slice(table.paths(), route.paths)) {
    if (path.dfa != kNoIndex) residue |= kResiduePath;
  }
  std::uint32_t methods = route.methods.count > 0 ? 0 : kAllMethods;
  for (StringRef method : TableView::Slice(table.strings(), route.methods)) {
    methods |= MethodBit(table.text(method));
  }
  return residue | methods << kMethodShift;
}

std::vector<Placement> PlacementsOf(const TableView& table, const RouteRecord& route,
                                    std::vector<std::string>& prefixes) {
  prefixes.clear();
  prefixes.reserve(route.paths.count);  // views into its strings must stay
  std::vector<Placement> paths;
  for (const PathRecord& path : TableView::Slice(table.paths(), route.paths)) {
    PlacePath(table, path, paths.emplace_back(), prefixes);
  }
  if (paths.empty()) paths.emplace_back().rest = true;
  if (route.hosts.count == 0) return paths;
  std::vector<Placement> all;
  for (const HostRecord& host : TableView::Slice(table.hosts(), route.hosts)) {
    for (Placement placement : paths) {
      placement.root_parent = host.kind == HostKind::kExact ? kParentExactHost : kParentSuffixHost;
      placement.host = table.text(host.name);
      all.push_back(std::move(placement));
    }
  }
  return all;
}

}  // namespace weir::runtime
