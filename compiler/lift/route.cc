#include "compiler/lift/lifting.h"

namespace weir::compiler {

using runtime::TableView;

namespace {

syntax::Transform::Kind LiftKind(runtime::TransformKind kind) {
  using From = runtime::TransformKind;
  using To = syntax::Transform::Kind;
  switch (kind) {
    case From::kStripPrefix:
      return To::kStripPrefix;
    case From::kRewritePath:
      return To::kRewritePath;
    case From::kSetHeader:
      return To::kSetHeader;
    case From::kAddHeader:
      return To::kAddHeader;
    case From::kRemoveHeader:
      return To::kRemoveHeader;
    case From::kSetQuery:
      return To::kSetQuery;
    case From::kRemoveQuery:
      return To::kRemoveQuery;
    case From::kSetHost:
      return To::kSetHost;
  }
  return To::kSetHeader;
}

}  // namespace

syntax::Response Lifting::LiftResponse(runtime::Index place) {
  const auto& [status, reserved, body, headers] = table.responses()[place];
  syntax::Response response;
  response.status = static_cast<std::uint16_t>(status);
  response.body = Text(body);
  for (const auto& field : TableView::Slice(table.fields(), headers)) {
    const auto& [name, value] = field;
    response.headers.emplace_back(Text(name), Text(value));
  }
  return response;
}

std::vector<syntax::Transform> Lifting::LiftTransforms(runtime::Range range) {
  std::vector<syntax::Transform> transforms;
  for (const auto& record : TableView::Slice(table.transforms(), range)) {
    const auto& [kind, attribute, name, value] = record;
    syntax::Transform transform{.kind = LiftKind(kind), .name = Text(name), .value = Text(value)};
    if (attribute != runtime::kNoIndex) {
      transform.value = LiftAttribute(table.attributes()[attribute]);
    }
    transforms.push_back(std::move(transform));
  }
  return transforms;
}

syntax::Route Lifting::LiftRoute(const runtime::RouteRecord& record) {
  const auto& [name, source, listeners, hosts, paths, methods, fields, clients, cors, cors_upstream,
               jwt, api_keys, authentication_optional, retry, breaker, has_max_body, limits, rules,
               request, response, timeout, idle_timeout, max_body, action, answer, targets, mirrors,
               fallback, timeout_total] = record;
  syntax::Route route;
  route.name = Text(name);
  const auto& [file, line, column] = source;
  route.node = places.Add(table.text(file), {line, column}, "");
  route.match = LiftMatch(record);  // listeners, hosts, paths, methods, fields, clients
  route.cors = MayBeRef<syntax::Cors>(cors);
  route.cors_upstream = cors_upstream != 0;
  route.authentication.jwt = MayBeRef<syntax::Jwt>(jwt);
  route.authentication.keys = MayBeRef<syntax::ApiKeys>(api_keys);
  route.authentication.optional = authentication_optional != 0;
  route.retry = MayBeRef<syntax::Retry>(retry);
  route.breaker = MayBeRef<syntax::Breaker>(breaker);
  if (has_max_body != 0) route.max_body = max_body;
  route.limits = LiftLimitUses(limits);
  route.rules = LiftRules(rules);
  route.request = LiftTransforms(request);
  route.response = LiftTransforms(response);
  route.timeout = MayBeDuration(timeout);
  route.timeout_total = timeout_total != 0;
  route.idle_timeout = {idle_timeout};
  switch (action) {
    case runtime::ActionKind::kForward: {
      syntax::Forward forward;
      for (const auto& target : TableView::Slice(table.targets(), targets)) {
        const auto& [service, weight] = target;
        forward.targets.push_back({.service = {service}, .weight = weight});
      }
      route.action = std::move(forward);
      break;
    }
    case runtime::ActionKind::kRespond:
      route.action = LiftResponse(answer);
      break;
    case runtime::ActionKind::kRedirect: {
      const auto& [status, port, scheme, host, path] = table.redirects()[answer];
      syntax::Redirect redirect;
      redirect.status = static_cast<std::uint16_t>(status);
      if (port != 0) redirect.port = static_cast<std::uint16_t>(port);
      redirect.scheme = MayBe(scheme);
      redirect.host = MayBe(host);
      redirect.path = MayBe(path);
      route.action = std::move(redirect);
      break;
    }
  }
  for (const auto& mirror : TableView::Slice(table.mirrors(), mirrors)) {
    const auto& [service, percent] = mirror;
    route.mirrors.push_back({.service = {service}, .percent = percent});
  }
  if (fallback != runtime::kNoIndex) route.fallback = LiftResponse(fallback);
  return route;
}

}  // namespace weir::compiler
