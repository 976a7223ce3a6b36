// The head is walked as it would be written, a line at a time: the first fault counts,
// and a limit that is passed within a line counts before what stands in the line.
#include "compiler/explain/head.h"

#include <algorithm>
#include <string>

#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using runtime::Field;
using runtime::Reason;
using runtime::Refusal;

constexpr std::uint64_t kMostOctets = 65536, kMostTarget = 16384, kMostMethod = 64;

Refusal Refused(std::uint16_t status, Reason reason, const char* detail) {
  return {status, reason, detail, true};
}
Refusal Bad(const char* detail) { return Refused(400, Reason::kBadRequest, detail); }

std::optional<std::uint64_t> LengthOf(std::string_view digits) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0} >> 1;
  if (digits.empty()) return std::nullopt;
  std::uint64_t length = 0;
  for (const char c : digits) {
    if (!IsDigit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (length > (kMost - digit) / 10) return std::nullopt;
    length = length * 10 + digit;
  }
  return length;
}

// Whether a coding of a list is written as one: a token, and parameters.
bool IsCoding(std::string_view element) {
  const std::string_view name = TrimOws(element.substr(0, element.find_first_of("; \t")));
  const std::string_view rest = TrimOws(element.substr(name.size()));
  return IsToken(name) && (rest.empty() || rest.front() == ';') && !EqualsLower(name, "chunked");
}

// What the fields say of the body's end, and what they expect.
std::expected<std::optional<std::uint64_t>, Refusal> Framing(std::span<const Field> fields) {
  std::optional<std::uint64_t> length;
  std::size_t lengths = 0, coded = 0, chunked = 0, others = 0, expected = 0;
  bool nonsense = false;
  const char* malformed = nullptr;
  for (const Field& field : fields) {
    const std::string name = Lowered(field.name);
    std::string_view value = TrimOws(field.value), element;
    if (name == "expect") {
      ++expected;
      nonsense = nonsense || !EqualsLower(value, "100-continue");
    } else if (name == "connection") {
      while (NextElement(value, element)) {
        if (!element.empty() && !IsToken(element)) malformed = "Connection is not a list of tokens";
      }
    } else if (name == "content-length") {
      ++lengths;
      length = LengthOf(value);
      if (!length) malformed = "Content-Length is not one number";
    } else if (name == "transfer-encoding") {
      ++coded;
      while (NextElement(value, element)) {
        if (EqualsLower(element, "chunked")) {
          ++chunked;
          continue;
        }
        ++others;
        if (!IsCoding(element)) malformed = "Transfer-Encoding is malformed";
      }
    } else if (EqualsLowerLoosely(name, "content-length")) {
      malformed = "a field that some would take for Content-Length";
    } else if (EqualsLowerLoosely(name, "transfer-encoding")) {
      malformed = "a field that some would take for Transfer-Encoding";
    }
  }
  if (malformed != nullptr) return std::unexpected(Bad(malformed));
  if (lengths > 1) return std::unexpected(Bad("more than one Content-Length"));
  if (coded > 0 && lengths > 0) {
    return std::unexpected(Bad("both Content-Length and Transfer-Encoding"));
  }
  if (chunked > 1 || (chunked == 1 && others > 0)) {
    return std::unexpected(Bad("the chunked coding is not alone"));
  }
  if (others > 0) {
    return std::unexpected(Refused(501, Reason::kNotImplemented, "an unknown transfer coding"));
  }
  if (nonsense || expected > 1) {
    return std::unexpected(
        Refused(417, Reason::kBadRequest, "an expectation other than 100-continue"));
  }
  return length;
}

std::optional<Refusal> RequestLine(std::string_view method, std::string_view target,
                                   std::uint64_t most) {
  const std::uint64_t line = method.size() + 1 + target.size() + 1 + 8 + 2;
  const std::uint64_t most_line = kMostMethod + 1 + kMostTarget + 11;
  if (method.empty() || !IsToken(method.substr(0, 1))) {
    return Bad("a request starts with no method");
  }
  if (line > std::min(most_line, most)) {
    const std::string_view text = method.substr(0, std::min<std::uint64_t>(most_line, most));
    const auto token = std::ranges::find_if_not(text, [](char c) { return IsToken({&c, 1}); });
    if (static_cast<std::uint64_t>(token - text.begin()) > kMostMethod) {
      return Refused(501, Reason::kNotImplemented, "the method is too long");
    }
    return Refused(414, Reason::kTargetTooLong, "the request line is too long");
  }
  if (!IsToken(method)) return Bad("the method is not a token before one space");
  if (!IsTargetText(target)) return Bad("the target holds an octet that no target may hold");
  if (method.size() > kMostMethod) {
    return Refused(501, Reason::kNotImplemented, "the method is too long");
  }
  if (target.size() > kMostTarget) {
    return Refused(414, Reason::kTargetTooLong, "the target is too long");
  }
  return std::nullopt;
}

}  // namespace

std::expected<std::optional<std::uint64_t>, Refusal> ReadHead(const runtime::GatewayRecord& gateway,
                                                              std::string_view method,
                                                              std::string_view target,
                                                              std::span<const Field> fields) {
  const std::uint64_t most = std::min(gateway.max_header_octets, kMostOctets);
  if (auto refusal = RequestLine(method, target, most)) return std::unexpected(*refusal);
  std::uint64_t octets = method.size() + 1 + target.size() + 1 + 8 + 2;
  const auto too_large = [] {
    return std::unexpected(Refused(431, Reason::kHeadersTooLarge, "the head is too large"));
  };
  std::uint64_t count = 0;
  for (const Field& field : fields) {
    // "Name: value" CR LF; a value's own white space is not written.
    octets += field.name.size() + 2 + field.value.size() + 2;
    if (octets > most) return too_large();
    if (count++ >= gateway.max_header_count) {
      return std::unexpected(Refused(431, Reason::kHeadersTooLarge, "too many fields"));
    }
    if (!IsToken(field.name)) {
      return std::unexpected(Bad("a field name holds an octet that no token may hold"));
    }
    if (!IsFieldText(field.value)) {
      return std::unexpected(Bad("a field value holds a control octet"));
    }
  }
  if (octets + 2 > most) return too_large();
  return Framing(fields);
}

}  // namespace weir::compiler
