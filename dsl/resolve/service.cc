#include <algorithm>
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/pattern.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Balance;
using syntax::Service;

// A clause whose one argument is a number that fits 32 bits.
Clause NumberClause(std::string_view keyword, std::string_view what, std::uint32_t& into,
                    std::uint32_t least = 0, std::uint32_t most = 1'000'000'000) {
  return {keyword, [what, &into, least, most](Cursor& cursor, const tree::Item&) {
            auto number = ReadNumber(cursor, what, least, most);
            if (number) into = static_cast<std::uint32_t>(*number);
            return number.has_value();
          }};
}

Clause DurationClause(std::string_view keyword, syntax::Duration& into) {
  return {keyword, [&into](Cursor& cursor, const tree::Item&) {
            auto duration = ReadDuration(cursor);
            if (duration) into = *duration;
            return duration.has_value();
          }};
}

Clause PercentClause(std::string_view keyword, std::uint32_t& into) {
  return {keyword, [&into](Cursor& cursor, const tree::Item&) {
            auto percent = ReadPercent(cursor, 0, 100);
            if (percent) into = *percent;
            return percent.has_value();
          }};
}

Clause FlagClause(std::string_view keyword, bool& into) {
  return {keyword, [&into](Cursor&, const tree::Item&) { return into = true; }};
}

bool AddEndpoint(Context& context, Service& service, const syntax::SocketAddress& address,
                 std::uint32_t weight, const Value& value) {
  for (const syntax::Endpoint& other : service.endpoints) {
    if (other.address != address) continue;
    Diagnostic& error =
        context.Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
    error.labels.push_back({context.policy.origins[other.node], "first listed here"});
    return false;
  }
  service.endpoints.push_back({address, weight, context.Node(value.at)});
  return true;
}

std::optional<syntax::SocketAddress> AddressOf(Context& context, const Value& value) {
  auto address = ParseSocketAddress(value.item->text);
  if (address) return *address;
  Diagnostic& error = context.Error("wrong-value", address.error(), value);
  error.help = "hosts that change stand in a file: endpoints file \"hosts.json\"";
  return std::nullopt;
}

bool CheckHostPort(Context& context, const std::string& text, Span at) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && HostFault(text.substr(0, colon)) == nullptr &&
      ParseNumber(text.substr(colon + 1), 1, 65535)) {
    return true;
  }
  context.Error("wrong-value", "\"" + text + "\" is not HOST:PORT, such as \"users.svc:80\"", at);
  return false;
}

// endpoints [A, B] | endpoints dns "host:port" | endpoints file "hosts.json"
bool ReadEndpoints(Cursor& cursor, Service& service) {
  Context& context = cursor.context();
  if (cursor.TakeWord("dns")) {
    const Span at = cursor.Here();
    service.dns = ReadLocation(cursor, "HOST:PORT in quotes");
    return service.dns && CheckHostPort(context, *service.dns, at);
  }
  if (cursor.TakeWord("file")) {
    service.file = ReadLocation(cursor, "a file name");
    return service.file.has_value();
  }
  return ReadList(cursor, "an address and port such as 127.0.0.1:8080", [&](const Value& value) {
    auto address = AddressOf(context, value);
    return address && AddEndpoint(context, service, *address, 1, value);
  });
}

// endpoint ADDRESS:PORT [weight N]
bool ReadEndpoint(Cursor& cursor, Service& service) {
  auto value = cursor.TakeValue("an address and port such as 127.0.0.1:8080");
  if (value && value->item->kind == tree::Item::Kind::kList) {
    cursor.context()
        .Error("wrong-value", "'endpoint' takes one address, this is a list", *value)
        .help = "for several write: endpoints [...]";
    return false;
  }
  auto address = value ? AddressOf(cursor.context(), *value) : std::nullopt;
  if (!address) return false;
  std::uint64_t weight = 1;
  if (cursor.TakeWord("weight")) {
    auto number = ReadNumber(cursor, "a weight", 1, 1'000'000);
    if (!number) return false;
    weight = *number;
  }
  return AddEndpoint(cursor.context(), service, *address, static_cast<std::uint32_t>(weight),
                     *value);
}

// round-robin | least-request | random | consistent-hash by ATTRIBUTE [bounded 125%]
bool ReadBalance(Cursor& cursor, Balance& balance) {
  auto kind = ReadChoice(cursor, "a way to balance",
                         {"round-robin", "least-request", "random", "consistent-hash"});
  if (!kind) return false;
  balance.kind = Balance::Kind(*kind);
  if (balance.kind != Balance::Kind::kConsistentHash) return true;
  if (!cursor.TakeWord("by")) {
    cursor.Expected("'by' and an attribute, as in consistent-hash by header.x-session");
    return false;
  }
  const tree::Item* word = cursor.TakeName("an attribute such as header.x-session");
  if (word == nullptr) return false;
  auto attribute = ResolveAttribute(cursor.context(), word->text, word->span, {});
  if (!attribute) return false;
  using syntax::Subject;
  const Subject subject = attribute->subject;
  if (subject != Subject::kHeader && subject != Subject::kCookie && subject != Subject::kPath &&
      subject != Subject::kClientAddress) {
    Diagnostic& error = cursor.context().Error(
        "type-mismatch", "hosts cannot be chosen by " + Quote(*word), word->span);
    error.help = "what may stand here: header.NAME, cookie.NAME, client.address, path";
    return false;
  }
  balance.hash_by = *std::move(attribute);
  if (!cursor.TakeWord("bounded")) return true;
  auto bound = ReadPercent(cursor, 101, 1000);
  if (bound) balance.bound_percent = *bound;
  return bound.has_value();
}

// affinity cookie "name" [for D]
bool ReadAffinity(Cursor& cursor, Service& service, const tree::Item& keyword) {
  Context& context = cursor.context();
  if (!cursor.TakeWord("cookie")) {
    cursor.Expected("'cookie' and its name, as in affinity cookie \"host\"");
    return false;
  }
  const Span at = cursor.Here();
  auto name = ReadString(cursor, "the cookie's name");
  if (!name) return false;
  if (!IsToken(*name)) {
    context.Error("wrong-value", "\"" + *name + "\" is no name of a cookie", at);
    return false;
  }
  service.affinity = syntax::Affinity{*std::move(name), std::nullopt, context.Node(keyword.span)};
  if (!cursor.TakeWord("for")) return true;
  service.affinity->max_age = ReadDuration(cursor);
  return service.affinity->max_age.has_value();
}

// check "/healthz" { ... } | check tcp { ... }
bool ReadCheck(Cursor& cursor, Service& service, const tree::Item& keyword) {
  Context& context = cursor.context();
  syntax::Check check;
  check.node = context.Node(keyword.span);
  if (cursor.TakeWord("tcp")) {
    check.kind = syntax::Check::Kind::kTcp;
  } else {
    auto value = cursor.TakeValue("a path in quotes, or tcp");
    auto path = value ? LiteralPathOf(context, *value) : std::nullopt;
    if (!path) return false;
    check.path = *std::move(path);
  }
  if (const tree::Item* block = cursor.TakeBlock()) {
    const ClauseTable table = {
        DurationClause("every", check.every), DurationClause("timeout", check.timeout),
        NumberClause("unhealthy", "a number of failures in a row", check.unhealthy, 1),
        NumberClause("healthy", "a number of successes in a row", check.healthy, 1)};
    ReadClauses(context, block->statements, "a check", table);
  }
  service.check = std::move(check);
  return true;
}

bool ReadPool(Cursor& cursor, Service& service, const tree::Item& keyword) {
  Context& context = cursor.context();
  syntax::Pool pool;
  pool.node = context.Node(keyword.span);
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block { connections N ... }");
    return false;
  }
  const ClauseTable table = {
      NumberClause("connections", "a number of connections", pool.connections, 1),
      NumberClause("pending", "a number of waiting requests", pool.pending),
      NumberClause("requests", "a number of requests in flight", pool.requests, 1),
      NumberClause("requests-per-connection", "a number of requests", pool.requests_per_connection,
                   1)};
  ReadClauses(context, block->statements, "a pool", table);
  service.pool = pool;
  return true;
}

bool ReadEject(Cursor& cursor, Service& service, const tree::Item& keyword) {
  Context& context = cursor.context();
  syntax::Ejection ejection;
  ejection.node = context.Node(keyword.span);
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    cursor.Expected("a block { consecutive-5xx N ... }");
    return false;
  }
  constexpr std::string_view kFailures = "a number of failures in a row";
  const ClauseTable table = {
      NumberClause("consecutive-5xx", kFailures, ejection.consecutive_5xx),
      NumberClause("consecutive-gateway-errors", kFailures, ejection.consecutive_gateway_errors),
      NumberClause("consecutive-local-failures", kFailures, ejection.consecutive_local_failures),
      FlagClause("success-rate", ejection.success_rate),
      DurationClause("every", ejection.every),
      DurationClause("base", ejection.base),
      PercentClause("max", ejection.max_percent),
      FlagClause("at-least-one", ejection.at_least_one),
      PercentClause("panic", ejection.panic_percent)};
  ReadClauses(context, block->statements, "eject", table);
  service.ejection = ejection;
  return true;
}

// calls SERVICE [up to N]
bool ReadCalls(Cursor& cursor, Service& service) {
  Context& context = cursor.context();
  const Span at = cursor.Here();
  const Definition* callee = ReadReference(cursor, NameKind::kService);
  if (callee == nullptr) return false;
  syntax::Call call{{callee->index}, 1, context.Node(at)};
  if (cursor.TakeWord("up")) {
    if (!cursor.TakeWord("to")) {
      cursor.Expected("'to', as in up to 3");
      return false;
    }
    auto times = ReadNumber(cursor, "a number of calls", 1, 1'000'000);
    if (!times) return false;
    call.times = static_cast<std::uint32_t>(*times);
  }
  for (const syntax::Call& other : service.calls) {
    if (other.callee != call.callee) continue;
    Diagnostic& error =
        context.Error("duplicate-clause", "calls to '" + callee->name + "' are declared twice", at);
    error.labels.push_back({context.policy.origins[other.node], "first declared here"});
    return false;
  }
  service.calls.push_back(call);
  return true;
}

bool ReadRule(Cursor& cursor, const tree::Item& keyword, std::vector<syntax::Rule>& rules) {
  auto when = ReadWhen(cursor, {}, keyword.span);
  if (!when) return false;
  rules.push_back({keyword.text == "allow", *std::move(when), cursor.context().Node(keyword.span)});
  return true;
}

bool RefuseSubset(Cursor& cursor, const tree::Item& keyword) {
  Diagnostic& error = cursor.context().Error(
      "not-supported", "endpoint subsets ('subset') are not part of this version", keyword.span);
  error.help = "write the subset as a service of its own and forward to both by weight";
  return false;
}

}  // namespace

void ResolveService(Context& context, const Definition& definition) {
  Service& service = context.policy.services[definition.index];
  const std::string owner = OwnerOf("service", definition.name);
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;
  const ClauseReader rule = [&](Cursor& cursor, const tree::Item& keyword) {
    return ReadRule(cursor, keyword, service.rules);
  };
  const ClauseTable table = {
      {"endpoints",
       [&](Cursor& cursor, const tree::Item&) { return ReadEndpoints(cursor, service); }},
      {"endpoint", [&](Cursor& cursor, const tree::Item&) { return ReadEndpoint(cursor, service); },
       true},
      {"balance",
       [&](Cursor& cursor, const tree::Item&) { return ReadBalance(cursor, service.balance); }},
      {"affinity",
       [&](Cursor& cursor, const tree::Item& k) { return ReadAffinity(cursor, service, k); }},
      {"check", [&](Cursor& cursor, const tree::Item& k) { return ReadCheck(cursor, service, k); }},
      {"pool", [&](Cursor& cursor, const tree::Item& k) { return ReadPool(cursor, service, k); }},
      {"eject", [&](Cursor& cursor, const tree::Item& k) { return ReadEject(cursor, service, k); }},
      {"identity",
       [&](Cursor& cursor, const tree::Item&) {
         service.identity = ReadIdentity(cursor);
         return service.identity.has_value();
       }},
      {"calls", [&](Cursor& cursor, const tree::Item&) { return ReadCalls(cursor, service); },
       true},
      {"call-depth",
       [&](Cursor& cursor, const tree::Item&) {
         auto depth = ReadNumber(cursor, "a number of passes", 1, 1000);
         if (depth) service.call_depth = static_cast<std::uint32_t>(*depth);
         return depth.has_value();
       }},
      {"allow", rule, true},
      {"deny", rule, true},
      {"subset", [&](Cursor& cursor, const tree::Item& k) { return RefuseSubset(cursor, k); },
       true},
  };
  const Found found = ReadClauses(context, body->statements, owner, table);
  if (!found.contains("endpoints") && !found.contains("endpoint")) {
    context.without_endpoints.insert(definition.index);
  }
}

void RequireEndpoints(Context& context, const Definition& service, Span at) {
  if (!context.without_endpoints.contains(service.index)) return;
  Diagnostic& error =
      context.Error("no-endpoints", "service '" + service.name + "' has no endpoints", at);
  error.labels.push_back({service.span, "defined here"});
}

}  // namespace weir::dsl::resolve
