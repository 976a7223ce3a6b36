#include "compiler/examples/examples.h"

#include <algorithm>
#include <optional>
#include <set>

#include "compiler/examples/request.h"
#include "compiler/lower/lower.h"
#include "compiler/replay/replay.h"

namespace weir::compiler {
namespace {

using syntax::ExampleOutcome;

ExampleOutcome::Kind KindOf(const model::Outcome& outcome) {
  if (outcome.kind == model::Outcome::Kind::kForward) return ExampleOutcome::Kind::kForward;
  return outcome.reason == "redirect" ? ExampleOutcome::Kind::kRedirect
                                      : ExampleOutcome::Kind::kRespond;
}

// The path of an absolute URL, without its query.
std::string PathOf(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t begin = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  if (begin == std::string::npos) return "/";
  return url.substr(begin, url.find('?', begin) - begin);
}

std::string PathOf(const model::Outcome& outcome) {
  for (const auto& [name, value] : outcome.response_fields) {
    if (name == "location") return PathOf(value);
  }
  return outcome.upstream_path;
}

std::vector<std::string> Differences(const syntax::Policy& policy, std::uint32_t gateway,
                                     const ExampleOutcome& wanted, const model::Outcome& got) {
  std::vector<std::string> differences;
  if (KindOf(got) != wanted.kind) return {"it is " + InWords(policy, gateway, got)};
  const auto differs = [&](const char* what, const std::string& is, const std::string& expected) {
    if (is != expected) {
      differences.push_back(std::string("the ") + what + " is " + is + ", not " + expected);
    }
  };
  if (wanted.status) differs("status", std::to_string(got.status), std::to_string(*wanted.status));
  if (wanted.service && std::ranges::count(got.services, wanted.service->index) == 0) {
    differs("service", InWords(policy, gateway, got), policy[*wanted.service].name);
  }
  if (wanted.route) {
    const auto& routes = policy.gateways[gateway].routes;
    differs("route", got.route ? routes[*got.route].name : "none", *wanted.route);
  }
  if (wanted.path) differs("path", "\"" + PathOf(got) + "\"", "\"" + *wanted.path + "\"");
  return differences;
}

// One gateway's table, lowered when the first example needs it.
class Tables {
 public:
  Tables(const syntax::Policy& policy, const dsl::SourceMap* sources)
      : policy_(policy), sources_(sources), tables_(policy.gateways.size()) {}

  std::expected<const TableReplay*, std::vector<dsl::Diagnostic>> Of(std::uint32_t gateway) {
    if (!tables_[gateway]) {
      auto octets = Lower(policy_, sources_, gateway);
      if (!octets) return std::unexpected(std::move(octets.error()));
      auto table = runtime::Table::LoadOctets(std::move(*octets));
      if (!table) {
        return std::unexpected(std::vector<dsl::Diagnostic>{
            {.rule = "table", .message = "the table is refused: " + table.error()}});
      }
      tables_[gateway].emplace(policy_, gateway, *table);
    }
    return &*tables_[gateway];
  }

 private:
  const syntax::Policy& policy_;
  const dsl::SourceMap* sources_;
  std::vector<std::optional<TableReplay>> tables_;
};

class Coverage {
 public:
  void Add(std::uint32_t gateway, const model::Outcome& outcome, const model::Trace& trace) {
    if (outcome.route) routes_.emplace(gateway, *outcome.route);
    rules_.insert(trace.rules.begin(), trace.rules.end());
  }

  std::vector<Unreached> Missing(const syntax::Policy& policy,
                                 const dsl::SourceMap* sources) const {
    std::vector<Unreached> missing;
    const auto rules = [&](const std::vector<syntax::Rule>& scope, std::uint32_t gateway) {
      for (const syntax::Rule& rule : scope) {
        if (rules_.contains(rule.node)) continue;
        missing.push_back(
            {Unreached::Kind::kRule, TextOf(policy, sources, rule), rule.node, gateway});
      }
    };
    for (std::uint32_t g = 0; g < policy.gateways.size(); ++g) {
      const syntax::Gateway& gateway = policy.gateways[g];
      rules(gateway.rules, g);
      for (std::uint32_t r = 0; r < gateway.routes.size(); ++r) {
        const syntax::Route& route = gateway.routes[r];
        if (!routes_.contains({g, r})) {
          missing.push_back({Unreached::Kind::kRoute, route.name, route.node, g});
        }
        rules(route.rules, g);
      }
    }
    for (const syntax::Service& service : policy.services) rules(service.rules, 0);
    return missing;
  }

 private:
  // The line that it begins on, with single spaces.
  static std::string TextOf(const syntax::Policy& policy, const dsl::SourceMap* sources,
                            const syntax::Rule& rule) {
    std::string text;
    if (sources && rule.node < policy.origins.size()) {
      const syntax::Origin& origin = policy.origins[rule.node];
      for (char c : sources->Line(origin.file, sources->Begin(origin).line)) {
        const bool space = c == ' ' || c == '\t' || c == '\r';
        if (!space) text += c;
        if (space && !text.empty() && text.back() != ' ') text += ' ';
      }
    }
    return text.empty() ? (rule.allow ? "allow" : "deny") : text;
  }

  std::set<std::pair<std::uint32_t, std::uint32_t>> routes_;
  std::set<syntax::NodeId> rules_;
};

}  // namespace

std::size_t ExampleReport::failed() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(results, [](const auto& r) { return !r.differences.empty(); }));
}

std::expected<ExampleReport, std::vector<dsl::Diagnostic>> RunExamples(
    const syntax::Policy& policy, const dsl::SourceMap* sources) {
  ExampleReport report;
  Tables tables(policy, sources);
  Coverage coverage;
  for (const syntax::Example& example : policy.examples) {
    const ExampleCase played = CaseOf(policy, example);
    const auto table = tables.Of(played.gateway);
    if (!table) return std::unexpected(table.error());
    model::Trace trace;
    ExampleResult result{.example = &example, .gateway = played.gateway};
    result.outcome =
        model::Decide(policy, played.gateway, played.raw, played.connection, played.world, &trace);
    result.differences = Differences(policy, played.gateway, example.outcome, result.outcome);
    const model::Outcome by_table = (*table)->Run(played.raw, played.connection, played.world);
    if (by_table != result.outcome) {
      result.differences.push_back(
          "the compiled table decides otherwise, which is a mistake of "
          "this program: " +
          InWords(policy, played.gateway, by_table));
    }
    coverage.Add(played.gateway, result.outcome, trace);
    report.results.push_back(std::move(result));
  }
  report.unreached = coverage.Missing(policy, sources);
  return report;
}

}  // namespace weir::compiler
