#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Cors;
using syntax::OriginPattern;

// scheme://host[:port] in the form that browsers send it, else the fault.
std::expected<OriginPattern, std::string> ParseOrigin(const std::string& text) {
  OriginPattern origin;
  if (text == "*" || text == "null") {
    origin.kind = text == "*" ? OriginPattern::Kind::kAny : OriginPattern::Kind::kNull;
    origin.text = text;
    return origin;
  }
  const std::size_t colon = text.find("://");
  if (colon == std::string::npos) return std::unexpected("it has no scheme, as in https://");
  origin.scheme = Lowered(text.substr(0, colon));
  const bool scheme_good =
      !origin.scheme.empty() && origin.scheme[0] >= 'a' && origin.scheme[0] <= 'z' &&
      std::ranges::all_of(origin.scheme, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
      });
  if (!scheme_good) return std::unexpected("its scheme is not one");
  std::string rest = Lowered(text.substr(colon + 3));
  if (rest.find_first_of("/?#@") != std::string::npos) {
    return std::unexpected("an origin is scheme://host[:port] and no more");
  }
  const std::size_t port = rest.rfind(':');
  if (port != std::string::npos && rest.find(']', port) == std::string::npos) {
    auto number = ParseNumber(rest.substr(port + 1), 1, 65535);
    if (!number) return std::unexpected("the port " + number.error());
    const bool usual =
        (origin.scheme == "https" && *number == 443) || (origin.scheme == "http" && *number == 80);
    origin.port = usual ? 0 : static_cast<std::uint16_t>(*number);
    rest.resize(port);
  }
  if (rest.starts_with("*.")) {
    origin.kind = OriginPattern::Kind::kSuffix;
    rest.erase(0, 2);
  }
  if (const char* fault = HostFault(rest))
    return std::unexpected(std::string("of its host: ") + fault);
  origin.host = rest;
  origin.text =
      origin.scheme + "://" + (origin.kind == OriginPattern::Kind::kSuffix ? "*." : "") + rest;
  if (origin.port != 0) origin.text += ":" + std::to_string(origin.port);
  return origin;
}

bool AddOrigin(Context& context, const Value& value, Cors& cors) {
  constexpr std::string_view kWhat = "an origin such as \"https://app.example.com\"";
  auto text = StringOf(context, value, kWhat);
  if (!text) return false;
  auto origin = ParseOrigin(*text);
  if (!origin) {
    context.Error("wrong-value", "\"" + *text + "\" is not an origin: " + origin.error(), value);
    return false;
  }
  if (origin->text != *text) {
    Diagnostic& error = context.Error(
        "not-canonical", "the origin \"" + *text + "\" is not as browsers write it", value);
    error.help = "write \"" + origin->text + "\"";
    return false;
  }
  for (const OriginPattern& other : cors.origins) {
    if (other.text != origin->text) continue;
    context.Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
    return false;
  }
  origin->node = context.Node(value.at);
  cors.origins.push_back(*std::move(origin));
  return true;
}

bool ReadHeaders(Cursor& cursor, std::vector<std::string>& into) {
  return ReadList(cursor, "a header's name", [&](const Value& value) {
    auto name = FieldNameOf(cursor.context(), value);
    if (!name) return false;
    if (std::ranges::find(into, *name) != into.end()) {
      cursor.context().Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
      return false;
    }
    into.push_back(*std::move(name));
    return true;
  });
}

bool ReadMethods(Cursor& cursor, std::vector<std::string>& into) {
  return ReadList(cursor, "a method", [&](const Value& value) {
    auto method = MethodOf(cursor.context(), value);
    if (!method) return false;
    if (std::ranges::find(into, *method) != into.end()) {
      cursor.context().Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
      return false;
    }
    into.push_back(*std::move(method));
    return true;
  });
}

void CheckCredentials(Context& context, const Cors& cors, Span at, const std::string& owner) {
  for (const OriginPattern& origin : cors.origins) {
    if (origin.kind != OriginPattern::Kind::kAny) continue;
    Diagnostic& error =
        context.Error("cors-credentials", owner + " allows credentials to every origin", at);
    error.labels.push_back({context.policy.origins[origin.node], "any origin is admitted here"});
    error.help = "list the origins that may send credentials";
  }
  for (const auto* list : {&cors.methods, &cors.headers, &cors.expose}) {
    if (std::ranges::find(*list, "*") == list->end()) continue;
    Diagnostic& error = context.Error(
        "cors-credentials", owner + " allows credentials, and \"*\" means nothing then", at);
    error.help = "list the methods and headers by name";
  }
}

}  // namespace

void ResolveCors(Context& context, const Definition& definition) {
  Cors& cors = context.policy.cors[definition.index];
  const std::string owner = OwnerOf("cors", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseTable table = {
      {"origins",
       [&](Cursor& cursor, const tree::Item&) {
         return ReadList(cursor, "an origin in quotes",
                         [&](const Value& value) { return AddOrigin(context, value, cors); });
       }},
      {"methods",
       [&](Cursor& cursor, const tree::Item&) { return ReadMethods(cursor, cors.methods); }},
      {"headers",
       [&](Cursor& cursor, const tree::Item&) { return ReadHeaders(cursor, cors.headers); }},
      {"expose",
       [&](Cursor& cursor, const tree::Item&) { return ReadHeaders(cursor, cors.expose); }},
      {"credentials",
       [&](Cursor&, const tree::Item&) {
         cors.credentials = true;
         return true;
       }},
      {"max-age",
       [&](Cursor& cursor, const tree::Item&) {
         cors.max_age = ReadDuration(cursor);
         return cors.max_age.has_value();
       }},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  Require(context, found, {"origins"}, owner, definition.span);
  if (!found.contains("methods")) cors.methods = {"GET", "HEAD", "POST"};
  if (cors.credentials) CheckCredentials(context, cors, found.at("credentials"), owner);
}

}  // namespace weir::dsl::resolve
