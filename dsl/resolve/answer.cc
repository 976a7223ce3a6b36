#include "dsl/resolve/answer.h"

#include <utility>

#include "dsl/resolve/captures.h"
#include "dsl/resolve/pattern.h"
#include "dsl/resolve/values.h"
#include "runtime/base/field_classes.h"

namespace weir::dsl::resolve {
namespace {

using Kind = tree::Item::Kind;

bool ReadHeader(Cursor& cursor, syntax::Response& response) {
  Context& context = cursor.context();
  auto value = cursor.TakeValue("a header's name");
  auto name = value ? FieldNameOf(context, *value) : std::nullopt;
  if (!name) return false;
  if (IsWrittenByTheProxy(*name)) {
    context.Error("wrong-value", Quote(*value->item) + " is written by the proxy alone", *value);
    return false;
  }
  const Span at = cursor.Here();
  auto text = ReadString(cursor, "the header's value in quotes");
  if (!text) return false;
  if (!IsFieldValue(*text)) {
    context.Error("wrong-value",
                  "a header's value holds no control character and no space at its ends", at);
    return false;
  }
  response.headers.emplace_back(*std::move(name), *std::move(text));
  return true;
}

}  // namespace

std::optional<syntax::Response> ReadResponse(Cursor& cursor, Span keyword) {
  Context& context = cursor.context();
  syntax::Response response;
  response.node = context.Node(keyword);
  auto status = ReadNumber(cursor, "a status such as 404", 200, 599);
  if (!status) return std::nullopt;
  response.status = static_cast<std::uint16_t>(*status);
  if (!cursor.AtEnd() && cursor.Peek()->kind == Kind::kString) {
    response.body = cursor.Take().text;
    if (!response.body.empty() && (*status == 204 || *status == 205 || *status == 304)) {
      context.Error("wrong-value",
                    "an answer with status " + std::to_string(*status) + " has no body",
                    cursor.Last().span);
      return std::nullopt;
    }
  }
  if (const tree::Item* block = cursor.TakeBlock()) {
    const ClauseTable table = {
        {"header", [&](Cursor& inner, const tree::Item&) { return ReadHeader(inner, response); },
         true}};
    ReadClauses(context, block->statements, "respond", table);
  }
  return response;
}

std::optional<syntax::Redirect> ReadRedirect(Cursor& cursor, Span keyword, const Scope& scope) {
  Context& context = cursor.context();
  syntax::Redirect redirect;
  redirect.node = context.Node(keyword);
  if (!cursor.AtEnd() && cursor.Peek()->kind == Kind::kWord) {
    const Value at{cursor.Peek(), cursor.Here()};
    auto status = ReadNumber(cursor, "a status such as 308", 300, 399);
    if (!status) return std::nullopt;
    if (*status != 301 && *status != 302 && *status != 303 && *status != 307 && *status != 308) {
      context.Error("wrong-value",
                    Quote(*at.item) + " is no redirect: write 301, 302, 303, 307 or 308", at);
      return std::nullopt;
    }
    redirect.status = static_cast<std::uint16_t>(*status);
  }
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block such as { scheme https  host \"www.example.com\" }");
    return std::nullopt;
  }
  const ClauseTable table = {
      {"scheme",
       [&](Cursor& c, const tree::Item&) {
         auto scheme = ReadChoice(c, "a scheme", {"http", "https"});
         if (scheme) redirect.scheme = *scheme == 0 ? "http" : "https";
         return scheme.has_value();
       }},
      {"host",
       [&](Cursor& c, const tree::Item&) {
         auto value = c.TakeValue("a host in quotes");
         auto host = value ? HostPatternOf(context, *value) : std::nullopt;
         if (!host) return false;
         if (host->kind != syntax::HostPattern::Kind::kExact) {
           context.Error("wrong-value", "a redirect goes to one host", *value);
           return false;
         }
         redirect.host = host->name;
         return true;
       }},
      {"port",
       [&](Cursor& c, const tree::Item&) {
         auto port = ReadNumber(c, "a port", 1, 65535);
         if (port) redirect.port = static_cast<std::uint16_t>(*port);
         return port.has_value();
       }},
      {"path",
       [&](Cursor& c, const tree::Item&) {
         auto value = c.TakeValue("a path in quotes");
         redirect.path = value ? TemplateOf(context, *value, scope) : std::nullopt;
         return redirect.path.has_value();
       }},
  };
  const Found found = ReadClauses(context, block->statements, "redirect", table);
  if (found.empty()) {
    context.Error("missing-clause", "a redirect to the request's own place would never end",
                  keyword);
  }
  return redirect;
}

}  // namespace weir::dsl::resolve
