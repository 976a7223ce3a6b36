// `weir test`: plays every example of a policy (spec/test.md).
#include <nlohmann/json.hpp>

#include <memory>
#include <string>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "compiler/cli/steps.h"
#include "compiler/examples/examples.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

using nlohmann::json;

struct Options {
  std::string file;
  std::string format = "text";
};

struct Place {
  std::string file;
  std::uint32_t line = 0;
};

Place PlaceOf(const dsl::LoadResult& loaded, syntax::NodeId node) {
  const auto& origins = loaded.policy->origins;
  if (node >= origins.size() || origins[node].file >= loaded.sources.file_count()) return {};
  return {loaded.sources.name(origins[node].file), loaded.sources.Begin(origins[node]).line};
}

std::string Text(const Place& place) { return place.file + ":" + std::to_string(place.line); }

std::string Label(const compiler::ExampleResult& result) {
  const syntax::Example& example = *result.example;
  return example.name.empty() ? example.request.method + " " + example.request.url : example.name;
}

std::string AsText(const dsl::LoadResult& loaded, const compiler::ExampleReport& report) {
  std::string text;
  for (const auto& result : report.results) {
    const bool passed = result.differences.empty();
    text += (passed ? "pass  " : "FAIL  ") + Label(result) + "\n";
    if (passed) continue;
    text += "      " + Text(PlaceOf(loaded, result.example->node)) + "\n";
    text += "      expected " + compiler::InWords(*loaded.policy, result.example->outcome) + "\n";
    text += "      decided  " + compiler::InWords(*loaded.policy, result.gateway, result.outcome) +
            "\n";
    for (const std::string& difference : result.differences) text += "      " + difference + "\n";
  }
  for (const auto& unreached : report.unreached) {
    const bool route = unreached.kind == compiler::Unreached::Kind::kRoute;
    text += "note  no example reaches " + std::string(route ? "route " : "") + "'" +
            unreached.name + "' (" + Text(PlaceOf(loaded, unreached.node)) + ")\n";
  }
  const std::size_t failed = report.failed();
  return text + std::to_string(report.results.size() - failed) + " passed, " +
         std::to_string(failed) + " failed, " + std::to_string(report.unreached.size()) +
         " not reached\n";
}

json ExampleJson(const dsl::LoadResult& loaded, const compiler::ExampleResult& result) {
  const Place place = PlaceOf(loaded, result.example->node);
  const model::Outcome& outcome = result.outcome;
  const syntax::Gateway& gateway = loaded.policy->gateways[result.gateway];
  json decided = {{"outcome", compiler::InWords(*loaded.policy, result.gateway, outcome)},
                  {"reason", outcome.reason}};
  if (outcome.kind == model::Outcome::Kind::kAnswer) decided["status"] = outcome.status;
  if (outcome.route) decided["route"] = gateway.routes[*outcome.route].name;
  if (outcome.kind == model::Outcome::Kind::kForward) {
    decided["path"] = outcome.upstream_path;
    decided["services"] = json::array();
    for (std::uint32_t service : outcome.services) {
      decided["services"].push_back(loaded.policy->services[service].name);
    }
  }
  return {{"name", Label(result)},
          {"file", place.file},
          {"line", place.line},
          {"gateway", gateway.name},
          {"passed", result.differences.empty()},
          {"expected", compiler::InWords(*loaded.policy, result.example->outcome)},
          {"decided", decided},
          {"differences", result.differences}};
}

json UnreachedJson(const dsl::LoadResult& loaded, const compiler::Unreached& unreached) {
  const Place place = PlaceOf(loaded, unreached.node);
  const bool route = unreached.kind == compiler::Unreached::Kind::kRoute;
  return {{"kind", route ? "route" : "rule"},
          {"name", unreached.name},
          {"file", place.file},
          {"line", place.line}};
}

std::string AsJson(const dsl::LoadResult& loaded, const compiler::ExampleReport& report) {
  json examples = json::array();
  for (const auto& result : report.results) examples.push_back(ExampleJson(loaded, result));
  json unreached = json::array();
  for (const auto& one : report.unreached) unreached.push_back(UnreachedJson(loaded, one));
  const json whole = {{"version", 1},
                      {"examples", examples},
                      {"unreached", unreached},
                      {"summary",
                       {{"passed", report.results.size() - report.failed()},
                        {"failed", report.failed()},
                        {"unreached", report.unreached.size()}}}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int RunTest(const Options& options) {
  const dsl::LoadResult loaded = dsl::Load(options.file);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return kBadCall;
  const auto report = compiler::RunExamples(*loaded.policy, &loaded.sources);
  if (!report) {
    Report(report.error(), loaded.sources);
    return kBadCall;
  }
  const bool printed =
      Print(options.format == "json" ? AsJson(loaded, *report) : AsText(loaded, *report));
  if (!printed) return kBadCall;
  return report->failed() > 0 ? kFindings : kFine;
}

}  // namespace

int TestStep(const dsl::LoadResult& loaded) {
  const auto report = compiler::RunExamples(*loaded.policy, &loaded.sources);
  if (!report) {
    Report(report.error(), loaded.sources);
    return kBadCall;
  }
  if (report->failed() == 0) return kFine;
  return Print(AsText(loaded, *report)) ? kFindings : kBadCall;
}

command_line::Command TestCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "test",
          .summary = "Play every example of a policy",
          .options = {{"FILE", "The policy file", &options->file, {.required = true}},
                      {"--format",
                       "How results are shown",
                       &options->format,
                       {.choices = {"text", "json"}}}},
          .run = [options] { return RunTest(*options); }};
}

}  // namespace weir::cli
