#include "compiler/lift/lifting.h"
#include "runtime/request/canonical.h"

namespace weir::compiler {

using runtime::TableView;

namespace {

using L = syntax::Listener;

L::Protocol LiftProtocol(runtime::ProtocolKind protocol) {
  switch (protocol) {
    case runtime::ProtocolKind::kHttp:
      return L::Protocol::kHttp;
    case runtime::ProtocolKind::kHttps:
      return L::Protocol::kHttps;
  }
  return L::Protocol::kHttp;
}

L::Direction LiftDirection(runtime::DirectionKind direction) {
  switch (direction) {
    case runtime::DirectionKind::kEdge:
      return L::Direction::kEdge;
    case runtime::DirectionKind::kInbound:
      return L::Direction::kInbound;
    case runtime::DirectionKind::kOutbound:
      return L::Direction::kOutbound;
  }
  return L::Direction::kEdge;
}

L::Mtls LiftMtls(runtime::MtlsKind mtls) {
  switch (mtls) {
    case runtime::MtlsKind::kOff:
      return L::Mtls::kOff;
    case runtime::MtlsKind::kOptional:
      return L::Mtls::kOptional;
    case runtime::MtlsKind::kStrict:
      return L::Mtls::kStrict;
  }
  return L::Mtls::kOff;
}

L::Underscores LiftUnderscores(runtime::Underscores underscores) {
  switch (underscores) {
    case runtime::Underscores::kDrop:
      return L::Underscores::kDrop;
    case runtime::Underscores::kKeep:
      return L::Underscores::kKeep;
    case runtime::Underscores::kReject:
      return L::Underscores::kReject;
  }
  return L::Underscores::kDrop;
}

L::PathParameters LiftPathParameters(runtime::PathParameters parameters) {
  switch (parameters) {
    case runtime::PathParameters::kReject:
      return L::PathParameters::kReject;
    case runtime::PathParameters::kKeep:
      return L::PathParameters::kKeep;
    case runtime::PathParameters::kStrip:
      return L::PathParameters::kStrip;
  }
  return L::PathParameters::kReject;
}

syntax::AccessLog::Sink LiftSink(runtime::LogSink sink) {
  using To = syntax::AccessLog::Sink;
  switch (sink) {
    case runtime::LogSink::kOff:
      return To::kOff;
    case runtime::LogSink::kStdout:
      return To::kStdout;
    case runtime::LogSink::kStderr:
      return To::kStderr;
    case runtime::LogSink::kFile:
      return To::kFile;
  }
  return To::kStdout;
}

syntax::Gateway::Kind LiftKind(runtime::ProxyKind kind) {
  switch (kind) {
    case runtime::ProxyKind::kGateway:
      return syntax::Gateway::Kind::kGateway;
    case runtime::ProxyKind::kSidecar:
      return syntax::Gateway::Kind::kSidecar;
  }
  return syntax::Gateway::Kind::kGateway;
}

}  // namespace

syntax::Listener Lifting::LiftListener(const runtime::ListenerRecord& record) {
  const auto& [address, port, protocol, direction, mtls, certificate, key, client_ca,
               keep_encoded_slash, keep_slashes, underscores, proxy_protocol, intercept,
               path_parameters, first_query, first_cookies] = record;
  syntax::Listener listener;
  listener.protocol = LiftProtocol(protocol);
  listener.direction = LiftDirection(direction);
  listener.address = LiftSocket(address, port);
  listener.certificate = Text(certificate);
  listener.key = Text(key);
  listener.client_ca = Text(client_ca);
  listener.mtls = LiftMtls(mtls);
  listener.encoded_slash = keep_encoded_slash ? L::EncodedSlash::kKeep : L::EncodedSlash::kReject;
  listener.slashes = keep_slashes ? L::Slashes::kKeep : L::Slashes::kMerge;
  listener.underscores = LiftUnderscores(static_cast<runtime::Underscores>(underscores));
  listener.path_parameters =
      LiftPathParameters(static_cast<runtime::PathParameters>(path_parameters));
  listener.query = first_query ? L::Reading::kFirst : L::Reading::kStrict;
  listener.cookies = first_cookies ? L::Reading::kFirst : L::Reading::kStrict;
  listener.proxy_protocol = proxy_protocol != 0;
  listener.intercept = intercept != 0;
  return listener;
}

syntax::Gateway Lifting::LiftGateway() {
  // What is read as one value follows from the rest (CANON-13, 16, 17).
  const auto& [kind, explain_headers, name, sidecar_of, identity, log, max_header_count, log_file,
               max_header_octets, max_body, listeners, trusted_proxies, scalar_fields,
               scalar_queries, scalar_cookies, limits, rules, routes, otherwise, reserved] =
      table.gateway();
  syntax::Gateway gateway;
  gateway.kind = LiftKind(kind);
  gateway.name = Text(name);
  if (sidecar_of.length != 0) gateway.sidecar_of = ServiceOfName(table.text(sidecar_of));
  for (const auto& record : TableView::Slice(table.listeners(), listeners)) {
    gateway.listeners.push_back(LiftListener(record));
  }
  gateway.identity = MayBe(identity);
  gateway.log = {.sink = LiftSink(log), .file = Text(log_file)};
  gateway.explain_headers = explain_headers != 0;
  gateway.trusted_proxies = LiftNetworks(trusted_proxies);
  gateway.max_header_octets = max_header_octets;
  gateway.max_header_count = max_header_count;
  gateway.max_body = max_body;
  gateway.limits = LiftLimitUses(limits);
  gateway.rules = LiftRules(rules);
  for (const auto& record : TableView::Slice(table.routes(), routes)) {
    gateway.routes.push_back(LiftRoute(record));
  }
  if (otherwise != runtime::kNoIndex) gateway.otherwise = LiftResponse(otherwise);
  return gateway;
}

}  // namespace weir::compiler
