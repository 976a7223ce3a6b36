#include "runtime/decide/cors.h"

#include <charconv>

namespace weir::runtime {
namespace {

// One or more whole labels: "a", "a.b-c".
bool AreLabels(std::string_view text) {
  bool label_empty = true;
  for (char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!letter && (c != '.' || label_empty)) return false;
    label_empty = !letter;
  }
  return !label_empty;
}

// scheme "://" labels "." host [":" port]; taken off from both ends.
bool MatchesSuffix(const TableView& table, const OriginRecord& pattern, std::string_view origin) {
  const auto take_front = [&](std::string_view part) {
    const bool fits = origin.starts_with(part);
    if (fits) origin.remove_prefix(part.size());
    return fits;
  };
  const auto take_back = [&](std::string_view part) {
    const bool fits = origin.ends_with(part);
    if (fits) origin.remove_suffix(part.size());
    return fits;
  };
  if (!take_front(table.text(pattern.scheme)) || !take_front("://")) return false;
  if (pattern.port != 0) {
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, pattern.port);
    if (!take_back({digits, static_cast<std::size_t>(end.ptr - digits)})) return false;
    if (!take_back(":")) return false;
  }
  return take_back(table.text(pattern.host)) && take_back(".") && AreLabels(origin);
}

bool Admits(const TableView& table, const OriginRecord& pattern, std::string_view origin) {
  switch (pattern.kind) {
    case OriginKind::kExact:
      return origin == table.text(pattern.text);
    case OriginKind::kSuffix:
      return MatchesSuffix(table, pattern, origin);
    case OriginKind::kAny:
      return true;
    case OriginKind::kNull:
      return origin == "null";
  }
  return false;
}

}  // namespace

bool AdmitsAnyOrigin(const TableView& table, const CorsRecord& cors) {
  for (const OriginRecord& pattern : TableView::Slice(table.origins(), cors.origins)) {
    if (pattern.kind == OriginKind::kAny) return true;
  }
  return false;
}

bool AdmitsOrigin(const TableView& table, const CorsRecord& cors, std::string_view origin) {
  for (const OriginRecord& pattern : TableView::Slice(table.origins(), cors.origins)) {
    if (Admits(table, pattern, origin)) return true;
  }
  return false;
}

}  // namespace weir::runtime
