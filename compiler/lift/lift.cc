#include "compiler/lift/lift.h"

#include <cstring>

#include "compiler/lift/lifting.h"
#include "compiler/lower/lower.h"

namespace weir::compiler {
namespace {

// Of all that a table is: its records, texts, automata and index.
bool SameTables(const runtime::Table& a, const runtime::Table& b) {
  const auto same = [](const auto& ours, const auto& theirs) {
    return ours.size() == theirs.size() &&
           (ours.empty() || std::memcmp(ours.data(), theirs.data(), ours.size_bytes()) == 0);
  };
#define WEIR_SAME_SECTION(tag, name, type, version) \
  if (!same(a.name(), b.name())) return false;
  WEIR_TABLE_SECTIONS(WEIR_SAME_SECTION)
#undef WEIR_SAME_SECTION
  return a.source_hash() == b.source_hash();
}

bool GivesTheTable(const Lifted& lifted, const runtime::Table& table) {
  const auto octets = Lower(lifted.policy, &lifted.sources, 0);
  if (!octets) return false;
  const auto again = runtime::Table::LoadOctets(*octets);
  return again && SameTables(table, **again);
}

}  // namespace

std::expected<Lifted, std::string> Lift(const runtime::Table& table) {
  Lifting lifting(table);
  Lifted lifted;
  syntax::Policy& policy = lifted.policy;
  policy.source_hash = table.source_hash();
  policy.services = lifting.LiftServices();
  for (const auto& record : table.jwts()) policy.jwts.push_back(lifting.LiftJwt(record));
  for (const auto& record : table.api_key_sets()) {
    policy.api_keys.push_back(lifting.LiftApiKeys(record));
  }
  for (const auto& record : table.limits()) policy.limits.push_back(lifting.LiftLimit(record));
  for (const auto& record : table.cors()) policy.cors.push_back(lifting.LiftCors(record));
  for (const auto& record : table.retries()) policy.retries.push_back(lifting.LiftRetry(record));
  for (const auto& record : table.breakers()) {
    policy.breakers.push_back(lifting.LiftBreaker(record));
  }
  policy.gateways.push_back(lifting.LiftGateway());
  for (const std::string& name : lifting.called) {
    syntax::Service service;
    service.name = name;
    policy.services.push_back(std::move(service));
  }
  if (!lifting.error.empty()) return std::unexpected(lifting.error);
  if (!lifting.places.Finish(policy, lifted.sources)) {
    return std::unexpected("the places of its rows are those of no policy");
  }
  if (!GivesTheTable(lifted, table)) {
    return std::unexpected(
        "read back and compiled again it comes to another table: another version compiled it");
  }
  return lifted;
}

std::vector<std::string> Lifting::Strings(runtime::Range range) const {
  std::vector<std::string> strings;
  for (const runtime::StringRef text : runtime::TableView::Slice(table.strings(), range)) {
    strings.push_back(Text(text));
  }
  return strings;
}

std::vector<std::string> SplitNames(std::string_view joined) {
  std::vector<std::string> names;
  while (!joined.empty()) {
    const std::size_t end = joined.find(", ");
    names.emplace_back(joined.substr(0, end));
    joined.remove_prefix(end == std::string_view::npos ? joined.size() : end + 2);
  }
  return names;
}

}  // namespace weir::compiler
