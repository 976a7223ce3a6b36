// `weir run`: lint, prove, test, compile, then one weir-proxy for each gateway and
// sidecar of the policy, as processes, until they end.
//
// A finding at or above a warning, a refuted proof, an unknown one and an example
// that fails stop it with the status of that command before anything starts.
#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/cli/commands.h"
#include "compiler/cli/missing_inputs.h"
#include "compiler/cli/output.h"
#include "compiler/cli/serve.h"
#include "compiler/cli/steps.h"
#include "dsl/resolve/load.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string file;
  std::string folder;
  std::vector<std::string> gateways;
  std::string admin = "127.0.0.1:0";
  unsigned workers = 0;
  bool no_start = false;
};

// Where tables go when no folder is named: removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder() = default;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // Its path, or empty.
  const std::string& Make() {
    std::error_code error;
    path_ = (fs::temp_directory_path(error) / "weir-run-XXXXXX").string();
    if (error || mkdtemp(path_.data()) == nullptr) path_.clear();
    return path_;
  }

 private:
  std::string path_;
};

std::optional<std::vector<std::uint32_t>> Chosen(const syntax::Policy& policy,
                                                 const Options& options) {
  if (options.gateways.empty()) return AllGateways(policy);
  std::vector<std::uint32_t> chosen;
  for (const std::string& name : options.gateways) {
    const auto found = std::ranges::find(policy.gateways, name, &syntax::Gateway::name);
    if (found == policy.gateways.end()) {
      std::string names;
      for (const auto& each : policy.gateways) {
        names += (names.empty() ? "'" : ", '") + each.name + "'";
      }
      Complain("'" + options.file + "' has no gateway or sidecar '" + name + "'; there are " +
               (names.empty() ? "none" : names));
      return std::nullopt;
    }
    const auto place = static_cast<std::uint32_t>(found - policy.gateways.begin());
    if (std::ranges::find(chosen, place) == chosen.end()) chosen.push_back(place);
  }
  return chosen;
}

// 0.0.0.0 or ::.
bool IsAny(const syntax::Address& address) {
  return std::all_of(address.octets.begin() + 12, address.octets.end(),
                     [](std::uint8_t octet) { return octet == 0; }) &&
         address.octets[0] == 0;
}

bool Overlap(const syntax::SocketAddress& a, const syntax::SocketAddress& b) {
  return a.port == b.port && a.port != 0 &&
         (a.address == b.address || IsAny(a.address) || IsAny(b.address));
}

// Two proxies at one place: the kernel would deal connections out between them.
std::string SharedPort(const syntax::Policy& policy, const std::vector<std::uint32_t>& chosen) {
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    for (std::size_t j = i + 1; j < chosen.size(); ++j) {
      for (const auto& a : policy.gateways[chosen[i]].listeners) {
        for (const auto& b : policy.gateways[chosen[j]].listeners) {
          if (!Overlap(a.address, b.address)) continue;
          return "'" + policy.gateways[chosen[i]].name + "' and '" +
                 policy.gateways[chosen[j]].name + "' both listen on port " +
                 std::to_string(a.address.port) +
                 ": give one of them another, or name one with --gateway";
        }
      }
    }
  }
  return "";
}

// A log file beside a table that is removed at the end would go with it.
std::string LogThatWouldGo(const syntax::Policy& policy, const std::vector<std::uint32_t>& chosen) {
  for (const std::uint32_t place : chosen) {
    const syntax::Gateway& gateway = policy.gateways[place];
    if (gateway.log.sink != syntax::AccessLog::Sink::kFile || gateway.log.file.starts_with('/')) {
      continue;
    }
    return "'" + gateway.name + "' logs to '" + gateway.log.file +
           "', which lies beside its table, and that is temporary: name a folder with -o";
  }
  return "";
}

// ADDRESS:PORT for proxy `place`: the ports that follow, or any free one each.
std::optional<std::string> AdminOf(const std::string& first, std::size_t place) {
  const std::size_t colon = first.rfind(':');
  unsigned port = 0;
  if (colon == std::string::npos) return std::nullopt;
  const char* const end = first.data() + first.size();
  const auto [read, error] = std::from_chars(first.data() + colon + 1, end, port);
  if (error != std::errc() || read != end) return std::nullopt;
  if (port != 0) port += static_cast<unsigned>(place);
  if (port > 65535) return std::nullopt;
  return first.substr(0, colon + 1) + std::to_string(port);
}

std::optional<std::vector<ProxyCommand>> Commands(const Options& options,
                                                  const syntax::Policy& policy,
                                                  const std::vector<std::uint32_t>& chosen) {
  const std::string proxy = FindProxy();
  if (proxy.empty()) return std::nullopt;
  std::vector<ProxyCommand> commands;
  for (const std::uint32_t place : chosen) {
    const auto admin = AdminOf(options.admin, commands.size());
    if (!admin) {
      Complain("--admin takes ADDRESS:PORT with a port for each proxy, not '" + options.admin +
               "'");
      return std::nullopt;
    }
    ProxyCommand& command = commands.emplace_back();
    command.name = policy.gateways[place].name;
    command.arguments = {proxy, "--admin", *admin};
    if (options.workers != 0) {
      command.arguments.push_back("--workers");
      command.arguments.push_back(std::to_string(options.workers));
    }
  }
  return commands;
}

// The files that a policy was read from, and whether they are others by now.
class PolicyFiles {
 public:
  PolicyFiles(const std::string& file, const dsl::SourceMap& sources) : file_(file) {
    Remember(sources);
  }
  // An editor may write in several steps: a change counts once it stays the same.
  bool Changed() {
    std::vector<Seen> now = Look();
    const bool steady = now == last_;
    last_ = std::move(now);
    return steady && last_ != seen_;
  }
  void Take() { Remember(dsl::Load(file_).sources); }  // it may include others now

 private:
  struct Seen {
    fs::file_time_type time;
    std::uintmax_t size = 0;
    bool operator==(const Seen&) const = default;
  };
  void Remember(const dsl::SourceMap& sources) {
    names_ = {file_};
    for (std::uint32_t i = 0; i < sources.file_count(); ++i) names_.push_back(sources.name(i));
    seen_ = last_ = Look();
  }
  std::vector<Seen> Look() const {
    std::vector<Seen> all;
    for (const std::string& name : names_) {
      std::error_code ignored;
      Seen& seen = all.emplace_back();
      seen.time = fs::last_write_time(name, ignored);
      seen.size = fs::file_size(name, ignored);
    }
    return all;
  }

  const std::string file_;
  std::vector<std::string> names_;
  std::vector<Seen> seen_, last_;
};

// This program again, for the tables alone: of the proxies that run.
Recompilation RecompilationOf(const Options& options, const std::string& folder,
                              const std::vector<ProxyCommand>& commands,
                              std::shared_ptr<PolicyFiles> files) {
  Recompilation out;
  out.arguments = {"/proc/self/exe", "run", options.file, "-o", folder, "--no-start"};
  for (const ProxyCommand& command : commands) {
    out.arguments.insert(out.arguments.end(), {"--gateway", command.name});
  }
  out.policy = options.file;
  out.changed = [files] { return files->Changed(); };
  out.take = [files] { files->Take(); };
  return out;
}

int Run(const Options& options) {
  dsl::LoadResult loaded = dsl::Load(options.file);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return kBadCall;
  const auto files = std::make_shared<PolicyFiles>(options.file, loaded.sources);
  if (options.no_start && options.folder.empty()) {
    Complain("--no-start needs a folder for the tables: name one with -o");
    return kBadCall;
  }
  const auto chosen = Chosen(*loaded.policy, options);
  if (!chosen) return kBadCall;
  auto commands = Commands(options, *loaded.policy, *chosen);
  if (!commands) return kBadCall;
  std::string wrong = SharedPort(*loaded.policy, *chosen);
  if (wrong.empty() && options.folder.empty()) wrong = LogThatWouldGo(*loaded.policy, *chosen);
  if (!wrong.empty()) {
    Complain(wrong);
    return kBadCall;
  }
  if (const int status = LintStep(loaded); status != kFine) {
    Complain("lint stops it: nothing was started");
    return status;
  }
  if (const int status = ProveStep(loaded); status != kFine) {
    Complain("a claim that is not proved stops it: nothing was started");
    return status;
  }
  if (const int status = TestStep(loaded); status != kFine) {
    Complain("an example that fails stops it: nothing was started");
    return status;
  }
  if (std::string missing = MissingInputs(*loaded.policy, options.file, *chosen);
      !missing.empty()) {
    Complain(missing + ": nothing was started");
    return kBadCall;
  }
  TemporaryFolder temporary;
  const std::string folder = options.folder.empty() ? temporary.Make() : options.folder;
  if (folder.empty()) {
    Complain("no temporary folder can be made for the tables: name one with -o");
    return kBadCall;
  }
  const auto tables = CompileStep(loaded, options.file, *chosen, folder);
  if (tables.empty()) return kBadCall;
  if (options.no_start) return kFine;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    (*commands)[i].arguments.insert((*commands)[i].arguments.end(), {"--table", tables[i]});
  }
  return Serve(*commands, RecompilationOf(options, folder, *commands, files));
}

}  // namespace

command_line::Command RunCommand() {
  auto options = std::make_shared<Options>();
  return {
      .name = "run",
      .summary =
          "Lint, prove, test and compile a policy, then serve it: one weir-proxy for each "
          "gateway and sidecar. On SIGHUP, and when the policy's files change, again",
      .options = {{"FILE", "The policy file", &options->file, {.required = true}},
                  {"-o,--output", "The folder that the tables go to (default: a temporary one)",
                   &options->folder},
                  {"--gateway", "Serve only this gateway or sidecar; may be repeated",
                   &options->gateways},
                  {"--admin",
                   "ADDRESS:PORT of the first proxy's /healthz, /readyz and /metrics; those that "
                   "follow take the ports that follow; port 0: any free one each",
                   &options->admin,
                   {.shows_default = true}},
                  {"--workers",
                   "Threads of each proxy (default: one a core)",
                   &options->workers,
                   {.range = {{1, 256}}}},
                  {"--no-start", "Stop once the tables are written; needs -o", &options->no_start}},
      .run = [options] { return Run(*options); }};
}

}  // namespace weir::cli
