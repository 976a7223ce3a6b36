// What the reader of a request's head answers before anything is decided
// (spec/rules/framing.md), told from the request's parts. Shares no code with the
// proxy's reader; tests/integration/explain_test.cc holds the two against each other.
#ifndef WEIR_COMPILER_EXPLAIN_HEAD_H_
#define WEIR_COMPILER_EXPLAIN_HEAD_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "runtime/request/request.h"
#include "runtime/table/table.h"

namespace weir::compiler {

// The length of the body that the head announces, or why the head is refused.
// `fields` are in the order in which they are sent, by HTTP/1.1.
std::expected<std::optional<std::uint64_t>, runtime::Refusal> ReadHead(
    const runtime::GatewayRecord& gateway, std::string_view method, std::string_view target,
    std::span<const runtime::Field> fields);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXPLAIN_HEAD_H_
