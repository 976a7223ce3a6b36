#include "compiler/cli/open_table.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "compiler/cli/output.h"
#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "runtime/table/format.h"

namespace weir::cli {
namespace {

// The place of the gateway that is meant, or the number of gateways.
std::uint32_t Choose(const syntax::Policy& policy, const std::string& name) {
  const auto found = std::ranges::find_if(policy.gateways, [&](const syntax::Gateway& gateway) {
    return name.empty() ? gateway.kind == syntax::Gateway::Kind::kGateway : gateway.name == name;
  });
  if (found == policy.gateways.end() && name.empty()) return 0;
  return static_cast<std::uint32_t>(found - policy.gateways.begin());
}

std::string Names(const syntax::Policy& policy) {
  std::string names;
  for (const syntax::Gateway& gateway : policy.gateways) {
    names += (names.empty() ? "'" : ", '") + gateway.name + "'";
  }
  return names.empty() ? "none" : names;
}

std::shared_ptr<const runtime::Table> Loaded(
    std::expected<std::shared_ptr<const runtime::Table>, std::string> table) {
  if (table) return *table;
  Complain(table.error());
  return nullptr;
}

}  // namespace

bool IsTable(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // a pipe would make it wait
  std::ifstream file(path, std::ios::binary);
  std::array<char, 8> magic{};
  file.read(magic.data(), magic.size());
  return file.gcount() == 8 && magic == runtime::kTableMagic;
}

std::shared_ptr<const runtime::Table> OpenTable(const std::string& path,
                                                const std::string& gateway) {
  if (IsTable(path)) {
    auto table = Loaded(runtime::Table::LoadFile(path));
    if (!table || gateway.empty() || table->text(table->gateway().name) == gateway) return table;
    Complain("'" + path + "' is the table of '" + std::string(table->text(table->gateway().name)) +
             "', not of '" + gateway + "'");
    return nullptr;
  }
  const dsl::LoadResult loaded = dsl::Load(path);
  Report(loaded.diagnostics, loaded.sources);
  if (!loaded.policy) return nullptr;
  const std::uint32_t place = Choose(*loaded.policy, gateway);
  if (place >= loaded.policy->gateways.size()) {
    Complain(loaded.policy->gateways.empty() ? "'" + path + "' has no gateway and no sidecar"
                                             : "'" + path + "' has no gateway '" + gateway +
                                                   "'; there are " + Names(*loaded.policy));
    return nullptr;
  }
  const auto octets = compiler::Lower(*loaded.policy, &loaded.sources, place);
  if (!octets) {
    Report(octets.error(), loaded.sources);
    return nullptr;
  }
  return Loaded(runtime::Table::LoadOctets(*octets));
}

}  // namespace weir::cli
