#include <charconv>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/pattern.h"
#include "dsl/resolve/statement.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::ClaimValue;
using syntax::Example;
using syntax::ExampleOutcome;
using syntax::ExampleRequest;
using Kind = tree::Item::Kind;

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    if (space != 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  }
  return words;
}

// A claim's value in its declared type. A list may be written as one string:
// its words, as OAuth's scope is sent.
std::optional<ClaimValue> ReadClaimValue(Cursor& cursor, syntax::Type type,
                                         const std::string& name) {
  Context& context = cursor.context();
  auto value = cursor.TakeValue("the claim's value");
  if (!value) return std::nullopt;
  const tree::Item& item = *value->item;
  if (type == syntax::Type::kStringList) {
    if (item.kind == Kind::kString) return SplitWords(item.text);
    if (item.kind == Kind::kList) {
      std::vector<std::string> list;
      for (const tree::Item& element : item.items) {
        const tree::Item* followed = context.FollowLet(element);
        if (followed == nullptr || !StringOf(context, {followed, value->at}, "a string"))
          return std::nullopt;
        list.push_back(followed->text);
      }
      return list;
    }
  }
  if (type == syntax::Type::kString && item.kind == Kind::kString) return item.text;
  if (type == syntax::Type::kBoolean && item.kind == Kind::kWord &&
      (item.text == "true" || item.text == "false")) {
    return item.text == "true";
  }
  if (type == syntax::Type::kInteger && item.kind == Kind::kWord) {
    std::int64_t number = 0;
    auto [end, error] =
        std::from_chars(item.text.data(), item.text.data() + item.text.size(), number);
    if (error == std::errc() && end == item.text.data() + item.text.size()) return number;
  }
  context.Error(
      "type-mismatch",
      "the claim '" + name + "' is " + std::string(TypeName(type)) + ", not " + Quote(item),
      *value);
  return std::nullopt;
}

bool ReadClaims(Cursor& cursor, ExampleRequest& request) {
  Context& context = cursor.context();
  request.jwt = true;
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) return true;  // a token without claims of interest
  for (const tree::Statement& statement : block->statements) {
    Cursor line(context, statement.items, statement.span);
    while (!line.AtEnd()) {
      const tree::Item* name = line.TakeName("a claim's name");
      if (name == nullptr) break;
      auto type = ClaimType(context, name->text, name->span, std::nullopt);
      auto value = type ? ReadClaimValue(line, *type, name->text) : std::nullopt;
      if (!value) break;
      for (const auto& [other, unused] : request.claims) {
        if (other == name->text)
          context.Error("duplicate-element", Quote(*name) + " is given twice", name->span);
      }
      request.claims.emplace_back(name->text, *std::move(value));
    }
  }
  return true;
}

bool ReadHeader(Cursor& cursor, ExampleRequest& request) {
  auto value = cursor.TakeValue("a header's name");
  auto name = value ? FieldNameOf(cursor.context(), *value) : std::nullopt;
  if (!name) return false;
  auto text = ReadString(cursor, "the header's value in quotes");
  if (!text) return false;
  request.headers.emplace_back(*std::move(name), *std::move(text));
  return true;
}

bool ReadClient(Cursor& cursor, ExampleRequest& request) {
  auto value = cursor.TakeValue("an address");
  if (!value) return false;
  auto address = ParseAddress(value->item->text);
  if (!address) {
    cursor.context().Error("wrong-value", address.error(), *value);
    return false;
  }
  request.client = *address;
  return true;
}

// METHOD "URL"
bool ReadLine(Cursor& cursor, ExampleRequest& request) {
  Context& context = cursor.context();
  auto value = cursor.TakeValue("a method such as GET");
  auto method = value ? MethodOf(context, *value) : std::nullopt;
  if (!method) return false;
  request.method = *std::move(method);
  const Span at = cursor.Here();
  auto url = ReadLocation(cursor, "an absolute URL in quotes");
  if (!url) return false;
  const bool absolute = url->starts_with("http://") || url->starts_with("https://");
  if (!absolute || url->find(' ') != std::string::npos) {
    context.Error("wrong-value", "\"" + *url + "\" is not an absolute URL", at).help =
        "write \"https://HOST/PATH\"";
    return false;
  }
  request.url = *std::move(url);
  return true;
}

bool ReadRequest(Cursor& cursor, Example& example) {
  Context& context = cursor.context();
  ExampleRequest& request = example.request;
  if (!ReadLine(cursor, request)) return false;
  const ClauseTable table = {
      {"with", [](Cursor&, const tree::Item&) { return true; }, true},
      {"jwt", [&](Cursor& c, const tree::Item&) { return ReadClaims(c, request); }},
      {"header", [&](Cursor& c, const tree::Item&) { return ReadHeader(c, request); }, true},
      {"client", [&](Cursor& c, const tree::Item&) { return ReadClient(c, request); }},
      {"peer",
       [&](Cursor& c, const tree::Item&) {
         request.peer = ReadIdentity(c);
         return request.peer.has_value();
       }},
      {"consumer",
       [&](Cursor& c, const tree::Item&) {
         const tree::Item* name = c.TakeName("a consumer's name");
         if (name == nullptr) return false;
         request.consumer = name->text;
         for (const syntax::ApiKeys& keys : context.policy.api_keys) {
           for (const syntax::ApiKey& key : keys.keys) {
             if (key.consumer == name->text) return true;
           }
         }
         context.Error("unknown-name", "no api-keys have a consumer " + Quote(*name), name->span);
         return false;
       }},
      {"at",
       [&](Cursor& c, const tree::Item&) {
         const Definition* gateway = ReadReference(c, NameKind::kGateway);
         if (gateway == nullptr) return false;
         example.gateway = syntax::Ref<syntax::Gateway>{gateway->index};
         return true;
       }},
  };
  Found found;
  if (!ReadWhileKnown(cursor, "an example", table, found)) return false;
  if (cursor.TakeOperator("->")) return true;
  Diagnostic& error = cursor.Expected("'->' and the outcome");
  std::vector<std::string> words;
  for (const Clause& clause : table) words.emplace_back(clause.keyword);
  if (!cursor.AtEnd()) error.help = Suggest(cursor.Peek()->text, words);
  return false;
}

// forward SERVICE | respond STATUS | redirect STATUS, then [route NAME] [path "/p"]
bool ReadOutcome(Cursor& cursor, ExampleOutcome& outcome) {
  Context& context = cursor.context();
  auto kind = ReadChoice(cursor, "an outcome", {"forward", "respond", "redirect"});
  if (!kind) return false;
  outcome.kind = ExampleOutcome::Kind(*kind);
  if (outcome.kind == ExampleOutcome::Kind::kForward) {
    const Definition* service = ReadReference(cursor, NameKind::kService);
    if (service == nullptr) return false;
    outcome.service = syntax::Ref<syntax::Service>{service->index};
  } else {
    auto status = ReadNumber(cursor, "a status", 100, 599);
    if (!status) return false;
    outcome.status = static_cast<std::uint16_t>(*status);
  }
  const ClauseTable table = {
      {"route",
       [&](Cursor& c, const tree::Item&) {
         const tree::Item* name = c.TakeName("the name of a route");
         if (name != nullptr) outcome.route = name->text;
         return name != nullptr;
       }},
      {"path",
       [&](Cursor& c, const tree::Item&) {
         auto value = c.TakeValue("the upstream's path in quotes");
         outcome.path = value ? LiteralPathOf(context, *value) : std::nullopt;
         return outcome.path.has_value();
       }},
  };
  Found found;
  if (!ReadWhileKnown(cursor, "an outcome", table, found)) return false;
  if (!cursor.AtEnd()) cursor.Expected("the end of the example");
  return true;
}

// The route that an outcome names is one of some gateway's.
void CheckRoute(Context& context, const Example& example, Span at) {
  if (!example.outcome.route) return;
  std::vector<std::string> names;
  for (const syntax::Gateway& gateway : context.policy.gateways) {
    if (example.gateway && &gateway != &context.policy[*example.gateway]) continue;
    for (const syntax::Route& route : gateway.routes) {
      names.push_back(route.name);
      if (route.name == *example.outcome.route) return;
    }
  }
  context.Error("unknown-name", "there is no route '" + *example.outcome.route + "'", at).help =
      Suggest(*example.outcome.route, names);
}

}  // namespace

std::optional<Body> TitledBody(Context& context, const tree::Statement& statement,
                               std::string_view keyword) {
  const auto& items = statement.items;
  if (items.size() < 2 || items[1].kind != Kind::kString) {
    context.Error("expected", "expected a title in quotes after '" + std::string(keyword) + "'",
                  items[items.size() < 2 ? 0 : 1].span);
    return std::nullopt;
  }
  const tree::Item* block = BodyOf(context, statement, 2);
  if (block == nullptr) return std::nullopt;
  Body body{items[1].text, {}};
  for (const tree::Statement& line : block->statements) {
    for (const tree::Item& item : line.items) body.items.push_back(&item);
  }
  if (!body.items.empty()) return body;
  context.Error("expected", "expected something in the block of '" + std::string(keyword) + "'",
                block->span);
  return std::nullopt;
}

void ResolveExample(Context& context, const tree::Statement& statement) {
  std::optional<Body> body = TitledBody(context, statement, "example");
  if (!body) return;
  Example example;
  example.name = body->title;
  example.node = context.Node(statement.items[1].span);
  Cursor cursor(context, body->items, statement.items[2].span);
  if (ReadRequest(cursor, example) && ReadOutcome(cursor, example.outcome)) {
    CheckRoute(context, example, statement.items[1].span);
  }
  context.policy.examples.push_back(std::move(example));
}

}  // namespace weir::dsl::resolve
