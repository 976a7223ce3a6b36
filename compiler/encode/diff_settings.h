// The settings of two policies side by side, whether or not a request shows
// them today: definitions that both sides use, listeners, gateways, and what
// the routes of one name say. Conditions (matches, rules) and `otherwise` are
// compared by which requests they are about, never here.
#ifndef WEIR_COMPILER_ENCODE_DIFF_SETTINGS_H_
#define WEIR_COMPILER_ENCODE_DIFF_SETTINGS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/encode/diff.h"
#include "compiler/encode/diff_members.h"
#include "compiler/encode/diff_side.h"

namespace weir::compiler {

// Two files that settings name, each relative to its side's folder.
enum class FilesAre { kSame, kOther, kUnreadable };
FilesAre CompareFiles(const std::string& folder_before, const std::string& before,
                      const std::string& folder_after, const std::string& after);
std::optional<std::string> ReadWhole(const std::string& folder, const std::string& path);

// Definitions of one kind, old and new, by place: those that a gateway uses.
struct Pair {
  std::uint32_t before = 0;
  std::uint32_t after = 0;
};
struct Pairs {
  std::vector<Pair> both;
  std::vector<std::uint32_t> only_before;
  std::vector<std::uint32_t> only_after;
};
struct Definitions {
  Pairs services;
  Pairs jwts;
  Pairs api_keys;
  Pairs limits;
  Pairs cors;
  Pairs retries;
  Pairs breakers;
};
// By name; services, issuers and key sets also when only the name differs.
Definitions PairDefinitions(const DiffInput& before,
                            const std::vector<const syntax::Gateway*>& old_gateways,
                            const DiffInput& after,
                            const std::vector<const syntax::Gateway*>& new_gateways);
Renamed RenamedServices(const DiffInput& before, const DiffInput& after,
                        const Definitions& definitions);

struct Settings {
  std::vector<SettingChange> changes;
  std::vector<std::string> not_compared;
};

Settings CompareSettings(const DiffInput& before, const DiffInput& after,
                         const Definitions& definitions,
                         const std::vector<std::pair<Side, Side>>& gateways);

// "listener 127.0.0.1:8080 of edge".
std::string ListenerOwner(const syntax::Listener& listener, const syntax::Gateway& gateway);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_SETTINGS_H_
