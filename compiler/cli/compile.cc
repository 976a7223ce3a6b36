// `weir compile`: one table for each gateway and sidecar, all of them or none.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/output.h"
#include "compiler/cli/steps.h"
#include "compiler/lower/lower.h"
#include "compiler/lower/rebase.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file;
  std::string folder;
};

struct TableFile {
  std::string path;
  std::string octets;
};

// Why these names cannot be those of files, or empty.
std::string WrongNames(const syntax::Policy& policy) {
  std::map<std::string, const syntax::Gateway*> seen;
  for (const syntax::Gateway& gateway : policy.gateways) {
    const auto [place, added] = seen.emplace(gateway.name, &gateway);
    if (added) continue;
    const bool both = place->second->kind == gateway.kind;
    return both ? "two " +
                      std::string(gateway.kind == syntax::Gateway::Kind::kSidecar ? "sidecars"
                                                                                  : "gateways") +
                      " are named '" + gateway.name + "'"
                : "a gateway and a sidecar are both named '" + gateway.name +
                      "', and each would be '" + gateway.name + ".weirt': rename the gateway";
  }
  return "";
}

std::vector<TableFile> LowerAll(const syntax::Policy& policy, const dsl::SourceMap& sources,
                                const std::vector<std::uint32_t>& gateways,
                                const std::string& folder, bool& failed) {
  std::vector<TableFile> files;
  for (const std::uint32_t i : gateways) {
    auto octets = compiler::Lower(policy, &sources, i);
    if (!octets) {
      Report(octets.error(), sources);
      failed = true;
      continue;
    }
    files.push_back(
        {(fs::path(folder) / (policy.gateways[i].name + ".weirt")).string(), std::move(*octets)});
  }
  return files;
}

// All are written beside their places first; only then is the first one renamed.
bool WriteAll(const std::vector<TableFile>& files) {
  const std::string suffix = ".new-" + std::to_string(getpid());
  std::string wrong;
  std::size_t written = 0;
  for (; written < files.size() && wrong.empty(); ++written) {
    if (fs::is_directory(files[written].path)) {
      wrong = "'" + files[written].path + "' is a directory";
      break;
    }
    const auto result = WriteWhole(files[written].path + suffix, files[written].octets);
    if (!result) wrong = "'" + files[written].path + "': " + result.error();
  }
  for (std::size_t i = 0; i < written; ++i) {
    std::error_code error;
    if (wrong.empty()) fs::rename(files[i].path + suffix, files[i].path, error);
    if (error) wrong = "'" + files[i].path + "' cannot be written: " + error.message();
    if (!wrong.empty()) fs::remove(files[i].path + suffix, error);
  }
  if (!wrong.empty()) Complain(wrong);
  return wrong.empty();
}

int Compile(const Options& options) {
  dsl::LoadResult loaded = dsl::Load(options.file);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return kBadCall;
  const auto all = AllGateways(*loaded.policy);
  return CompileStep(loaded, options.file, all, options.folder).empty() ? kBadCall : kFine;
}

}  // namespace

std::vector<std::uint32_t> AllGateways(const syntax::Policy& policy) {
  std::vector<std::uint32_t> all(policy.gateways.size());
  std::iota(all.begin(), all.end(), 0u);
  return all;
}

std::vector<std::string> CompileStep(dsl::LoadResult& loaded, const std::string& file,
                                     const std::vector<std::uint32_t>& gateways,
                                     const std::string& folder) {
  if (gateways.empty()) {
    Complain("'" + file + "' has no gateway and no sidecar: there is nothing to compile");
    return {};
  }
  if (const std::string wrong = WrongNames(*loaded.policy); !wrong.empty()) {
    Complain(wrong);
    return {};
  }
  compiler::RebaseFiles(*loaded.policy, fs::path(file).parent_path().string(), folder);
  bool failed = false;
  const auto files = LowerAll(*loaded.policy, loaded.sources, gateways, folder, failed);
  if (failed) return {};
  std::error_code error;
  fs::create_directories(folder, error);
  if (!fs::is_directory(folder)) {
    Complain("'" + folder + "' cannot be made a folder" + (error ? ": " + error.message() : ""));
    return {};
  }
  if (!WriteAll(files)) return {};
  std::vector<std::string> written;
  for (const TableFile& table : files) {
    std::fprintf(stderr, "%s: %zu octets\n", table.path.c_str(), table.octets.size());
    written.push_back(table.path);
  }
  return written;
}

command_line::Command CompileCommand() {
  auto options = std::make_shared<Options>();
  return {.name = "compile",
          .summary = "Compile a policy: one table for each gateway and sidecar",
          .options = {{"FILE", "The policy file", &options->file, {.required = true}},
                      {"-o,--output",
                       "The folder that the tables go to",
                       &options->folder,
                       {.required = true}}},
          .run = [options] { return Compile(*options); }};
}

}  // namespace weir::cli
