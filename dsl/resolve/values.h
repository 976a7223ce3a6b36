// The plain values of the language: durations, sizes, figures, percentages,
// addresses, networks, strings of a given make. Each reader takes one value
// from the cursor (a `let` followed) and reports what is wrong with it.
#ifndef WEIR_DSL_RESOLVE_VALUES_H_
#define WEIR_DSL_RESOLVE_VALUES_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/value.h"

namespace weir::dsl::resolve {

// Pure readers of a word; the error says what is wrong with the text.
std::expected<syntax::Duration, std::string> ParseDuration(std::string_view text);
std::expected<std::uint64_t, std::string> ParseSize(std::string_view text);
std::expected<std::uint64_t, std::string> ParseNumber(std::string_view text, std::uint64_t least,
                                                      std::uint64_t most);
std::expected<syntax::Address, std::string> ParseAddress(std::string_view text);
// An address stands for the network of just itself. Bits below the prefix are
// an error that shows the network that is meant.
std::expected<syntax::Network, std::string> ParseNetwork(std::string_view text);
// "127.0.0.1:80" or "[::1]:80".
std::expected<syntax::SocketAddress, std::string> ParseSocketAddress(std::string_view text);
// A decimal figure such as 2.5, in thousandths.
std::expected<std::uint64_t, std::string> ParseThousandths(std::string_view text);

bool IsFieldValue(std::string_view text);  // no control octet but HTAB, no space at either end
bool IsName(std::string_view text);        // letter, then letters, digits, '-', '_'; up to 128
// A SPIFFE id: spiffe://trust.domain/path; null when well formed, else what is wrong.
const char* SpiffeFault(std::string_view text);
// A host name or address literal as canonical requests bear it.
const char* HostFault(std::string_view text);

// Readers for clauses. `what` names the value for messages ("a duration such as 2s").
std::optional<syntax::Duration> ReadDuration(Cursor& cursor);  // above zero
std::optional<std::uint64_t> ReadSize(Cursor& cursor);         // above zero
std::optional<std::uint64_t> ReadNumber(Cursor& cursor, std::string_view what, std::uint64_t least,
                                        std::uint64_t most);
std::optional<std::uint32_t> ReadPercent(Cursor& cursor, std::uint32_t least, std::uint32_t most);
std::optional<syntax::SocketAddress> ReadSocketAddress(Cursor& cursor);
std::optional<std::string> ReadString(Cursor& cursor, std::string_view what);
std::optional<std::string> ReadIdentity(Cursor& cursor);
// A file name or another location: not empty, no control octet.
std::optional<std::string> ReadLocation(Cursor& cursor, std::string_view what);
// A word out of `choices`; its place in them.
std::optional<std::size_t> ReadChoice(Cursor& cursor, std::string_view what,
                                      std::initializer_list<std::string_view> choices);
// A network from one value of a list.
std::optional<syntax::Network> NetworkOf(Context& context, const Value& value);
// The text of a string value, else an error.
std::optional<std::string> StringOf(Context& context, const Value& value, std::string_view what);
// A header name, written with or without quotes, in lower case.
std::optional<std::string> FieldNameOf(Context& context, const Value& value);
std::optional<std::string> MethodOf(Context& context, const Value& value);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_VALUES_H_
