#include "tests/integration/table_spec.h"

#include <stdexcept>

#include "runtime/table/writer.h"

namespace weir::tests {
namespace {

using namespace runtime;

constexpr Address kLoopback{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127, 0, 0, 1}};

Index AddRetry(const TableSpec& spec, TableWriter& writer) {
  if (spec.attempts == 1 && spec.per_try < 0) return kNoIndex;
  const Range on = AppendRun(writer.retry_causes, {{.kind = RetryCauseKind::k5xx}});
  return AppendOne(writer.retries, {.name = writer.Text("retry"),
                                    .attempts = spec.attempts,
                                    .unsafe = spec.unsafe,
                                    .per_try = spec.per_try,
                                    .backoff_base = 1'000'000,
                                    .backoff_max = 2'000'000,
                                    .buffer = 65536,
                                    .on = on});
}

Range AddLimit(const TableSpec& spec, TableWriter& writer) {
  if (spec.limit == 0) return {};
  const Range by =
      AppendRun(writer.attributes,
                {{.subject = AttributeSubject::kClientAddress, .type = AttributeType::kAddress}});
  const Index limit = AppendOne(writer.limits, {.name = writer.Text("hourly"),
                                                .count = spec.limit,
                                                .period = 3'600'000'000'000,
                                                .burst = spec.limit,
                                                .by = by});
  return AppendRun(writer.limit_uses, {limit});
}

Index AddJwt(const TableSpec& spec, TableWriter& writer) {
  if (spec.jwks.empty()) return kNoIndex;
  const std::vector<std::string> audiences = {"api"};
  return AppendOne(writer.jwts,
                   {.name = writer.Text("tokens"),
                    .issuer = writer.Text("https://issuer.example/"),
                    .audiences = writer.AddStrings(audiences),
                    .keys = writer.Text(spec.jwks),
                    .algorithms = 1u << static_cast<std::uint32_t>(AlgorithmKind::kES256),
                    .skew = 60'000'000'000});
}

Index AddCors(const TableSpec& spec, TableWriter& writer) {
  if (spec.cors_origin.empty()) return kNoIndex;
  const Range origins = AppendRun(writer.origins, {{.kind = OriginKind::kExact,
                                                    .scheme = writer.Text("https"),
                                                    .host = writer.Text(spec.cors_origin.substr(8)),
                                                    .text = writer.Text(spec.cors_origin)}});
  return AppendOne(writer.cors, {.name = writer.Text("storefront"),
                                 .origins = origins,
                                 .methods = writer.Text("GET, POST"),
                                 .headers = writer.Text("authorization")});
}

}  // namespace

std::string TableOf(const TableSpec& spec) {
  TableWriter writer;
  std::vector<EndpointRecord> endpoints;
  for (const std::uint16_t port : spec.upstreams) endpoints.push_back({kLoopback, port, 1});
  const Range places = AppendRun(writer.endpoints, endpoints);
  const Index app =
      AppendOne(writer.services,
                {.name = writer.Text("app"), .endpoints = places, .dns = writer.Text(spec.dns)});
  const std::vector<std::string> methods = {"GET", "HEAD", "POST", "PUT", "DELETE"};
  RouteRecord route{.name = writer.Text(spec.route), .methods = writer.AddStrings(methods)};
  route.cors = AddCors(spec, writer);
  route.jwt = AddJwt(spec, writer);
  route.retry = AddRetry(spec, writer);
  route.limits = AddLimit(spec, writer);
  route.timeout = spec.timeout;
  route.has_max_body = spec.max_body > 0;
  route.max_body = spec.max_body;
  route.targets = AppendRun(writer.targets, {{.service = app}});
  if (!spec.fallback.empty()) {
    route.fallback =
        AppendOne(writer.responses, {.status = 503, .body = writer.Text(spec.fallback)});
  }
  const Range segments = AppendRun(writer.segments, {{.literal = writer.Text("nowhere")}});
  const Range all = AppendRun(writer.paths, {{.rest = 1, .text = writer.Text("/**")}});
  route.paths = all;
  const Index gone = AppendOne(writer.responses, {.status = 404});
  RouteRecord nowhere{.name = writer.Text("nowhere")};
  nowhere.paths =
      AppendRun(writer.paths, {{.segments = segments, .text = writer.Text("/nowhere")}});
  nowhere.action = ActionKind::kRespond;
  nowhere.answer = gone;
  const Range routes = AppendRun(writer.routes, {nowhere, route});
  const DirectionKind direction = spec.outbound  ? DirectionKind::kOutbound
                                  : spec.sidecar ? DirectionKind::kInbound
                                                 : DirectionKind::kEdge;
  const Range listeners =
      AppendRun(writer.listeners, {{.address = kLoopback, .port = 8080, .direction = direction}});
  const Range trusted =
      spec.trusted ? AppendRun(writer.networks, {{.base = kLoopback, .prefix = 128}}) : Range{};
  const std::vector<std::string> scalars = {"authorization", "content-type"};
  AppendOne(writer.gateway_section,
            {.kind = spec.sidecar ? ProxyKind::kSidecar : ProxyKind::kGateway,
             .explain_headers = spec.explain,
             .name = writer.Text("edge"),
             .sidecar_of = writer.Text(spec.sidecar ? "user" : ""),
             .log = LogSink::kStdout,
             .listeners = listeners,
             .trusted_proxies = trusted,
             .scalar_fields = writer.AddStrings(scalars),
             .routes = routes});
  auto octets = writer.Finish({});
  if (!octets) throw std::runtime_error(octets.error());
  return *octets;
}

}  // namespace weir::tests
