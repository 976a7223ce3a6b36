#include "runtime/decide/transform.h"

#include <algorithm>
#include <optional>

#include "runtime/base/ascii.h"
#include "runtime/base/field_classes.h"
#include "runtime/decide/parameter.h"
#include "runtime/decide/substitute.h"

namespace weir::runtime {
namespace {

Value ValueOf(const Facts& facts, const TransformRecord& transform) {
  if (transform.attribute != kNoIndex) {
    return ReadAttribute(facts, facts.table.attributes()[transform.attribute]);
  }
  return {.kind = Value::Kind::kText, .text = {facts.table.text(transform.value)}};
}

// TRANSFORM-4: nothing when the value is absent, or holds octets that no field
// may hold (a decoded query or a claim can hold line breaks).
std::optional<std::string_view> WriteField(const Facts& facts, const TransformRecord& transform,
                                           std::string& text) {
  if (transform.attribute == kNoIndex) return TrimOws(facts.table.text(transform.value));
  const Value value = ValueOf(facts, transform);
  if (value.kind == Value::Kind::kAbsent) return std::nullopt;
  const std::size_t start = text.size();
  WriteValue(value, [&](std::string_view piece) { text.append(piece); });
  const std::string_view written = std::string_view(text).substr(start);
  if (IsFieldText(written)) return TrimOws(written);
  text.resize(start);
  return std::nullopt;
}

// TRANSFORM-2: whole leading segments; a path that does not begin so is kept.
std::string_view StripPrefix(std::string_view path, std::string_view prefix) {
  if (path == prefix) return "/";
  if (!path.starts_with(prefix) || path[prefix.size()] != '/') return path;
  return path.substr(prefix.size());
}

void AppendEscaped(std::string_view octets, std::string& text) {
  for (char c : octets) {
    if (kUnreservedBytes[c]) {
      text.push_back(c);
    } else {
      text.push_back('%');
      AppendHex(c, text);
    }
  }
}

// TRANSFORM-6: every parameter of that name goes; the others stay as they were.
void RewriteQuery(std::string_view name, const Value& value, ForwardedHead& head) {
  const bool sets = value.kind != Value::Kind::kAbsent;
  if (!sets && !(head.has_query && FindParameter(head.query, name))) {
    head.has_query = head.has_query && !head.query.empty();
    return;
  }
  const std::size_t start = head.text.size();
  bool first = true;
  std::string_view rest = head.has_query ? head.query : std::string_view();
  for (std::string_view parameter; NextParameter(rest, parameter);) {
    if (!parameter.empty() && Equals(ParameterName(parameter), name)) continue;
    if (!first) head.text.push_back('&');
    head.text.append(parameter);
    first = false;
  }
  if (sets) {
    if (head.text.size() > start) head.text.push_back('&');
    AppendEscaped(name, head.text);
    head.text.push_back('=');
    WriteValue(value, [&](std::string_view piece) { AppendEscaped(piece, head.text); });
  }
  head.query = std::string_view(head.text).substr(start);
  head.has_query = !head.query.empty();
}

void RemoveField(std::string_view name, std::vector<Field>& fields) {
  std::erase_if(fields, [&](const Field& field) { return EqualsIgnoringCase(field.name, name); });
}

}  // namespace

std::size_t TransformedSize(const Facts& facts, const Decision& decision,
                            std::span<const TransformRecord> transforms) {
  std::size_t total = 0;
  std::size_t query = facts.request.query.size();
  std::size_t path = facts.request.path.size();
  for (const TransformRecord& transform : transforms) {
    const std::size_t name = transform.name.length;
    switch (transform.kind) {
      case TransformKind::kStripPrefix:
      case TransformKind::kRemoveHeader:
        break;
      case TransformKind::kRewritePath: {
        std::size_t size = 0;
        Substitute(facts.table.text(transform.name), decision,
                   [&](std::string_view piece) { size += piece.size(); });
        path = std::max(path, size);
        total += size;
        break;
      }
      case TransformKind::kSetHeader:
      case TransformKind::kAddHeader:
      case TransformKind::kSetHost:
        total += ValueSize(ValueOf(facts, transform));
        break;
      case TransformKind::kSetQuery:
        query += 2 + 3 * (name + ValueSize(ValueOf(facts, transform)));
        [[fallthrough]];
      case TransformKind::kRemoveQuery:
        total += query;
        break;
    }
  }
  return total + path + 8;
}

void ApplyHeaderTransform(const Facts& facts, const TransformRecord& transform,
                          std::vector<Field>& fields, std::string& text) {
  const std::string_view name = facts.table.text(transform.name);
  if (transform.kind != TransformKind::kAddHeader) RemoveField(name, fields);
  if (transform.kind == TransformKind::kRemoveHeader) return;
  if (const auto value = WriteField(facts, transform, text)) fields.push_back({name, *value});
}

void ApplyRequestTransform(const Facts& facts, const Decision& decision,
                           const TransformRecord& transform, ForwardedHead& head) {
  const std::string_view name = facts.table.text(transform.name);
  switch (transform.kind) {
    case TransformKind::kStripPrefix:
      head.path = StripPrefix(head.path, name);
      return;
    case TransformKind::kRewritePath: {
      const std::size_t start = head.text.size();
      Substitute(name, decision, [&](std::string_view piece) { head.text.append(piece); });
      head.path = std::string_view(head.text).substr(start);
      return;
    }
    case TransformKind::kSetHeader:
    case TransformKind::kRemoveHeader:
      // Else a client's `x_user` would stand beside the `x-user` that we vouch for.
      std::erase_if(head.fields,
                    [&](const Field& field) { return SpelledAlike(field.name, name); });
      [[fallthrough]];
    case TransformKind::kAddHeader:
      return ApplyHeaderTransform(facts, transform, head.fields, head.text);
    case TransformKind::kSetQuery:
      return RewriteQuery(name, ValueOf(facts, transform), head);
    case TransformKind::kRemoveQuery:
      return RewriteQuery(name, {}, head);
    case TransformKind::kSetHost:
      if (const auto value = WriteField(facts, transform, head.text)) head.host = *value;
      return;
  }
}

}  // namespace weir::runtime
