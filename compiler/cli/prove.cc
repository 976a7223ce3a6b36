// `weir prove`: every claim of a policy, and table = source (spec/prove.md).
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/checks/amplification.h"
#include "compiler/checks/load_claim.h"
#include "compiler/cli/commands.h"
#include "compiler/cli/last_resort.h"
#include "compiler/cli/output.h"
#include "compiler/cli/show_witness.h"
#include "compiler/cli/steps.h"
#include "compiler/encode/equivalence.h"
#include "compiler/encode/prove.h"
#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

using compiler::Witness;
using nlohmann::json;

struct Options {
  std::string file;
  std::string format = "text";
};

// One line of the report, whatever it is about.
struct Entry {
  enum class Kind { kProved, kRefuted, kUnknown };
  Kind kind = Kind::kUnknown;
  bool table = false;
  std::string name;     // of the proof
  std::string gateway;  // empty: about the whole policy
  std::string file;
  std::uint32_t line = 0;
  std::string detail;  // note, reason, or how it is refuted
  std::string route;
  std::vector<std::string> services;
  std::optional<Witness> witness;
  std::vector<compiler::Hop> path;  // of a bound that does not hold
  std::uint64_t factor = 0;
  std::vector<std::string> assumptions;  // of a bound
  double milliseconds = 0;
};

constexpr std::string_view kKindNames[] = {"proved", "refuted", "unknown"};

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

Entry About(const dsl::LoadResult& loaded, std::uint32_t proof) {
  Entry entry;
  const syntax::Proof& statement = loaded.policy->proofs[proof];
  entry.name = statement.name;
  const auto& origins = loaded.policy->origins;
  if (statement.node < origins.size() &&
      origins[statement.node].file < loaded.sources.file_count()) {
    entry.file = loaded.sources.name(origins[statement.node].file);
    entry.line = loaded.sources.Begin(origins[statement.node]).line;
  }
  return entry;
}

Entry OfClaim(const dsl::LoadResult& loaded, const compiler::ClaimVerdict& verdict) {
  Entry entry = About(loaded, verdict.proof);
  entry.gateway = loaded.policy->gateways[verdict.gateway].name;
  entry.milliseconds = verdict.milliseconds;
  if (const auto* proved = std::get_if<smt::Proved>(&verdict.verdict)) {
    entry.kind = Entry::Kind::kProved;
    entry.detail = proved->note;
  } else if (const auto* unknown = std::get_if<smt::Unknown>(&verdict.verdict)) {
    entry.detail = unknown->reason;
  } else {
    const auto& example = std::get<smt::Refuted<compiler::Counterexample>>(verdict.verdict).witness;
    entry.kind = Entry::Kind::kRefuted;
    entry.route = example.route_name;
    entry.services = example.services;
    entry.witness = example.witness;
    entry.detail = "route " + example.route_name + " forwards this to " + Listed(example.services);
  }
  return entry;
}

// The table as it would be served: lowered, then loaded from its octets.
std::shared_ptr<const runtime::Table> Compiled(const dsl::LoadResult& loaded, std::uint32_t gateway,
                                               std::string& problem) {
  const auto octets = compiler::Lower(*loaded.policy, &loaded.sources, gateway);
  if (!octets) {
    problem = octets.error().empty() ? "it cannot be compiled" : octets.error()[0].message;
    return nullptr;
  }
  auto table = runtime::Table::LoadOctets(*octets);
  if (table) return *table;
  problem = table.error();
  return nullptr;
}

Entry OfTable(const dsl::LoadResult& loaded, std::uint32_t gateway,
              const std::shared_ptr<const runtime::Table>& table, const std::string& problem) {
  Entry entry;
  entry.table = true;
  entry.gateway = loaded.policy->gateways[gateway].name;
  if (table == nullptr) {
    entry.detail = problem;
    return entry;
  }
  const auto start = std::chrono::steady_clock::now();
  const auto verdict = compiler::ProveTable(*loaded.policy, gateway, *table);
  entry.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  if (smt::IsProved(verdict)) entry.kind = Entry::Kind::kProved;
  if (const auto* unknown = std::get_if<smt::Unknown>(&verdict)) entry.detail = unknown->reason;
  if (const auto* refuted = std::get_if<smt::Refuted<compiler::TableMismatch>>(&verdict)) {
    entry.kind = Entry::Kind::kRefuted;
    entry.detail = refuted->witness.what;
    entry.witness = refuted->witness.witness;
  }
  return entry;
}

// A bound on the call graph: no request shows it, a path of hops does.
Entry OfBound(const dsl::LoadResult& loaded, std::uint32_t proof,
              const std::vector<compiler::ServiceLoad>& loads) {
  using compiler::LoadVerdict;
  Entry entry = About(loaded, proof);
  entry.kind = Entry::Kind::kProved;
  const auto& claim = std::get<syntax::AmplificationClaim>(loaded.policy->proofs[proof].claim);
  for (const compiler::ServiceLoad& load : loads) {
    if (claim.service && claim.service->index != load.service) continue;
    const std::string& service = loaded.policy->services[load.service].name;
    const LoadVerdict verdict = compiler::Judge(load, claim);
    for (const std::string& assumption : compiler::AssumptionsOf(load, claim)) {
      if (std::ranges::find(entry.assumptions, assumption) == entry.assumptions.end())
        entry.assumptions.push_back(assumption);
    }
    if (verdict == LoadVerdict::kHolds) continue;
    if (verdict == LoadVerdict::kUnknown) {
      entry.kind = Entry::Kind::kUnknown;
      entry.detail = load.complete ? compiler::InWords(load, service) +
                                         ": what lies between these bounds is not decided"
                                   : service + ": " + load.reason;
      continue;
    }
    entry.kind = Entry::Kind::kRefuted;
    entry.factor = load.amplification;
    entry.assumptions = compiler::AssumptionsOf(load, claim);
    for (const compiler::LoadHop& hop : load.path) entry.path.push_back(hop.hop);
    entry.detail = compiler::InWords(load, service);
    break;
  }
  return entry;
}

std::vector<Entry> Prove(const dsl::LoadResult& loaded) {
  const auto count = static_cast<std::uint32_t>(loaded.policy->gateways.size());
  Progress progress("proving");
  compiler::Tables tables;
  std::vector<std::string> problems(count);
  for (std::uint32_t g = 0; g < count; ++g) {
    tables.push_back(Compiled(loaded, g, problems[g]));
  }
  std::vector<Entry> entries;
  for (const auto& verdict : compiler::ProveClaims(*loaded.policy, tables)) {
    entries.push_back(OfClaim(loaded, verdict));
  }
  const auto loads = compiler::Amplification(*loaded.policy);
  for (std::uint32_t p = 0; p < loaded.policy->proofs.size(); ++p) {
    const auto& claim = loaded.policy->proofs[p].claim;
    if (std::holds_alternative<syntax::AmplificationClaim>(claim)) {
      entries.push_back(OfBound(loaded, p, loads));
    }
  }
  for (std::uint32_t g = 0; g < count; ++g) {
    progress.Update(g, count);
    entries.push_back(OfTable(loaded, g, tables[g], problems[g]));
  }
  return entries;
}

std::size_t Count(const std::vector<Entry>& entries, Entry::Kind kind) {
  std::size_t count = 0;
  for (const Entry& entry : entries) count += entry.kind == kind;
  return count;
}

std::string AsText(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) {
    std::string label(kKindNames[static_cast<std::size_t>(entry.kind)]);
    label.resize(9, ' ');
    text += label + (entry.table ? "table = source" : "\"" + entry.name + "\"");
    if (!entry.gateway.empty()) text += " at " + entry.gateway;
    if (!entry.file.empty() && entry.kind != Entry::Kind::kProved) {
      text += " (" + entry.file + ":" + std::to_string(entry.line) + ")";
    }
    text += "\n";
    if (!entry.detail.empty()) text += "         " + entry.detail + "\n";
    if (entry.witness) text += WitnessText(*entry.witness, "           ");
    for (const compiler::Hop& hop : entry.path) {
      text += "           " + hop.hop + ": " + std::to_string(hop.tries) + "\n";
    }
    for (const std::string& assumption : entry.assumptions) {
      text += "         assumed: " + assumption + "\n";
    }
  }
  return text + std::to_string(Count(entries, Entry::Kind::kProved)) + " proved, " +
         std::to_string(Count(entries, Entry::Kind::kRefuted)) + " refuted, " +
         std::to_string(Count(entries, Entry::Kind::kUnknown)) + " unknown\n";
}

json EntryJson(const Entry& entry) {
  json one = {{"gateway", entry.gateway},
              {"verdict", kKindNames[static_cast<std::size_t>(entry.kind)]},
              {"milliseconds", entry.milliseconds}};
  if (!entry.table) {
    one["name"] = entry.name;
    one["file"] = entry.file;
    one["line"] = entry.line;
  }
  if (!entry.assumptions.empty()) one["assumptions"] = entry.assumptions;
  if (entry.kind == Entry::Kind::kUnknown) one["reason"] = entry.detail;
  if (entry.kind == Entry::Kind::kProved && !entry.detail.empty()) one["note"] = entry.detail;
  if (entry.kind == Entry::Kind::kRefuted) {
    one[entry.table ? "difference" : "message"] = entry.detail;
    if (!entry.route.empty()) one["route"] = entry.route;
    if (!entry.services.empty()) one["services"] = entry.services;
    if (entry.witness) one["witness"] = WitnessJson(*entry.witness);
    json path = json::array();
    for (const auto& hop : entry.path) path.push_back({{"hop", hop.hop}, {"tries", hop.tries}});
    if (!entry.path.empty()) {
      one["path"] = path;
      one["factor"] = entry.factor;
    }
  }
  return one;
}

std::string AsJson(const std::vector<Entry>& entries) {
  json proofs = json::array(), tables = json::array();
  for (const Entry& entry : entries) (entry.table ? tables : proofs).push_back(EntryJson(entry));
  const json whole = {{"version", 1},
                      {"proofs", proofs},
                      {"tables", tables},
                      {"summary",
                       {{"proved", Count(entries, Entry::Kind::kProved)},
                        {"refuted", Count(entries, Entry::Kind::kRefuted)},
                        {"unknown", Count(entries, Entry::Kind::kUnknown)}}}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int StatusOf(const std::vector<Entry>& entries) {
  if (Count(entries, Entry::Kind::kRefuted) > 0) return kFindings;
  return Count(entries, Entry::Kind::kUnknown) > 0 ? kUndecided : kFine;
}

int RunProve(const Options& options) {
  const dsl::LoadResult loaded = dsl::Load(options.file);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return kBadCall;
  const std::vector<Entry> entries = Prove(loaded);
  if (!Print(options.format == "json" ? AsJson(entries) : AsText(entries))) return kBadCall;
  return StatusOf(entries);
}

}  // namespace

int ProveStep(const dsl::LoadResult& loaded) {
  const std::vector<Entry> entries = Prove(loaded);
  const int status = StatusOf(entries);
  if (status != kFine && !Print(AsText(entries))) return kBadCall;
  return status;
}

command_line::Command ProveCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "prove",
          .summary = "Decide every claim for all requests, and table = source",
          .options = {{"FILE", "The policy file", &options->file, {.required = true}},
                      {"--format",
                       "How verdicts are shown",
                       &options->format,
                       {.choices = {"text", "json"}}}},
          .run = [options] { return WithinMemory([&] { return RunProve(*options); }); }};
}

}  // namespace weir::cli
