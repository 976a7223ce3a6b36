#include "dsl/resolve/names.h"

#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using Kind = tree::Item::Kind;

// Enters a name, or says where it was entered before. Null then.
Definition* Enter(Context& context, NameKind kind, const tree::Statement& statement) {
  if (statement.items.size() < 2 || statement.items[1].kind != Kind::kWord) {
    Diagnostic& error = context.Error(
        "expected", "expected a name after " + Quote(statement.items[0]), statement.items[0].span);
    if (statement.items.size() > 1 && statement.items[1].kind == Kind::kString) {
      error.help = "write the name without quotes";
    }
    return nullptr;
  }
  const tree::Item& name = statement.items[1];
  if (!IsName(name.text)) {
    Diagnostic& error = context.Error("wrong-value", Quote(name) + " cannot be a name", name.span);
    error.help = "a name begins with a letter and goes on with letters, digits, '-' and '_'";
    return nullptr;
  }
  Definition definition;
  definition.name = name.text;
  definition.span = name.span;
  definition.statement = &statement;
  auto [place, fresh] = context.names(kind).emplace(name.text, std::move(definition));
  if (fresh) return &place->second;
  Diagnostic& error = context.Error(
      "duplicate-name",
      "there are two definitions of " + std::string(Describe(kind)) + " '" + name.text + "'",
      name.span);
  error.labels.push_back({place->second.span, "first defined here"});
  return nullptr;
}

// Sets a place aside in the policy's list.
template <class T>
void Reserve(Context& context, Definition* definition, std::vector<T>& list) {
  if (definition == nullptr) return;
  definition->index = static_cast<std::uint32_t>(list.size());
  T& entry = list.emplace_back();
  entry.name = definition->name;
  entry.node = context.Node(definition->span);
}

// let NAME = VALUE
void EnterLet(Context& context, const tree::Statement& statement) {
  const auto& items = statement.items;
  const bool form = items.size() == 4 && items[2].kind == Kind::kOperator && items[2].text == "=";
  const bool value = form && (items[3].kind == Kind::kWord || items[3].kind == Kind::kString ||
                              items[3].kind == Kind::kRegex || items[3].kind == Kind::kList);
  if (!value) {
    Diagnostic& error = context.Error("expected", "expected one value in a let", statement.span);
    error.help = "write let NAME = VALUE, the value being a word, a string or a list";
    return;
  }
  if (LooksLikeAttribute(items[1].text) || items[1].text == "true" || items[1].text == "false") {
    context.Error("wrong-value",
                  Quote(items[1]) + " cannot be the name of a let: it means something else",
                  items[1].span);
    return;
  }
  Enter(context, NameKind::kLet, statement);
}

void EnterSidecar(Context& context, const tree::Statement& statement) {
  Definition* definition = Enter(context, NameKind::kGateway, statement);
  if (definition == nullptr) return;
  definition->sidecar = true;
  Reserve(context, definition, context.policy.gateways);
}

}  // namespace

void CollectName(Context& context, const tree::Statement& statement, Statements& rest) {
  const tree::Item& head = statement.items.front();
  syntax::Policy& policy = context.policy;
  const std::string& word = head.text;
  const std::vector<std::string> known = {
      "service", "jwt",     "api-keys", "limit", "cors",  "retry",   "breaker",      "gateway",
      "sidecar", "profile", "include",  "let",   "prove", "example", "amplification"};
  if (head.kind != Kind::kWord) {
    context.Error("unknown-statement", "a statement does not begin with " + Quote(head), head.span)
        .help = Suggest("", known);
    return;
  }
  const auto enter = [&](NameKind kind) { return Enter(context, kind, statement); };
  if (word == "service") {
    Reserve(context, enter(NameKind::kService), policy.services);
  } else if (word == "jwt") {
    Reserve(context, enter(NameKind::kAuthenticator), policy.jwts);
  } else if (word == "api-keys") {
    Definition* definition = enter(NameKind::kAuthenticator);
    if (definition != nullptr) definition->api_keys = true;
    Reserve(context, definition, policy.api_keys);
  } else if (word == "limit") {
    Reserve(context, enter(NameKind::kLimit), policy.limits);
  } else if (word == "cors") {
    Reserve(context, enter(NameKind::kCors), policy.cors);
  } else if (word == "retry") {
    Reserve(context, enter(NameKind::kRetry), policy.retries);
  } else if (word == "breaker") {
    Reserve(context, enter(NameKind::kBreaker), policy.breakers);
  } else if (word == "gateway") {
    Reserve(context, enter(NameKind::kGateway), policy.gateways);
  } else if (word == "sidecar") {
    EnterSidecar(context, statement);
  } else if (word == "profile") {
    enter(NameKind::kProfile);
  } else if (word == "let") {
    EnterLet(context, statement);
  } else if (word == "prove") {
    rest.proofs.push_back(&statement);
  } else if (word == "example") {
    rest.examples.push_back(&statement);
  } else if (word == "amplification") {
    rest.bounds.push_back(&statement);
  } else if (word != "include") {  // includes have been followed by now
    context.Error("unknown-statement", Quote(head) + " is not a statement of a policy", head.span)
        .help = Suggest(word, known);
  }
}

const tree::Item* BodyOf(Context& context, const tree::Statement& statement, std::size_t place) {
  const auto& items = statement.items;
  if (items.size() <= place || items[place].kind != Kind::kBlock) {
    const tree::Item& at = items[std::min(place, items.size() - 1)];
    std::string what;
    for (std::size_t i = 0; i < std::min(place, items.size()); ++i)
      what += (i > 0 ? " " : "") + items[i].text;
    context.Error("expected", "expected a block { ... } after '" + what + "'", at.span);
    return nullptr;
  }
  if (items.size() > place + 1) {
    context.Error("expected", "expected the end of the line and found " + Quote(items[place + 1]),
                  items[place + 1].span);
    return nullptr;
  }
  return &items[place];
}

std::string OwnerOf(std::string_view keyword, std::string_view name) {
  return std::string(keyword) + " '" + std::string(name) + "'";
}

const Definition* ReadReference(Cursor& cursor, NameKind kind) {
  const tree::Item* name = cursor.TakeName("the name of a " + std::string(Describe(kind)));
  if (name == nullptr) return nullptr;
  Definition* definition = cursor.context().Find(kind, name->text);
  if (definition == nullptr) {
    cursor.context().UnknownName(kind, name->text, name->span);
    return nullptr;
  }
  definition->used = true;
  return definition;
}

}  // namespace weir::dsl::resolve
