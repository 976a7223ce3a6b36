#include <nlohmann/json.hpp>

#include "compiler/explain/explain.h"

namespace weir::compiler {
namespace {

using Json = nlohmann::ordered_json;

Json PlaceJson(const Place& place, Json json) {
  if (place.line == 0) return json;
  json["file"] = place.file;
  json["line"] = place.line;
  return json;
}

Json FieldsJson(const Fields& fields) {
  Json json = Json::array();
  for (const auto& [name, value] : fields) json.push_back({name, value});
  return json;
}

Json RouteJson(const WeighedRoute& route) { return PlaceJson(route.place, {{"name", route.name}}); }

Json RuleJson(const WeighedRule& rule) {
  return PlaceJson(rule.place, {{"scope", rule.scope},
                                {"kind", rule.allow ? "allow" : "deny"},
                                {"text", rule.text},
                                {"holds", rule.holds},
                                {"decided", rule.decided}});
}

Json RequestJson(const Explanation& e) {
  Json json = {{"method", e.method}, {"scheme", e.scheme}};
  if (!e.canonical) return json;
  json["host"] = e.host;
  json["path"] = e.path;
  if (e.has_query) json["query"] = e.query;
  json["client"] = e.client;
  return json;
}

Json UpstreamJson(const Explanation& e) {
  Json services = Json::array();
  for (const auto& [name, weight] : e.services) {
    services.push_back({{"name", name}, {"weight", weight}});
  }
  Json json = {{"services", services}, {"host", e.upstream_host}, {"path", e.upstream_path}};
  if (e.upstream_has_query) json["query"] = e.upstream_query;
  json["headers"] = FieldsJson(e.upstream_fields);
  return json;
}

}  // namespace

std::string ToJson(const Explanation& e) {
  Json json = {{"version", 1},
               {"gateway", e.gateway},
               {"listener", e.listener},
               {"request", RequestJson(e)},
               {"decision", e.forwarded ? "forward" : "answer"},
               {"reason", e.reason}};
  if (!e.forwarded) {
    json["status"] = e.status;
    json["body"] = e.body;
  }
  if (!e.detail.empty()) json["detail"] = e.detail;
  if (e.route) json["route"] = RouteJson(*e.route);
  json["routes"] = Json::array();
  for (const WeighedRoute& route : e.routes) {
    Json one = RouteJson(route);
    one["taken"] = route.taken;
    one["failing"] = route.failing;
    json["routes"].push_back(one);
  }
  json["limits"] = Json::array();
  for (const ChargedLimit& limit : e.limits) {
    json["limits"].push_back({{"name", limit.name}, {"key", limit.key}});
  }
  if (!e.identity.empty()) json["caller"] = e.identity;
  json["rules"] = Json::array();
  for (const WeighedRule& rule : e.rules) {
    json["rules"].push_back(RuleJson(rule));
    if (rule.decided) json["rule"] = RuleJson(rule);
  }
  if (e.forwarded) json["upstream"] = UpstreamJson(e);
  json["response_headers"] = FieldsJson(e.response_fields);
  // What a client sent need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace weir::compiler
