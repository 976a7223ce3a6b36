#include "runtime/decide/limit_key.h"

#include <cstring>

#include "runtime/base/sha256.h"

namespace weir::runtime {
namespace {

template <class Sink>
void WriteParts(const Facts& facts, const LimitRecord& limit, Sink sink) {
  for (const AttributeRecord& part : TableView::Slice(facts.table.attributes(), limit.by)) {
    Value value = ReadAttribute(facts, part);
    const bool absent = value.kind == Value::Kind::kAbsent;
    if (absent) value = {.kind = Value::Kind::kText, .text = {facts.table.text(limit.missing_key)}};
    const std::size_t size = ValueSize(value);
    // The mark is what keeps an absent part apart from one that is empty, or that a
    // client spells like the fallback.
    const std::size_t prefix = absent ? size | kAbsentPart : size;
    const char length[4] = {static_cast<char>(prefix), static_cast<char>(prefix >> 8),
                            static_cast<char>(prefix >> 16), static_cast<char>(prefix >> 24)};
    sink(std::string_view(length, 4));
    WriteValue(value, sink);
  }
}

}  // namespace

std::optional<std::string_view> WriteLimitKey(const Facts& facts, const LimitRecord& limit,
                                              std::span<char> buffer) {
  std::size_t used = 0;
  bool fits = true;
  WriteParts(facts, limit, [&](std::string_view piece) {
    fits = fits && piece.size() <= buffer.size() - used;
    if (!fits || piece.empty()) return;
    std::memcpy(buffer.data() + used, piece.data(), piece.size());
    used += piece.size();
  });
  if (!fits) return std::nullopt;
  return std::string_view(buffer.data(), used);
}

std::string_view DigestLimitKey(const Facts& facts, const LimitRecord& limit,
                                std::span<char> buffer) {
  Sha256 digest;
  WriteParts(facts, limit, [&](std::string_view piece) { digest.Add(piece); });
  const auto result = digest.Finish();
  std::memcpy(buffer.data(), result.data(), result.size());
  return {buffer.data(), result.size()};
}

}  // namespace weir::runtime
