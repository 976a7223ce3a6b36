#include "runtime/decide/match.h"

#include "runtime/decide/parameter.h"
#include "runtime/decide/text.h"
#include "runtime/request/address.h"

namespace weir::runtime {
namespace {

// Takes the next segment off a path of which the leading slash is gone.
class Segments {
 public:
  explicit Segments(std::string_view path) : rest_(path.substr(1)) {}
  bool Next(std::string_view& segment) {
    if (done_) return false;
    const std::size_t slash = rest_.find('/');
    segment = rest_.substr(0, slash);
    done_ = slash == std::string_view::npos;
    if (!done_) rest_.remove_prefix(slash + 1);
    return true;
  }
  bool done() const { return done_; }

 private:
  std::string_view rest_;
  bool done_ = false;
};

bool PassesTest(const TableView& table, const FieldMatchRecord& field, const Text& value) {
  switch (field.test) {
    case FieldTest::kPresent:
      return true;
    case FieldTest::kOneOf:
      for (StringRef wanted : TableView::Slice(table.strings(), field.values)) {
        if (Equals(value, table.text(wanted))) return true;
      }
      return false;
    case FieldTest::kPrefix:
      return StartsWith(value, table.string(field.values.first));
    case FieldTest::kRegex:
      return Accepts(table, table.dfas()[field.dfa], value);
  }
  return false;
}

}  // namespace

bool MatchesHost(const TableView& table, const HostRecord& host, std::string_view name) {
  const std::string_view wanted = table.text(host.name);
  if (host.kind == HostKind::kExact) return name == wanted;
  return name.size() > wanted.size() + 1 && name.ends_with(wanted) &&
         name[name.size() - wanted.size() - 1] == '.';
}

bool MatchesPath(const TableView& table, const PathRecord& path, std::string_view text) {
  if (path.dfa != kNoIndex) return Accepts(table, table.dfas()[path.dfa], {text});
  if (!text.starts_with('/')) return false;
  Segments segments(text);
  for (const SegmentRecord& wanted : TableView::Slice(table.segments(), path.segments)) {
    std::string_view segment;
    if (!segments.Next(segment)) return false;
    if (wanted.kind == SegmentKind::kWildcard ? segment.empty()
                                              : segment != table.text(wanted.literal)) {
      return false;
    }
  }
  return path.rest != 0 || segments.done();
}

bool MatchesField(const TableView& table, const FieldMatchRecord& field,
                  const CanonicalRequest& request) {
  const std::string_view name = table.text(field.name);
  bool passes = false;
  switch (field.source) {
    case FieldSource::kHeader: {
      const Header* header = request.Find(name);
      passes = header && PassesTest(table, field, {header->value});
      break;
    }
    case FieldSource::kQuery: {
      const auto value = FindParameter(request.query, name);
      passes = value && PassesTest(table, field, *value);
      break;
    }
  }
  return passes != (field.negated != 0);
}

bool InNetworks(const TableView& table, Range networks, const Address& address) {
  for (const NetworkRecord& network : TableView::Slice(table.networks(), networks)) {
    if (SamePrefix(network.base, address, network.prefix)) return true;
  }
  return false;
}

bool MatchesHosts(const TableView& table, const RouteRecord& route,
                  const CanonicalRequest& request) {
  for (const HostRecord& host : TableView::Slice(table.hosts(), route.hosts)) {
    if (MatchesHost(table, host, request.host)) return true;
  }
  return route.hosts.count == 0;
}

bool MatchesPaths(const TableView& table, const RouteRecord& route,
                  const CanonicalRequest& request) {
  for (const PathRecord& path : TableView::Slice(table.paths(), route.paths)) {
    if (MatchesPath(table, path, request.path)) return true;
  }
  return route.paths.count == 0;
}

bool MatchesMethods(const TableView& table, const RouteRecord& route, std::string_view method) {
  for (StringRef wanted : TableView::Slice(table.strings(), route.methods)) {
    if (table.text(wanted) == method) return true;
  }
  return route.methods.count == 0;
}

bool MatchesFields(const TableView& table, const RouteRecord& route,
                   const CanonicalRequest& request) {
  for (const FieldMatchRecord& field : TableView::Slice(table.field_matches(), route.fields)) {
    if (!MatchesField(table, field, request)) return false;
  }
  return true;
}

bool MatchesClients(const TableView& table, const RouteRecord& route,
                    const CanonicalRequest& request) {
  return route.clients.count == 0 || InNetworks(table, route.clients, request.client);
}

bool MatchesListener(const RouteRecord& route, const CanonicalRequest& request) {
  return request.listener < 64 && (route.listeners >> request.listener & 1) != 0;
}

std::string_view CaptureOf(const TableView& table, const RouteRecord& route, std::string_view path,
                           std::string_view name) {
  for (const PathRecord& pattern : TableView::Slice(table.paths(), route.paths)) {
    if (!MatchesPath(table, pattern, path)) continue;
    if (pattern.dfa != kNoIndex) return {};
    Segments segments(path);
    for (const SegmentRecord& wanted : TableView::Slice(table.segments(), pattern.segments)) {
      std::string_view segment;
      segments.Next(segment);
      if (wanted.kind == SegmentKind::kWildcard && table.text(wanted.capture) == name &&
          !name.empty()) {
        return segment;
      }
    }
    return {};
  }
  return {};
}

}  // namespace weir::runtime
