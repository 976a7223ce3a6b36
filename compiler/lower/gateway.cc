#include "compiler/lower/lowering.h"

namespace weir::compiler {

using runtime::AppendRun;

runtime::ListenerRecord Lowering::LowerListener(const syntax::Listener& listener) {
  using L = syntax::Listener;
  runtime::ListenerRecord record;
  record.address = LowerAddress(listener.address.address);
  record.port = listener.address.port;
  record.protocol = listener.protocol == L::Protocol::kHttps ? runtime::ProtocolKind::kHttps
                                                             : runtime::ProtocolKind::kHttp;
  switch (listener.direction) {
    case L::Direction::kEdge:
      record.direction = runtime::DirectionKind::kEdge;
      break;
    case L::Direction::kInbound:
      record.direction = runtime::DirectionKind::kInbound;
      break;
    case L::Direction::kOutbound:
      record.direction = runtime::DirectionKind::kOutbound;
      break;
  }
  switch (listener.mtls) {
    case L::Mtls::kOff:
      record.mtls = runtime::MtlsKind::kOff;
      break;
    case L::Mtls::kOptional:
      record.mtls = runtime::MtlsKind::kOptional;
      break;
    case L::Mtls::kStrict:
      record.mtls = runtime::MtlsKind::kStrict;
      break;
  }
  record.certificate = out.Text(listener.certificate);
  record.key = out.Text(listener.key);
  record.client_ca = out.Text(listener.client_ca);
  record.keep_encoded_slash = listener.encoded_slash == L::EncodedSlash::kKeep;
  record.keep_slashes = listener.slashes == L::Slashes::kKeep;
  switch (listener.underscores) {
    case L::Underscores::kDrop:
      record.underscores = 0;
      break;
    case L::Underscores::kKeep:
      record.underscores = 1;
      break;
    case L::Underscores::kReject:
      record.underscores = 2;
      break;
  }
  switch (listener.path_parameters) {
    case L::PathParameters::kReject:
      record.path_parameters = 0;
      break;
    case L::PathParameters::kKeep:
      record.path_parameters = 1;
      break;
    case L::PathParameters::kStrip:
      record.path_parameters = 2;
      break;
  }
  record.first_query = listener.query == L::Reading::kFirst;
  record.first_cookies = listener.cookies == L::Reading::kFirst;
  record.proxy_protocol = listener.proxy_protocol;
  record.intercept = listener.intercept;
  return record;
}

void Lowering::LowerGateway(const syntax::Gateway& gateway) {
  runtime::GatewayRecord record;
  record.kind = gateway.kind == syntax::Gateway::Kind::kSidecar ? runtime::ProxyKind::kSidecar
                                                                : runtime::ProxyKind::kGateway;
  record.explain_headers = gateway.explain_headers;
  record.name = out.Text(gateway.name);
  if (gateway.sidecar_of) record.sidecar_of = out.Text(policy[*gateway.sidecar_of].name);
  if (gateway.identity) record.identity = out.Text(*gateway.identity);
  switch (gateway.log.sink) {
    case syntax::AccessLog::Sink::kOff:
      record.log = runtime::LogSink::kOff;
      break;
    case syntax::AccessLog::Sink::kStdout:
      record.log = runtime::LogSink::kStdout;
      break;
    case syntax::AccessLog::Sink::kStderr:
      record.log = runtime::LogSink::kStderr;
      break;
    case syntax::AccessLog::Sink::kFile:
      record.log = runtime::LogSink::kFile;
      break;
  }
  record.log_file = out.Text(gateway.log.file);
  record.max_header_count = gateway.max_header_count;
  record.max_header_octets = gateway.max_header_octets;
  record.max_body = gateway.max_body;
  std::vector<runtime::ListenerRecord> listeners;
  for (const syntax::Listener& listener : gateway.listeners) {
    listeners.push_back(LowerListener(listener));
  }
  record.listeners = AppendRun(out.listeners, listeners);
  record.trusted_proxies = LowerNetworks(gateway.trusted_proxies);
  const ScalarNames scalars = ScalarFields(policy, gateway);
  record.scalar_fields = out.AddStrings(scalars.headers);
  record.scalar_queries = out.AddStrings(scalars.queries);
  record.scalar_cookies = out.AddStrings(scalars.cookies);
  record.limits = LowerLimitUses(gateway.limits);
  record.rules = LowerRules(gateway.rules);
  std::vector<runtime::RouteRecord> routes;
  for (const syntax::Route& route : gateway.routes) routes.push_back(LowerRoute(route));
  record.routes = AppendRun(out.routes, routes);
  if (gateway.otherwise) record.otherwise = LowerResponse(*gateway.otherwise);
  out.gateway_section.push_back(record);
}

}  // namespace weir::compiler
