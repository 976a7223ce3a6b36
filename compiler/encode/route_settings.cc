#include "compiler/encode/route_settings.h"

#include <vector>

#include "compiler/encode/words.h"

namespace weir::compiler {
namespace {

using runtime::kNoIndex;
using runtime::TableView;

void Tell(Words& words, const syntax::PathPattern& path) {
  const auto& [kind, segments, rest, regex, text, node] = path;
  (words << "path").Quote(text);
  for (const auto& [segment_kind, literal, capture] : segments) words.Quote(capture);
}

void Tell(Words& words, const TableView& table, const runtime::PathRecord& path) {
  const auto& [segments, rest, dfa, text] = path;
  (words << "path").Quote(table.text(text));
  for (const auto& [kind, reserved, literal, capture] :
       TableView::Slice(table.segments(), segments)) {
    words.Quote(table.text(capture));
  }
}

void Tell(Words& words, const std::vector<syntax::Transform>& transforms) {
  for (const syntax::Transform& transform : transforms) {
    const auto* attribute = std::get_if<syntax::Attribute>(&transform.value);
    if (attribute) words << TypeText(attribute->type);
  }
}

void Tell(Words& words, const TableView& table, runtime::Range transforms) {
  for (const auto& transform : TableView::Slice(table.transforms(), transforms)) {
    if (transform.attribute == kNoIndex) continue;
    words << TypeText(table.attributes()[transform.attribute].type);
  }
}

}  // namespace

std::string_view TypeText(syntax::Type type) {
  switch (type) {
    case syntax::Type::kInteger:
      return "integer";
    case syntax::Type::kBoolean:
      return "boolean";
    case syntax::Type::kAddress:
      return "address";
    case syntax::Type::kStringList:
      return "list";
    case syntax::Type::kString:
    case syntax::Type::kDuration:
    case syntax::Type::kSize:
    case syntax::Type::kNetwork:
    case syntax::Type::kClaims:
    case syntax::Type::kAbsent:
      return "string";
  }
  return "";
}

std::string_view TypeText(runtime::AttributeType type) {
  switch (type) {
    case runtime::AttributeType::kString:
      return "string";
    case runtime::AttributeType::kInteger:
      return "integer";
    case runtime::AttributeType::kBoolean:
      return "boolean";
    case runtime::AttributeType::kAddress:
      return "address";
    case runtime::AttributeType::kStringList:
      return "list";
  }
  return "";
}

std::string RouteSettings(const syntax::Policy& policy, const syntax::Route& route) {
  Words words;
  words.Quote(route.cors ? policy[*route.cors].name : "");
  words.Quote(route.retry ? policy[*route.retry].name : "");
  for (const syntax::PathPattern& path : route.match.paths) Tell(words, path);
  words << "limits";
  for (const auto limit : route.limits) {
    for (const syntax::Attribute& part : policy[limit].by) words << TypeText(part.type);
  }
  words << "request";
  Tell(words, route.request);
  words << "response";
  Tell(words, route.response);
  return words.text();
}

std::string RouteSettings(const TableView& table, const runtime::RouteRecord& route) {
  Words words;
  words.Quote(route.cors == kNoIndex ? "" : table.text(table.cors()[route.cors].name));
  words.Quote(route.retry == kNoIndex ? "" : table.text(table.retries()[route.retry].name));
  for (const auto& path : TableView::Slice(table.paths(), route.paths)) Tell(words, table, path);
  words << "limits";
  for (const std::uint32_t use : TableView::Slice(table.limit_uses(), route.limits)) {
    for (const auto& part : TableView::Slice(table.attributes(), table.limits()[use].by)) {
      words << TypeText(part.type);
    }
  }
  words << "request";
  Tell(words, table, route.request);
  words << "response";
  Tell(words, table, route.response);
  return words.text();
}

}  // namespace weir::compiler
