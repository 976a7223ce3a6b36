// A sidecar is a gateway whose routes are bound to listeners: one for what
// comes to the service, one for each service that the application calls.
#include <utility>

#include "dsl/resolve/constructs.h"
#include "dsl/resolve/listener.h"
#include "dsl/resolve/proxy_clauses.h"
#include "dsl/resolve/route.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Gateway;
using Direction = syntax::Listener::Direction;

// One `inbound` or `outbound` block, read when the sidecar's own clauses are known.
struct Part {
  Direction direction;
  std::string name;   // of the route
  std::string owner;  // for messages
  Span at;
  const tree::Item* block = nullptr;
  std::uint32_t callee = 0;  // the service, for an outbound part
};

class Sidecar {
 public:
  Sidecar(Context& context, const Definition& definition, Gateway& gateway,
          const RouteBuilder& defaults)
      : context_(context), definition_(definition), gateway_(gateway), defaults_(defaults) {}

  void ReadPart(const Part& part) {
    RouteBuilder builder = defaults_;
    builder.route.name = part.name;
    builder.route.node = context_.Node(part.at);
    builder.route.match.node = builder.route.node;
    const std::size_t before = gateway_.listeners.size();
    std::optional<syntax::Listener::Mtls> mtls;
    bool intercept = false;
    const bool outbound = part.direction == Direction::kOutbound;
    if (outbound) {
      builder.set_action({{{{part.callee}, 1, builder.route.node}}, builder.route.node});
    }
    ClauseTable table = builder.RouteClauses();
    table.push_back({"listen", [&](Cursor& cursor, const tree::Item& keyword) {
                       return ReadListen(cursor, keyword.span, gateway_.listeners, part.direction);
                     }});
    table.push_back({"mtls", [&](Cursor& cursor, const tree::Item&) {
                       mtls.emplace();
                       return ReadMtls(cursor, *mtls);
                     }});
    table.push_back({"intercept", [&](Cursor&, const tree::Item&) { return intercept = true; }});
    if (!outbound) {
      table.push_back({"forward", [&](Cursor& cursor, const tree::Item& keyword) {
                         return ReadApplication(cursor, keyword, builder);
                       }});
    }
    const Found found =
        builder.ReadBody(part.block->statements, RouteBuilder::Layer::kRoute, part.owner, table);
    if (!outbound) Require(context_, found, {"forward"}, part.owner, part.at);
    Require(context_, found, {"listen"}, part.owner, part.at);
    if (gateway_.listeners.size() == before) return;
    syntax::Listener& listener = gateway_.listeners.back();
    if (mtls) listener.mtls = *mtls;
    listener.intercept = listener.intercept || intercept;
    builder.route.match.listeners = {static_cast<std::uint32_t>(before)};
    if (outbound || found.contains("forward")) Finish(std::move(builder), part);
  }

 private:
  // Keys by peer look at the listener this route is bound to, and at no other.
  void Finish(RouteBuilder builder, const Part& part) {
    Gateway alone;
    alone.listeners = {gateway_.listeners.back()};
    builder.Finish(part.owner, part.at, alone);
    gateway_.routes.push_back(std::move(builder.route));
  }

  // forward ADDRESS:PORT: the application, as an implicit service.
  bool ReadApplication(Cursor& cursor, const tree::Item& keyword, RouteBuilder& builder) {
    const Span at = cursor.Here();
    auto address = ReadSocketAddress(cursor);
    if (!address) return false;
    syntax::Service application;
    application.name = definition_.name + ".app";
    application.node = context_.Node(keyword.span);
    application.endpoints = {{*address, 1, context_.Node(at)}};
    const auto index = static_cast<std::uint32_t>(context_.policy.services.size());
    context_.policy.services.push_back(std::move(application));
    const syntax::NodeId node = context_.Node(keyword.span);
    builder.set_action({{{{index}, 1, node}}, node});
    return true;
  }

  Context& context_;
  const Definition& definition_;
  Gateway& gateway_;
  const RouteBuilder& defaults_;
};

bool MeetOutbound(Cursor& cursor, const tree::Item& keyword, std::vector<Part>& parts) {
  Context& context = cursor.context();
  const Span at = cursor.Here();
  const Definition* service = ReadReference(cursor, NameKind::kService);
  const tree::Item* block = cursor.TakeBlock();
  if (block == nullptr) {
    if (service != nullptr) cursor.Expected("a block { listen http ADDRESS:PORT ... }");
    return false;
  }
  if (service == nullptr) return true;
  RequireEndpoints(context, *service, at);
  for (const Part& other : parts) {
    if (other.direction != Direction::kOutbound || other.callee != service->index) continue;
    Diagnostic& error =
        context.Error("duplicate-clause",
                      "there are two outbound parts for '" + service->name + "'", keyword.span);
    error.labels.push_back({other.at, "the other one"});
    return false;
  }
  parts.push_back({Direction::kOutbound, "outbound-" + service->name,
                   "outbound '" + service->name + "'", keyword.span, block, service->index});
  return true;
}

}  // namespace

void ResolveSidecar(Context& context, const Definition& definition) {
  Gateway& gateway = context.policy.gateways[definition.index];
  gateway.kind = Gateway::Kind::kSidecar;
  const std::string owner = OwnerOf("sidecar", definition.name);
  Definition* service = context.Find(NameKind::kService, definition.name);
  if (service == nullptr) {
    context.UnknownName(NameKind::kService, definition.name, definition.span);
  } else {
    service->used = true;
    gateway.sidecar_of = syntax::Ref<syntax::Service>{service->index};
  }
  const tree::Item* body = BodyOf(context, *definition.statement, 2);
  if (body == nullptr) return;

  std::vector<LimitUse> limits;
  std::vector<Part> parts;
  RouteBuilder defaults(context, gateway.listeners);
  ClauseTable table = ProxyClauses(context, gateway, limits);
  for (Clause& clause : defaults.DefaultClauses()) table.push_back(std::move(clause));
  table.push_back(
      {"inbound", [&](Cursor& cursor, const tree::Item& keyword) {
         const tree::Item* block = cursor.TakeBlock();
         if (block == nullptr) {
           cursor.Expected("a block { listen http ADDRESS:PORT  forward ADDRESS:PORT }");
           return false;
         }
         parts.push_back(
             {Direction::kInbound, "inbound", "inbound of " + owner, keyword.span, block, 0});
         return true;
       }});
  table.push_back({"outbound",
                   [&](Cursor& cursor, const tree::Item& keyword) {
                     return MeetOutbound(cursor, keyword, parts);
                   },
                   true});
  defaults.ReadBody(body->statements, RouteBuilder::Layer::kGateway, owner, table);
  if (parts.empty()) {
    context.Error("missing-clause", owner + " has neither 'inbound' nor 'outbound'",
                  definition.span);
  }
  if (!gateway.identity && service != nullptr) {
    gateway.identity = context.policy.services[service->index].identity;
  }
  gateway.listeners.reserve(64);
  Sidecar sidecar(context, definition, gateway, defaults);
  for (const Part& part : parts) sidecar.ReadPart(part);
  for (const LimitUse& use : limits) {
    CheckLimitKey(context, context.policy[use.limit], use.at, nullptr, gateway.listeners, nullptr);
  }
}

}  // namespace weir::dsl::resolve
