// Which route a request takes: the index gives candidates, the rest of a
// route's match decides. Looks at no more lists than the tree has on the
// request's path, and at no candidate behind the best one found.
#ifndef WEIR_RUNTIME_DECIDE_LOOKUP_H_
#define WEIR_RUNTIME_DECIDE_LOOKUP_H_

#include <cstdint>
#include <string_view>

#include "runtime/request/request.h"
#include "runtime/table/index.h"
#include "runtime/table/table.h"

namespace weir::runtime {

// The first route in written order that matches the request, were its method
// `method`; kNoIndex when none does.
Index FindRoute(const TableView& table, const CanonicalRequest& request, std::string_view method);

// Calls `visit(route)` for every route that matches all but the method, in no
// particular order, perhaps more than once.
template <class Visit>
void VisitMethodBlind(const TableView& table, const CanonicalRequest& request, Visit visit);

// Calls `visit(list)` for every list of candidates for the host and path.
template <class Visit>
void VisitCandidates(const TableView& table, std::string_view host, std::string_view path,
                     Visit visit);

// Whether all but host, path pattern and method holds.
bool ResidueHolds(const TableView& table, const CanonicalRequest& request,
                  const IndexCandidate& candidate);

// ---- implementation ----

namespace internal {

// Walks the tree below one root. A step always goes to a child, and the tree is
// no deeper than kMaxIndexDepth, so the stack of wildcards put off is bounded.
template <class Visit>
void VisitBelow(const IndexView& index, std::uint32_t root, std::string_view path, Visit& visit) {
  struct Frame {
    std::uint32_t node;
    std::uint32_t at;  // where the next segment begins; behind the path: none is left
  };
  Frame later[kMaxIndexDepth + 1];
  std::size_t later_count = 0;
  const auto end = static_cast<std::uint32_t>(path.size()) + 1;
  later[later_count++] = {root, 1};
  while (later_count > 0) {
    Frame frame = later[--later_count];
    while (frame.node != kNoIndex) {
      const IndexNode node = index.node(frame.node);
      if (node.rest_count() > 0) visit(node.rests());
      if (frame.at == end) {
        if (node.end_count() > 0) visit(node.ends());
        break;
      }
      const std::size_t slash = path.find('/', frame.at);
      const bool last = slash == std::string_view::npos;
      const std::string_view segment =
          path.substr(frame.at, last ? std::string_view::npos : slash - frame.at);
      const std::uint32_t next = last ? end : static_cast<std::uint32_t>(slash) + 1;
      const std::uint32_t wildcard = segment.empty() ? kNoIndex : node.wildcard_child();
      const std::uint32_t literal = index.Child(frame.node, segment);
      if (literal != kNoIndex && wildcard != kNoIndex) later[later_count++] = {wildcard, next};
      frame = {literal != kNoIndex ? literal : wildcard, next};
    }
  }
}

}  // namespace internal

template <class Visit>
void VisitCandidates(const TableView& table, std::string_view host, std::string_view path,
                     Visit visit) {
  if (!path.starts_with('/') || path.size() >= 0x7fffffff) return;
  const IndexView index(table.index_words());
  internal::VisitBelow(index, index.Root(kParentExactHost, host), path, visit);
  if (index.has_suffix()) {
    for (std::size_t dot = host.find('.'); dot != std::string_view::npos;
         dot = host.find('.', dot + 1)) {
      if (dot == 0) continue;
      internal::VisitBelow(index, index.Root(kParentSuffixHost, host.substr(dot + 1)), path, visit);
    }
  }
  internal::VisitBelow(index, index.any_root(), path, visit);
}

template <class Visit>
void VisitMethodBlind(const TableView& table, const CanonicalRequest& request, Visit visit) {
  VisitCandidates(table, request.host, request.path, [&](std::span<const IndexCandidate> list) {
    for (const IndexCandidate& candidate : list) {
      if (ResidueHolds(table, request, candidate)) visit(candidate.route);
    }
  });
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_LOOKUP_H_
