#include "compiler/lower/lowering.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

namespace {

static_assert(static_cast<int>(syntax::Transform::Kind::kSetHost) ==
              static_cast<int>(runtime::TransformKind::kSetHost));
static_assert(static_cast<int>(syntax::Transform::Kind::kSetHeader) ==
              static_cast<int>(runtime::TransformKind::kSetHeader));

}  // namespace

runtime::Index Lowering::LowerResponse(const syntax::Response& response) {
  runtime::ResponseRecord record;
  record.status = response.status;
  record.body = out.Text(response.body);
  std::vector<runtime::FieldRecord> headers;
  for (const auto& [name, value] : response.headers) {
    headers.push_back({out.Text(Lowered(name)), out.Text(value)});
  }
  if (headers.size() > runtime::kMaxResponseHeaders) {
    Refuse(response.node, "the response has more than 32 headers");
    headers.clear();
  }
  record.headers = AppendRun(out.fields, headers);
  return AppendOne(out.responses, record);
}

runtime::Range Lowering::LowerTransforms(const std::vector<syntax::Transform>& transforms) {
  std::vector<runtime::TransformRecord> records;
  for (const syntax::Transform& transform : transforms) {
    runtime::TransformRecord record;
    record.kind = static_cast<runtime::TransformKind>(transform.kind);
    record.name = out.Text(transform.name);
    if (const auto* text = std::get_if<std::string>(&transform.value)) {
      record.value = out.Text(*text);
    } else {
      record.attribute = StoreAttribute(std::get<syntax::Attribute>(transform.value));
    }
    records.push_back(record);
  }
  return AppendRun(out.transforms, records);
}

void Lowering::LowerAction(const syntax::Route& route, runtime::RouteRecord& record) {
  if (const auto* response = std::get_if<syntax::Response>(&route.action)) {
    record.action = runtime::ActionKind::kRespond;
    record.answer = LowerResponse(*response);
  } else if (const auto* redirect = std::get_if<syntax::Redirect>(&route.action)) {
    record.action = runtime::ActionKind::kRedirect;
    runtime::RedirectRecord lowered;
    lowered.status = redirect->status;
    lowered.port = redirect->port.value_or(0);
    lowered.scheme = out.Text(redirect->scheme.value_or(""));
    lowered.host = out.Text(redirect->host.value_or(""));
    lowered.path = out.Text(redirect->path.value_or(""));
    record.answer = AppendOne(out.redirects, lowered);
  } else {
    std::vector<runtime::TargetRecord> targets;
    for (const syntax::Target& target : std::get<syntax::Forward>(route.action).targets) {
      targets.push_back({LowerService(target.service), target.weight});
    }
    record.targets = AppendRun(out.targets, targets);
  }
}

runtime::RouteRecord Lowering::LowerRoute(const syntax::Route& route) {
  runtime::RouteRecord record;
  record.name = out.Text(route.name);
  record.source = SourceOf(route.node);
  LowerMatch(route.match, record);
  if (route.cors) record.cors = LowerCors(*route.cors);
  record.cors_upstream = route.cors_upstream;
  if (route.authentication.jwt) record.jwt = LowerJwt(*route.authentication.jwt);
  if (route.authentication.keys) record.api_keys = LowerApiKeys(*route.authentication.keys);
  record.authentication_optional = route.authentication.optional;
  if (route.retry) record.retry = LowerRetry(*route.retry);
  if (route.breaker) record.breaker = LowerBreaker(*route.breaker);
  record.limits = LowerLimitUses(route.limits);
  record.rules = LowerRules(route.rules);
  record.request = LowerTransforms(route.request);
  record.response = LowerTransforms(route.response);
  if (route.timeout) record.timeout = route.timeout->nanoseconds;
  record.timeout_total = route.timeout_total;
  record.idle_timeout = route.idle_timeout.nanoseconds;
  record.has_max_body = route.max_body.has_value();
  record.max_body = route.max_body.value_or(0);
  LowerAction(route, record);
  std::vector<runtime::MirrorRecord> mirrors;
  for (const syntax::Mirror& mirror : route.mirrors) {
    mirrors.push_back({LowerService(mirror.service), mirror.percent});
  }
  record.mirrors = AppendRun(out.mirrors, mirrors);
  if (route.fallback) record.fallback = LowerResponse(*route.fallback);
  return record;
}

}  // namespace weir::compiler
