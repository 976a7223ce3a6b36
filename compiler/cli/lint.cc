// `weir lint`: every check over policies (spec/checks has a page for each rule).
//
// A policy that cannot be read, parsed or resolved has its diagnostics on
// stderr in every format, and exits with 2: there is nothing to check.
#include <algorithm>
#include <limits>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/cli/commands.h"
#include "compiler/cli/last_resort.h"
#include "compiler/cli/output.h"
#include "compiler/cli/steps.h"
#include "compiler/report/report.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

using compiler::Count;
using dsl::Severity;

struct Options {
  std::vector<std::string> files;
  std::string format = "text";
  std::string fail_on = "warning";
  std::string explain;
  bool rules = false;
  bool all = false;
};

// RULE  SEVERITY  what it is about; a line each.
std::string RuleList() {
  std::size_t width = 0;
  for (const auto& check : compiler::kChecks) width = std::max(width, check.rule.size());
  std::string text;
  for (const auto& check : compiler::kChecks) {
    std::string severity = compiler::SeverityName(check.worst);
    severity.resize(9, ' ');
    text += std::string(check.rule) + std::string(width + 2 - check.rule.size(), ' ') + severity +
            compiler::RuleSummary(check.rule) + "\n";
  }
  return text;
}

int Explain(const std::string& rule) {
  const auto page = compiler::RulePage(rule);
  if (page) return Print(*page) ? kFine : kBadCall;
  std::string known;
  for (const auto& check : compiler::kChecks) {
    known += (known.empty() ? "" : ", ") + std::string(check.rule);
  }
  Complain("there is no rule '" + rule + "'; there are: " + known);
  return kBadCall;
}

std::string Shown(const compiler::Report& report, const std::string& format) {
  if (format == "json") return compiler::AsJson(report);
  if (format == "sarif") return compiler::AsSarif(report);
  if (format == "junit") return compiler::AsJunit(report);
  if (format == "github") return compiler::AsGithub(report);
  return compiler::AsText(report, Colored(stdout));
}

int StatusOf(const compiler::Report& report, const std::string& fail_on) {
  std::size_t findings = Count(report, Severity::kError);
  if (fail_on != "error") findings += Count(report, Severity::kWarning);
  if (fail_on == "note") findings += Count(report, Severity::kNote);
  if (findings > 0) return kFindings;
  return compiler::CountUnknown(report) > 0 ? kUndecided : kFine;
}

int Lint(const Options& options) {
  if (options.rules) return Print(RuleList()) ? kFine : kBadCall;
  if (!options.explain.empty()) return Explain(options.explain);
  if (options.files.empty()) {
    Complain("lint: name a policy file, or a rule with --explain");
    return kBadCall;
  }
  std::list<dsl::LoadResult> loaded;  // the report points into their sources
  compiler::Report report;
  bool broken = false;
  compiler::RunOptions checks;
  if (options.all) checks.most_notes = std::numeric_limits<std::size_t>::max();
  Progress progress("checking");
  for (const std::string& file : options.files) {
    progress.Update(report.size(), options.files.size());
    const dsl::LoadResult& each = loaded.emplace_back(dsl::Load(file));
    cli::Report(each.diagnostics, each.sources);
    broken = broken || !each.policy;
    if (!each.policy) continue;
    report.push_back(
        {&each.sources, compiler::RunChecks(*each.policy, each.allow_comments, checks)});
  }
  if (broken) return kBadCall;
  return Print(Shown(report, options.format)) ? StatusOf(report, options.fail_on) : kBadCall;
}

}  // namespace

int LintStep(const dsl::LoadResult& loaded) {
  compiler::Report report;
  report.push_back({&loaded.sources, compiler::RunChecks(*loaded.policy, loaded.allow_comments)});
  const bool silent = report[0].result.findings.empty() && report[0].result.unknown.empty();
  if (!silent && !Print(Shown(report, "text"))) return kBadCall;
  return StatusOf(report, "warning");
}

command_line::Command LintCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "lint",
          .summary = "Check policies: what no request can have meant",
          .options = {{"FILE", "The policy files", &options->files},
                      {"--format",
                       "How findings are shown",
                       &options->format,
                       {.choices = {"text", "json", "sarif", "junit", "github"}}},
                      {"--fail-on",
                       "Exit with 1 from this severity on",
                       &options->fail_on,
                       {.choices = {"error", "warning", "note"}}},
                      {"--explain", "Print the page of a rule", &options->explain},
                      {"--all", "Show every note, not the first 20 of a rule", &options->all},
                      {"--rules", "List the rules, each with its worst severity", &options->rules}},
          .run = [options] { return WithinMemory([&] { return Lint(*options); }); },
          .footer = [] { return "Rules:\n" + RuleList(); }};
}

}  // namespace weir::cli
