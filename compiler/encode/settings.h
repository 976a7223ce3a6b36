// What a gateway's table holds beside its decisions: listeners, limits on heads,
// trusted proxies, services and their hosts. Compared setting by setting.
#ifndef WEIR_COMPILER_ENCODE_SETTINGS_H_
#define WEIR_COMPILER_ENCODE_SETTINGS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// The first setting in which table and policy differ, in words, or nothing.
std::optional<std::string> DifferentSetting(const syntax::Policy& policy, std::uint32_t gateway,
                                            const runtime::Table& table);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_SETTINGS_H_
