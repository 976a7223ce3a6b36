#include "compiler/cli/missing_inputs.h"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <variant>

#include "compiler/lower/named_files.h"

namespace weir::cli {
namespace {

namespace fs = std::filesystem;
using compiler::NamedFile;

// What the chosen gateways use, by place in the policy.
struct Used {
  std::set<std::uint32_t> gateways, jwts, services;
};

Used UsedBy(const syntax::Policy& policy, const std::vector<std::uint32_t>& gateways) {
  Used used;
  for (const std::uint32_t place : gateways) {
    used.gateways.insert(place);
    for (const auto& route : policy.gateways[place].routes) {
      if (route.authentication.jwt) used.jwts.insert(route.authentication.jwt->index);
      for (const auto& mirror : route.mirrors) used.services.insert(mirror.service.index);
      const auto* forward = std::get_if<syntax::Forward>(&route.action);
      if (forward == nullptr) continue;
      for (const auto& target : forward->targets) used.services.insert(target.service.index);
    }
  }
  return used;
}

bool Reads(const Used& used, const NamedFile& file) {
  switch (file.kind) {
    case NamedFile::Kind::kKeySet:
      return used.jwts.contains(file.place);
    case NamedFile::Kind::kEndpoints:
      return used.services.contains(file.place);
    case NamedFile::Kind::kCertificate:
    case NamedFile::Kind::kKey:
    case NamedFile::Kind::kClientCa:
      return used.gateways.contains(file.place);
  }
  return true;
}

}  // namespace

std::string MissingInputs(const syntax::Policy& policy, const std::string& file,
                          const std::vector<std::uint32_t>& gateways) {
  const Used used = UsedBy(policy, gateways);
  const fs::path folder = fs::path(file).parent_path();
  std::set<std::string> missing;
  compiler::ForEachNamedFile(policy, [&](const NamedFile& named, const std::string& name) {
    std::error_code error;
    if (name.empty() || !Reads(used, named) || fs::exists(folder / name, error)) return;
    missing.insert(std::string(compiler::NameOf(named.kind)) + " '" + (folder / name).string() +
                   "' does not exist");
  });
  for (const std::uint32_t place : used.jwts) {
    const auto& keys = policy.jwts[place].keys;
    if (keys.kind != syntax::SecretSource::Kind::kEnvironment) continue;
    if (std::getenv(keys.location.c_str()) != nullptr) continue;
    missing.insert("the environment variable " + keys.location + " is not set");
  }
  std::string sentence;
  for (const std::string& each : missing) sentence += (sentence.empty() ? "" : "; ") + each;
  return sentence;
}

}  // namespace weir::cli
