#include "runtime/base/field_classes.h"
#include "runtime/table/check_records.h"

namespace weir::runtime {
namespace {

void CheckStatus(CheckContext& c, std::uint32_t status, std::uint32_t first, std::uint32_t last) {
  c.Require(status >= first && status <= last, "a status code is out of range");
}

void CheckAction(CheckContext& c, const RouteRecord& r) {
  const TableView& t = c.table();
  c.Below(r.action, ActionKind::kRedirect);
  c.In(r.targets, t.targets().size());
  switch (r.action) {
    case ActionKind::kForward: {
      c.Require(r.answer == kNoIndex, "a route both forwards and answers");
      c.Require(r.targets.count >= 1, "a route forwards to nothing");
      if (!c.ok()) return;
      std::uint64_t weight = 0;
      for (const TargetRecord& target : TableView::Slice(t.targets(), r.targets)) {
        weight += target.weight;
      }
      return c.Require(weight >= 1 && weight <= 0xffffffff, "the weights of a route do not add up");
    }
    case ActionKind::kRespond:
      c.At(r.answer, t.responses().size());
      return c.Require(r.targets.count == 0, "a route both forwards and answers");
    case ActionKind::kRedirect:
      c.At(r.answer, t.redirects().size());
      return c.Require(r.targets.count == 0, "a route both forwards and answers");
  }
}

}  // namespace

void Check(CheckContext& c, const RouteRecord& r) {
  const TableView& t = c.table();
  c.Printable(r.name);
  c.Printable(r.source.file);
  c.In(r.hosts, t.hosts().size());
  c.In(r.paths, t.paths().size());
  if (c.In(r.methods, t.strings().size())) {
    for (StringRef method : TableView::Slice(t.strings(), r.methods)) c.Token(method);
  }
  c.In(r.fields, t.field_matches().size());
  c.In(r.clients, t.networks().size());
  c.MayBeAt(r.cors, t.cors().size());
  c.Bool(r.cors_upstream);
  c.MayBeAt(r.jwt, t.jwts().size());
  c.MayBeAt(r.api_keys, t.api_key_sets().size());
  c.Bool(r.authentication_optional);
  c.MayBeAt(r.retry, t.retries().size());
  c.MayBeAt(r.breaker, t.breakers().size());
  c.Bool(r.has_max_body);
  c.In(r.limits, t.limit_uses().size());
  c.In(r.rules, t.rules().size());
  c.In(r.request, t.transforms().size());
  c.In(r.response, t.transforms().size());
  c.Require(r.timeout >= -1, "a duration is negative");
  c.Bool(r.timeout_total);
  c.Duration(r.idle_timeout);
  CheckAction(c, r);
  c.In(r.mirrors, t.mirrors().size());
  c.MayBeAt(r.fallback, t.responses().size());
  if (!c.ok()) return;
  for (const TransformRecord& transform : TableView::Slice(t.transforms(), r.response)) {
    c.Require(transform.kind == TransformKind::kSetHeader ||
                  transform.kind == TransformKind::kAddHeader ||
                  transform.kind == TransformKind::kRemoveHeader,
              "a response is transformed in more than its headers");
  }
}

void Check(CheckContext& c, const TransformRecord& r) {
  c.Below(r.kind, TransformKind::kSetHost);
  c.MayBeAt(r.attribute, c.table().attributes().size());
  switch (r.kind) {
    case TransformKind::kSetHeader:
    case TransformKind::kAddHeader:
    case TransformKind::kRemoveHeader:
      c.HeaderName(r.name);
      if (c.ok())
        c.Require(!IsWrittenByTheProxy(c.table().text(r.name)), "a transform writes framing");
      break;
    case TransformKind::kStripPrefix:
    case TransformKind::kRewritePath:
      c.Printable(r.name);
      if (c.ok())
        c.Require(c.table().text(r.name).starts_with('/'), "a path does not begin with '/'");
      break;
    case TransformKind::kSetQuery:
    case TransformKind::kRemoveQuery:
    case TransformKind::kSetHost:
      c.Printable(r.name);
      break;
  }
  c.Printable(r.value);
}

void Check(CheckContext& c, const FieldRecord& r) {
  c.HeaderName(r.name);
  if (c.ok())
    c.Require(!IsWrittenByTheProxy(c.table().text(r.name)), "a response's header is framing");
  c.Printable(r.value);
}

void Check(CheckContext& c, const ResponseRecord& r) {
  CheckStatus(c, r.status, 200, 599);
  c.Text(r.body);
  c.In(r.headers, c.table().fields().size());
  c.Require(r.headers.count <= kMaxResponseHeaders, "a response has more than 32 headers");
}

void Check(CheckContext& c, const RedirectRecord& r) {
  CheckStatus(c, r.status, 300, 399);
  c.Port(r.port);
  c.Printable(r.scheme);
  c.Printable(r.host);
  c.Printable(r.path);
}

void Check(CheckContext& c, const TargetRecord& r) { c.At(r.service, c.table().services().size()); }

void Check(CheckContext& c, const MirrorRecord& r) {
  c.At(r.service, c.table().services().size());
  c.Percent(r.percent);
}

}  // namespace weir::runtime
