// `weir diff`: the regions of requests that two policies treat differently
// (spec/diff.md).
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "compiler/cli/show_witness.h"
#include "compiler/encode/diff.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

using compiler::DiffResult;
using compiler::Region;
using compiler::Treatment;
using nlohmann::json;

struct Options {
  std::string before;
  std::string after;
  std::string format = "text";
};

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " or ") + name;
  return text;
}

std::string InWords(const Treatment& treatment) {
  if (treatment.reason == "not-served") return "not served";
  std::string text = treatment.forwards ? "forwarded to " + Listed(treatment.services)
                                        : std::to_string(treatment.status) + " " + treatment.reason;
  if (!treatment.route.empty()) text += ", route " + treatment.route;
  return text;
}

std::string AsText(const DiffResult& result) {
  std::string text;
  for (const Region& region : result.regions) {
    std::string label(compiler::ChangeName(region.change));
    label.resize(9, ' ');
    text += label + "at " + region.gateway + ": " + InWords(region.before) + " -> " +
            InWords(region.after) + "\n";
    for (const auto& aspect : region.aspects) {
      // What the first line says already.
      if (aspect.aspect == "answer" || aspect.aspect == "forward") continue;
      if (region.before.forwards != region.after.forwards) continue;
      text += "         " + aspect.aspect + ": " +
              (aspect.before.empty() ? "none" : aspect.before) + " -> " +
              (aspect.after.empty() ? "none" : aspect.after) + "\n";
    }
    text += WitnessText(region.witness, "           ");
    if (!region.circumstance.empty()) text += "           " + region.circumstance + "\n";
  }
  for (const std::string& reason : result.unknown) text += "unknown  " + reason + "\n";
  if (result.more) text += "There are more regions than are shown.\n";
  if (text.empty()) return "No request is treated differently.\n";
  return text;
}

json TreatmentJson(const Treatment& treatment) {
  json one = {{"outcome", treatment.forwards ? "forward" : "answer"}, {"reason", treatment.reason}};
  if (treatment.reason == "not-served")
    one["outcome"] = "not-served";
  else if (!treatment.forwards)
    one["status"] = treatment.status;
  if (!treatment.route.empty()) one["route"] = treatment.route;
  if (treatment.forwards) one["services"] = treatment.services;
  return one;
}

json RegionJson(const Region& region) {
  json changes = json::array();
  for (const auto& aspect : region.aspects) {
    changes.push_back({{"aspect", aspect.aspect}, {"old", aspect.before}, {"new", aspect.after}});
  }
  json one = {{"gateway", region.gateway},
              {"class", compiler::ChangeName(region.change)},
              {"old", TreatmentJson(region.before)},
              {"new", TreatmentJson(region.after)},
              {"changes", changes},
              {"witness", WitnessJson(region.witness)}};
  if (!region.circumstance.empty()) one["circumstance"] = region.circumstance;
  return one;
}

std::string AsJson(const DiffResult& result) {
  json regions = json::array();
  for (const Region& region : result.regions) regions.push_back(RegionJson(region));
  const json whole = {{"version", 1},
                      {"same", result.regions.empty() && result.unknown.empty()},
                      {"regions", regions},
                      {"more", result.more},
                      {"unknown", result.unknown}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

int RunDiff(const Options& options) {
  const dsl::LoadResult before = dsl::Load(options.before), after = dsl::Load(options.after);
  Report(before.diagnostics, before.sources);
  Report(after.diagnostics, after.sources);
  if (!before.policy || !after.policy) return kBadCall;
  const DiffResult result = compiler::Diff(*before.policy, *after.policy);
  if (!Print(options.format == "json" ? AsJson(result) : AsText(result))) return kBadCall;
  if (!result.regions.empty()) return kFindings;
  return result.unknown.empty() ? kFine : kUndecided;
}

}  // namespace

command_line::Command DiffCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "diff",
          .summary = "Show the requests that two policies treat differently",
          .options = {{"OLD", "The old policy file", &options->before, {.required = true}},
                      {"NEW", "The new policy file", &options->after, {.required = true}},
                      {"--format",
                       "How regions are shown",
                       &options->format,
                       {.choices = {"text", "json"}}}},
          .run = [options] { return RunDiff(*options); }};
}

}  // namespace weir::cli
