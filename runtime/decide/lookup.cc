#include "runtime/decide/lookup.h"

#include "runtime/decide/match.h"

namespace weir::runtime {
namespace {

// The row of a route spans five lines of the cache, and a decision reads most of
// them: ask for all at once.
void Prefetch(const RouteRecord& route) {
  const char* const octets = reinterpret_cast<const char*>(&route);
  for (std::size_t i = 0; i < sizeof route; i += 64) __builtin_prefetch(octets + i);
}

}  // namespace

bool ResidueHolds(const TableView& table, const CanonicalRequest& request,
                  const IndexCandidate& candidate) {
  constexpr std::uint32_t kAny = (1u << kMethodShift) - 1;
  if ((candidate.residue & kAny) == 0) return true;  // the row need not be read
  const RouteRecord& route = table.routes()[candidate.route];
  if ((candidate.residue & kResidueListeners) && !MatchesListener(route, request)) return false;
  if ((candidate.residue & kResiduePath) && !MatchesPaths(table, route, request)) return false;
  if ((candidate.residue & kResidueClients) && !MatchesClients(table, route, request)) return false;
  return !(candidate.residue & kResidueFields) || MatchesFields(table, route, request);
}

Index FindRoute(const TableView& table, const CanonicalRequest& request, std::string_view method) {
  const std::uint32_t bit = MethodBit(method);
  Index best = kNoIndex;
  VisitCandidates(table, request.host, request.path, [&](std::span<const IndexCandidate> list) {
    for (const IndexCandidate& candidate : list) {
      if (candidate.route >= best) return;
      if ((candidate.residue >> kMethodShift & bit) == 0) continue;
      if (bit == kOtherMethod && !MatchesMethods(table, table.routes()[candidate.route], method)) {
        continue;
      }
      if (!ResidueHolds(table, request, candidate)) continue;
      best = candidate.route;
      Prefetch(table.routes()[best]);
      return;
    }
  });
  return best;
}

}  // namespace weir::runtime
