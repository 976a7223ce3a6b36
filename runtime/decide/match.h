// Whether one part of a route's match holds for a request (spec/rules/match.md).
#ifndef WEIR_RUNTIME_DECIDE_MATCH_H_
#define WEIR_RUNTIME_DECIDE_MATCH_H_

#include <string_view>

#include "runtime/request/request.h"
#include "runtime/table/table.h"

namespace weir::runtime {

bool MatchesHost(const TableView& table, const HostRecord& host, std::string_view name);
bool MatchesPath(const TableView& table, const PathRecord& path, std::string_view text);
bool MatchesField(const TableView& table, const FieldMatchRecord& field,
                  const CanonicalRequest& request);
bool InNetworks(const TableView& table, Range networks, const Address& address);

// The parts of a route's match; an empty list matches everything.
bool MatchesHosts(const TableView& table, const RouteRecord& route,
                  const CanonicalRequest& request);
bool MatchesPaths(const TableView& table, const RouteRecord& route,
                  const CanonicalRequest& request);
bool MatchesMethods(const TableView& table, const RouteRecord& route, std::string_view method);
bool MatchesFields(const TableView& table, const RouteRecord& route,
                   const CanonicalRequest& request);
bool MatchesClients(const TableView& table, const RouteRecord& route,
                    const CanonicalRequest& request);
bool MatchesListener(const RouteRecord& route, const CanonicalRequest& request);

// The segment that {name} matched in the first path of the route that matches;
// data() is null when there is none.
std::string_view CaptureOf(const TableView& table, const RouteRecord& route, std::string_view path,
                           std::string_view name);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_MATCH_H_
