// Both sides are told in the same words and compared as texts. A table holds the
// services that its gateway can reach, so the table's are looked up in the policy;
// that no target is missing is part of the decision.
#include "compiler/encode/settings.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "compiler/encode/words.h"
#include "spec/model/scalar_fields.h"

namespace weir::compiler {
namespace {

using runtime::TableView;
using Settings = std::map<std::string, std::string>;

template <class Address>
std::string OctetsOf(const Address& address) {
  Words words;
  for (auto octet : address.octets) words << static_cast<int>(octet);
  return words.text();
}

std::string ListenerText(const syntax::Listener& l) {
  Words words;
  words << OctetsOf(l.address.address) << l.address.port << static_cast<int>(l.protocol)
        << static_cast<int>(l.direction) << static_cast<int>(l.mtls);
  words.Quote(l.certificate).Quote(l.key).Quote(l.client_ca);
  words << (l.encoded_slash == syntax::Listener::EncodedSlash::kKeep)
        << (l.slashes == syntax::Listener::Slashes::kKeep) << static_cast<int>(l.underscores)
        << l.proxy_protocol << l.intercept;
  return words.text();
}

std::string ListenerText(const TableView& table, const runtime::ListenerRecord& l) {
  Words words;
  words << OctetsOf(l.address) << l.port << static_cast<int>(l.protocol)
        << static_cast<int>(l.direction) << static_cast<int>(l.mtls);
  words.Quote(table.text(l.certificate)).Quote(table.text(l.key)).Quote(table.text(l.client_ca));
  words << (l.keep_encoded_slash != 0) << (l.keep_slashes != 0) << l.underscores
        << (l.proxy_protocol != 0) << (l.intercept != 0);
  return words.text();
}

Settings OfPolicy(const syntax::Policy& policy, std::uint32_t place) {
  const syntax::Gateway& gateway = policy.gateways[place];
  Settings settings;
  settings["name"] = gateway.name;
  settings["kind"] = gateway.kind == syntax::Gateway::Kind::kSidecar ? "sidecar" : "gateway";
  settings["sidecar of"] = gateway.sidecar_of ? policy[*gateway.sidecar_of].name : "";
  settings["identity"] = gateway.identity.value_or("");
  settings["explain headers"] = std::to_string(gateway.explain_headers);
  settings["log"] = (Words() << static_cast<int>(gateway.log.sink)).Quote(gateway.log.file).text();
  settings["head and body limits"] =
      (Words() << gateway.max_header_count << gateway.max_header_octets << gateway.max_body).text();
  for (std::size_t i = 0; i < gateway.listeners.size(); ++i) {
    settings["listener " + std::to_string(i)] = ListenerText(gateway.listeners[i]);
  }
  Words trusted, scalars;
  for (const auto& network : gateway.trusted_proxies) {
    trusted << OctetsOf(network.base) << static_cast<int>(network.prefix);
  }
  settings["trusted proxies"] = trusted.text();
  for (const std::string& name : model::ScalarFields(policy, place)) scalars << name;
  settings["scalar fields"] = scalars.text();
  return settings;
}

Settings OfTable(const TableView& table) {
  const runtime::GatewayRecord& gateway = table.gateway();
  Settings settings;
  settings["name"] = table.text(gateway.name);
  settings["kind"] = gateway.kind == runtime::ProxyKind::kSidecar ? "sidecar" : "gateway";
  settings["sidecar of"] = table.text(gateway.sidecar_of);
  settings["identity"] = table.text(gateway.identity);
  settings["explain headers"] = std::to_string(gateway.explain_headers);
  settings["log"] =
      (Words() << static_cast<int>(gateway.log)).Quote(table.text(gateway.log_file)).text();
  settings["head and body limits"] =
      (Words() << gateway.max_header_count << gateway.max_header_octets << gateway.max_body).text();
  const auto listeners = TableView::Slice(table.listeners(), gateway.listeners);
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    settings["listener " + std::to_string(i)] = ListenerText(table, listeners[i]);
  }
  Words trusted, scalars;
  for (const auto& network : TableView::Slice(table.networks(), gateway.trusted_proxies)) {
    trusted << OctetsOf(network.base) << network.prefix;
  }
  settings["trusted proxies"] = trusted.text();
  std::set<std::string_view> names;
  for (auto name : TableView::Slice(table.strings(), gateway.scalar_fields)) {
    names.insert(table.text(name));
  }
  for (std::string_view name : names) scalars << name;
  settings["scalar fields"] = scalars.text();
  return settings;
}

std::string ServiceText(const syntax::Policy& policy, const syntax::Service& s) {
  Words words;
  for (const auto& endpoint : s.endpoints) {
    words << OctetsOf(endpoint.address.address) << endpoint.address.port << endpoint.weight;
  }
  words.Quote(s.dns.value_or("")).Quote(s.file.value_or("")).Quote(s.identity.value_or(""));
  words << static_cast<int>(s.balance.kind);
  if (s.balance.hash_by) {
    (words << static_cast<int>(s.balance.hash_by->subject)).Quote(s.balance.hash_by->name)
        << s.balance.bound_percent;
  }
  if (s.affinity) {
    (words << "affinity").Quote(s.affinity->cookie)
        << (s.affinity->max_age ? s.affinity->max_age->nanoseconds : -1);
  }
  if (s.check) {
    words << "check" << static_cast<int>(s.check->kind) + 1;
    words.Quote(s.check->path) << s.check->every.nanoseconds << s.check->timeout.nanoseconds
                               << s.check->unhealthy << s.check->healthy;
  }
  if (s.pool) {
    words << "pool" << s.pool->connections << s.pool->pending << s.pool->requests
          << s.pool->requests_per_connection;
  }
  if (s.ejection) {
    const auto& e = *s.ejection;
    words << "eject" << e.consecutive_5xx << e.consecutive_gateway_errors
          << e.consecutive_local_failures << e.success_rate << e.max_percent << e.at_least_one
          << e.panic_percent << e.every.nanoseconds << e.base.nanoseconds;
  }
  for (const auto& call : s.calls) words.Quote(policy[call.callee].name) << call.times;
  return words.text();
}

std::string ServiceText(const TableView& table, const runtime::ServiceRecord& s) {
  Words words;
  for (const auto& endpoint : TableView::Slice(table.endpoints(), s.endpoints)) {
    words << OctetsOf(endpoint.address) << endpoint.port << endpoint.weight;
  }
  words.Quote(table.text(s.dns)).Quote(table.text(s.file)).Quote(table.text(s.identity));
  words << static_cast<int>(s.balance);
  if (s.hash_by != runtime::kNoIndex) {
    const auto& by = table.attributes()[s.hash_by];
    (words << static_cast<int>(by.subject)).Quote(table.text(by.name)) << s.bound_percent;
  }
  if (s.affinity_cookie.length > 0) {
    (words << "affinity").Quote(table.text(s.affinity_cookie)) << s.affinity_max_age;
  }
  if (s.check != runtime::CheckKind::kOff) {
    words << "check" << static_cast<int>(s.check);
    words.Quote(table.text(s.check_path))
        << s.check_every << s.check_timeout << s.check_unhealthy << s.check_healthy;
  }
  if (s.has_pool != 0) {
    words << "pool" << s.pool_connections << s.pool_pending << s.pool_requests
          << s.pool_requests_per_connection;
  }
  if (s.has_ejection != 0) {
    words << "eject" << s.eject_consecutive_5xx << s.eject_consecutive_gateway
          << s.eject_consecutive_local << (s.eject_success_rate != 0) << s.eject_max_percent
          << (s.eject_at_least_one != 0) << s.eject_panic_percent << s.eject_every << s.eject_base;
  }
  for (const auto& call : TableView::Slice(table.calls(), s.calls)) {
    words.Quote(table.text(call.callee)) << call.times;
  }
  return words.text();
}

std::optional<std::string> DifferentService(const syntax::Policy& policy, const TableView& table) {
  for (const auto& record : table.services()) {
    const std::string name(table.text(record.name));
    const auto service = std::find_if(policy.services.begin(), policy.services.end(),
                                      [&](const syntax::Service& one) { return one.name == name; });
    if (service == policy.services.end()) {
      return "the table has a service " + name + ", the policy has not";
    }
    if (ServiceText(policy, *service) != ServiceText(table, record)) {
      return "the service " + name + " differs in its hosts or how they are looked after";
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> DifferentSetting(const syntax::Policy& policy, std::uint32_t gateway,
                                            const runtime::Table& table) {
  if (table.source_hash() != policy.source_hash) {
    return "the table was compiled from another text (its source hash differs)";
  }
  const Settings source = OfPolicy(policy, gateway), compiled = OfTable(table);
  for (const auto& [name, text] : source) {
    const auto other = compiled.find(name);
    if (other == compiled.end() || other->second != text)
      return "the setting '" + name + "' differs";
  }
  if (compiled.size() != source.size()) return "the table has settings that the policy has not";
  return DifferentService(policy, table);
}

}  // namespace weir::compiler
