// `weir diff`: the regions of requests that two policies treat differently
// (spec/diff.md).
#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/diff_places.h"
#include "compiler/cli/last_resort.h"
#include "compiler/cli/open_table.h"
#include "compiler/cli/output.h"
#include "compiler/cli/show_witness.h"
#include "compiler/encode/diff.h"
#include "compiler/lift/lift.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

using compiler::Change;
using compiler::DiffResult;
using compiler::Region;
using compiler::SettingChange;
using compiler::Shown;
using compiler::Treatment;
using nlohmann::json;

struct Options {
  std::string before;
  std::string after;
  std::string format = "text";
};

// One side: a policy as it was written, or one that was read back from a table.
struct Side {
  std::optional<syntax::Policy> policy;
  dsl::SourceMap sources;
  std::string folder;  // that the files it names are relative to
  std::shared_ptr<const runtime::Table> table;
};

struct Files {
  const Side& before;
  const Side& after;
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

std::optional<Place> PlaceIn(const Side& side, syntax::NodeId node, const std::string& setting) {
  return PlaceOf(*side.policy, side.sources, node, setting);
}

// "old a.weir:7, new b.weir:9", or nothing when neither has a place.
std::string PlacesText(const Files& files, syntax::NodeId before, syntax::NodeId after,
                       const std::string& setting) {
  std::string text;
  const auto add = [&](const char* side, const std::optional<Place>& place) {
    if (!place) return;
    text += (text.empty() ? "" : ", ") + (side + place->file) + ":" + std::to_string(place->line);
  };
  add("old ", PlaceIn(files.before, before, setting));
  add("new ", PlaceIn(files.after, after, setting));
  return text;
}

std::string SettingText(const Files& files, const SettingChange& setting) {
  const std::string places =
      PlacesText(files, setting.before_node, setting.after_node, setting.name);
  return setting.owner + ": " + setting.name + ": " + setting.before + " -> " + setting.after +
         (places.empty() ? "" : " (" + places + ")") + "\n";
}

std::string ShownText(const Shown& shown) {
  std::string text = WitnessText(shown.witness, "           ");
  if (!shown.circumstance.empty()) text += "           " + shown.circumstance + "\n";
  return text;
}

// Answers that say the same setting, or that belong to a listener as its other
// requests do, are listed; what else comes of one cause is shown.
bool IsListed(const Shown& shown) {
  const Treatment &before = shown.before, &after = shown.after;
  if (before.reason == "not-served" || after.reason == "not-served") return true;
  if (before.route.empty() != after.route.empty()) return true;
  return before.forwards == after.forwards && before.status == after.status &&
         before.reason == after.reason;
}

std::string AlsoText(const Region& region) {
  std::string text, answers;
  for (const auto& [change, shown] : region.also) {
    const Treatment& any = shown.before.route.empty() ? shown.after : shown.before;
    if (change == Change::kChanged && IsListed(shown)) {
      answers +=
          (answers.empty() ? "" : ", ") +
          (any.forwards ? "what is forwarded" : std::to_string(any.status) + " " + any.reason);
      continue;
    }
    text += "         also " + std::string(compiler::ChangeName(change)) + ": " +
            InWords(shown.before) + " -> " + InWords(shown.after) + "\n" + ShownText(shown);
  }
  if (!answers.empty()) text += "         also changed: answers " + answers + "\n";
  return text;
}

std::string RegionText(const Files& files, const Region& region) {
  std::string label(compiler::ChangeName(region.change));
  label.resize(9, ' ');
  std::string text = label + "at " + region.gateway + ": " + InWords(region.shown.before) + " -> " +
                     InWords(region.shown.after) + "\n";
  const std::string places =
      PlacesText(files, region.before_node, region.after_node, region.written_at);
  if (!places.empty()) text += "         " + places + "\n";
  if (region.routes.size() > 2) {
    std::string names;
    for (const std::string& name : region.routes) names += (names.empty() ? "" : ", ") + name;
    text += "         routes " + names + "\n";
  }
  for (const SettingChange& setting : region.settings) {
    text += "         " + SettingText(files, setting);
  }
  text += ShownText(region.shown);
  return text + AlsoText(region);
}

std::string AsText(const Files& files, const DiffResult& result) {
  std::string text;
  for (const Region& region : result.regions) text += RegionText(files, region);
  for (const SettingChange& setting : result.settings) {
    text += "changed  setting of " + SettingText(files, setting);
  }
  for (const std::string& reason : result.unknown) text += "unknown  " + reason + "\n";
  if (result.more) text += "There are more regions than are shown.\n";
  if (text.empty()) text = "No request is treated differently, and no setting differs.\n";
  for (const std::string& file : result.not_compared) text += "not compared: " + file + "\n";
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

void AddPlaces(const Files& files, syntax::NodeId before, syntax::NodeId after,
               const std::string& setting, json& one) {
  const auto add = [&](const char* member, const std::optional<Place>& place) {
    if (place) one[member] = {{"file", place->file}, {"line", place->line}};
  };
  add("old_place", PlaceIn(files.before, before, setting));
  add("new_place", PlaceIn(files.after, after, setting));
}

json SettingJson(const Files& files, const SettingChange& setting) {
  json one = {{"owner", setting.owner},
              {"aspect", setting.name},
              {"old", setting.before},
              {"new", setting.after}};
  AddPlaces(files, setting.before_node, setting.after_node, setting.name, one);
  return one;
}

void AddShown(const Shown& shown, json& one) {
  one["old"] = TreatmentJson(shown.before);
  one["new"] = TreatmentJson(shown.after);
  one["witness"] = WitnessJson(shown.witness);
  if (!shown.circumstance.empty()) one["circumstance"] = shown.circumstance;
}

json RegionJson(const Files& files, const Region& region) {
  json changes = json::array(), also = json::array();
  for (const SettingChange& setting : region.settings) {
    changes.push_back(SettingJson(files, setting));
  }
  for (const auto& [change, shown] : region.also) {
    json other = {{"class", compiler::ChangeName(change)}};
    AddShown(shown, other);
    also.push_back(std::move(other));
  }
  json one = {{"gateway", region.gateway},
              {"class", compiler::ChangeName(region.change)},
              {"routes", region.routes},
              {"changes", changes}};
  AddShown(region.shown, one);
  if (!also.empty()) one["also"] = also;
  AddPlaces(files, region.before_node, region.after_node, region.written_at, one);
  return one;
}

std::string AsJson(const Files& files, const DiffResult& result) {
  json regions = json::array(), settings = json::array();
  for (const Region& region : result.regions) regions.push_back(RegionJson(files, region));
  for (const SettingChange& setting : result.settings) {
    settings.push_back(SettingJson(files, setting));
  }
  const json whole = {{"version", 1},
                      {"same", result.same()},
                      {"regions", regions},
                      {"settings", settings},
                      {"not_compared", result.not_compared},
                      {"more", result.more},
                      {"unknown", result.unknown}};
  return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string FolderOf(const std::string& path) {
  return path == "-" ? "" : std::filesystem::path(path).parent_path().string();
}

Side ReadPolicy(const std::string& path) {
  dsl::LoadResult loaded = dsl::Load(path);
  Report(loaded.diagnostics, loaded.sources);
  return {std::move(loaded.policy), std::move(loaded.sources), FolderOf(path), nullptr};
}

// The table at `path`, or that of the policy's gateway of this name, read back.
Side ReadTable(const std::string& path, const std::string& gateway) {
  Side side;
  side.folder = FolderOf(path);
  side.table = OpenTable(path, gateway);
  if (!side.table) return side;
  auto lifted = compiler::Lift(*side.table);
  if (!lifted) {
    Complain("'" + path + "' cannot be compared: " + lifted.error());
    return side;
  }
  side.policy = std::move(lifted->policy);
  side.sources = std::move(lifted->sources);
  return side;
}

// Beside a table a policy is what would be compiled from it for the table's gateway.
std::pair<Side, Side> ReadBoth(const Options& options) {
  const bool old_table = IsTable(options.before), new_table = IsTable(options.after);
  if (!old_table && !new_table) return {ReadPolicy(options.before), ReadPolicy(options.after)};
  const auto gateway_of = [](const Side& side) {
    return side.policy ? side.policy->gateways[0].name : "";
  };
  if (old_table) {
    Side before = ReadTable(options.before, "");
    if (!before.policy) return {};
    Side after = ReadTable(options.after, new_table ? "" : gateway_of(before));
    return {std::move(before), std::move(after)};
  }
  Side after = ReadTable(options.after, "");
  if (!after.policy) return {};
  return {ReadTable(options.before, gateway_of(after)), std::move(after)};
}

int RunDiff(const Options& options) {
  const auto [before, after] = ReadBoth(options);
  if (!before.policy || !after.policy) return kBadCall;
  const DiffResult result = compiler::Diff({&*before.policy, before.folder, before.table},
                                           {&*after.policy, after.folder, after.table});
  const Files files{before, after};
  if (!Print(options.format == "json" ? AsJson(files, result) : AsText(files, result))) {
    return kBadCall;
  }
  if (!result.regions.empty() || !result.settings.empty()) return kFindings;
  return result.same() ? kFine : kUndecided;
}

}  // namespace

command_line::Command DiffCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "diff",
          .summary =
              "Show the requests that two policies treat differently, and the settings that differ",
          .options = {{"OLD", "The old policy file or table", &options->before, {.required = true}},
                      {"NEW", "The new policy file or table", &options->after, {.required = true}},
                      {"--format",
                       "How regions are shown",
                       &options->format,
                       {.choices = {"text", "json"}}}},
          .run = [options] { return WithinMemory([&] { return RunDiff(*options); }); }};
}

}  // namespace weir::cli
