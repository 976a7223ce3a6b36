// Both sides are told in the same words and compared as texts. A table holds the
// services that its gateway can reach, so the table's are looked up in the policy;
// that no target is missing is part of the decision. Every struct and record is
// taken apart whole, so a new member does not compile until it is told or left out.
#include "compiler/encode/settings.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "compiler/encode/route_settings.h"
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

std::string ListenerText(const syntax::Listener& listener) {
  const auto& [protocol, direction, address, certificate, key, client_ca, mtls, encoded_slash,
               slashes, underscores, path_parameters, query, cookies, proxy_protocol, intercept,
               node] = listener;
  const auto& [ip, port] = address;
  Words words;
  words << OctetsOf(ip) << port << static_cast<int>(protocol) << static_cast<int>(direction)
        << static_cast<int>(mtls);
  words.Quote(certificate).Quote(key).Quote(client_ca);
  words << (encoded_slash == syntax::Listener::EncodedSlash::kKeep)
        << (slashes == syntax::Listener::Slashes::kKeep) << static_cast<int>(underscores)
        << static_cast<int>(path_parameters) << (query == syntax::Listener::Reading::kFirst)
        << (cookies == syntax::Listener::Reading::kFirst) << proxy_protocol << intercept;
  return words.text();
}

std::string ListenerText(const TableView& table, const runtime::ListenerRecord& listener) {
  const auto& [address, port, protocol, direction, mtls, certificate, key, client_ca,
               keep_encoded_slash, keep_slashes, underscores, proxy_protocol, intercept,
               path_parameters, first_query, first_cookies] = listener;
  Words words;
  words << OctetsOf(address) << port << static_cast<int>(protocol) << static_cast<int>(direction)
        << static_cast<int>(mtls);
  words.Quote(table.text(certificate)).Quote(table.text(key)).Quote(table.text(client_ca));
  words << (keep_encoded_slash != 0) << (keep_slashes != 0) << underscores << path_parameters
        << (first_query != 0) << (first_cookies != 0) << (proxy_protocol != 0) << (intercept != 0);
  return words.text();
}

// Limits, rules, otherwise and most of the routes are part of the decision. Where a
// gateway runs, and in how many processes, is for the bounds on tries alone, and in
// no table.
Settings OfPolicy(const syntax::Policy& policy, std::uint32_t place) {
  const auto& [kind, name, sidecar_of, listeners, identity, host, processes, log, explain_headers,
               trusted_proxies, max_header_octets, max_header_count, max_body, limits, rules,
               routes, otherwise, node] = policy.gateways[place];
  const auto& [sink, log_file] = log;
  Settings settings;
  settings["name"] = name;
  settings["kind"] = kind == syntax::Gateway::Kind::kSidecar ? "sidecar" : "gateway";
  settings["sidecar of"] = sidecar_of ? policy[*sidecar_of].name : "";
  settings["identity"] = identity.value_or("");
  settings["explain headers"] = std::to_string(explain_headers);
  settings["log"] = (Words() << static_cast<int>(sink)).Quote(log_file).text();
  settings["head and body limits"] =
      (Words() << max_header_count << max_header_octets << max_body).text();
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    settings["listener " + std::to_string(i)] = ListenerText(listeners[i]);
  }
  Words trusted, scalars;
  for (const auto& [base, prefix, text] : trusted_proxies) {
    trusted << OctetsOf(base) << static_cast<int>(prefix);
  }
  settings["trusted proxies"] = trusted.text();
  const model::ScalarNames names = model::ScalarFields(policy, place);
  for (const auto& of : {names.headers, names.queries, names.cookies}) {
    scalars << of.size();
    for (const std::string& one : of) scalars.Quote(one);
  }
  settings["scalar fields"] = scalars.text();
  for (std::size_t i = 0; i < routes.size(); ++i) {
    settings["names and captures of route " + std::to_string(i)] = RouteSettings(policy, routes[i]);
  }
  return settings;
}

Settings OfTable(const TableView& table) {
  const auto& [kind, explain_headers, name, sidecar_of, identity, log, max_header_count, log_file,
               max_header_octets, max_body, listener_range, trusted_proxies, scalar_fields,
               scalar_queries, scalar_cookies, limits, rules, routes, otherwise, reserved] =
      table.gateway();
  Settings settings;
  settings["name"] = table.text(name);
  settings["kind"] = kind == runtime::ProxyKind::kSidecar ? "sidecar" : "gateway";
  settings["sidecar of"] = table.text(sidecar_of);
  settings["identity"] = table.text(identity);
  settings["explain headers"] = std::to_string(explain_headers);
  settings["log"] = (Words() << static_cast<int>(log)).Quote(table.text(log_file)).text();
  settings["head and body limits"] =
      (Words() << max_header_count << max_header_octets << max_body).text();
  const auto listeners = TableView::Slice(table.listeners(), listener_range);
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    settings["listener " + std::to_string(i)] = ListenerText(table, listeners[i]);
  }
  Words trusted, scalars;
  for (const auto& [base, prefix, padding] : TableView::Slice(table.networks(), trusted_proxies)) {
    trusted << OctetsOf(base) << prefix;
  }
  settings["trusted proxies"] = trusted.text();
  for (auto range : {scalar_fields, scalar_queries, scalar_cookies}) {
    std::set<std::string_view> names;
    for (auto one : TableView::Slice(table.strings(), range)) names.insert(table.text(one));
    scalars << names.size();
    for (std::string_view one : names) scalars.Quote(one);
  }
  settings["scalar fields"] = scalars.text();
  const auto records = TableView::Slice(table.routes(), routes);
  for (std::size_t i = 0; i < records.size(); ++i) {
    settings["names and captures of route " + std::to_string(i)] = RouteSettings(table, records[i]);
  }
  return settings;
}

// One part of a service in words; the same words for the table's record, whose
// members lie side by side.
void Tell(Words& words, const syntax::Balance& balance) {
  const auto& [kind, hash_by, bound_percent] = balance;
  words << static_cast<int>(kind);
  if (!hash_by) return;
  const auto& [subject, name, type] = *hash_by;
  (words << static_cast<int>(subject)).Quote(name) << TypeText(type) << bound_percent;
}

void Tell(Words& words, const syntax::Affinity& affinity) {
  const auto& [cookie, max_age, node] = affinity;
  (words << "affinity").Quote(cookie) << (max_age ? max_age->nanoseconds : -1);
}

void Tell(Words& words, const syntax::Check& check) {
  const auto& [kind, path, every, timeout, unhealthy, healthy, node] = check;
  words << "check" << static_cast<int>(kind) + 1;
  words.Quote(path) << every.nanoseconds << timeout.nanoseconds << unhealthy << healthy;
}

void Tell(Words& words, const syntax::Pool& pool) {
  const auto& [connections, pending, requests, requests_per_connection, node] = pool;
  words << "pool" << connections << pending << requests << requests_per_connection;
}

void Tell(Words& words, const syntax::Ejection& ejection) {
  const auto& [consecutive_5xx, consecutive_gateway_errors, consecutive_local_failures,
               success_rate, every, base, max_percent, at_least_one, panic_percent, node] =
      ejection;
  words << "eject" << consecutive_5xx << consecutive_gateway_errors << consecutive_local_failures
        << success_rate << max_percent << at_least_one << panic_percent << every.nanoseconds
        << base.nanoseconds;
}

// Rules are part of the decision. The depth of calls is a premise of the bounds
// that are proved of the policy, and in no table.
std::string ServiceText(const syntax::Policy& policy, const syntax::Service& service) {
  const auto& [name, endpoints, dns, file, balance, affinity, check, pool, ejection, identity,
               calls, call_depth, rules, node] = service;
  Words words;
  for (const auto& [address, weight, endpoint_node] : endpoints) {
    const auto& [ip, port] = address;
    words << OctetsOf(ip) << port << weight;
  }
  words.Quote(dns.value_or("")).Quote(file.value_or("")).Quote(identity.value_or(""));
  Tell(words, balance);
  if (affinity) Tell(words, *affinity);
  if (check) Tell(words, *check);
  if (pool) Tell(words, *pool);
  if (ejection) Tell(words, *ejection);
  for (const auto& [callee, times, call_node] : calls) words.Quote(policy[callee].name) << times;
  return words.text();
}

std::string ServiceText(const TableView& table, const runtime::ServiceRecord& service) {
  const auto& [name, endpoints, dns, file, identity, balance, hash_by, bound_percent, has_pool,
               affinity_cookie, affinity_max_age, check, check_unhealthy, check_healthy, reserved,
               check_path, check_every, check_timeout, pool_connections, pool_pending,
               pool_requests, pool_requests_per_connection, has_ejection, eject_consecutive_5xx,
               eject_consecutive_gateway, eject_consecutive_local, eject_success_rate,
               eject_max_percent, eject_at_least_one, eject_panic_percent, eject_every, eject_base,
               rules, calls] = service;
  Words words;
  for (const auto& [address, port, weight] : TableView::Slice(table.endpoints(), endpoints)) {
    words << OctetsOf(address) << port << weight;
  }
  words.Quote(table.text(dns)).Quote(table.text(file)).Quote(table.text(identity));
  words << static_cast<int>(balance);
  if (hash_by != runtime::kNoIndex) {
    const auto& [subject, type, attribute_name] = table.attributes()[hash_by];
    (words << static_cast<int>(subject)).Quote(table.text(attribute_name))
        << TypeText(type) << bound_percent;
  }
  if (affinity_cookie.length > 0) {
    (words << "affinity").Quote(table.text(affinity_cookie)) << affinity_max_age;
  }
  if (check != runtime::CheckKind::kOff) {
    words << "check" << static_cast<int>(check);
    words.Quote(table.text(check_path))
        << check_every << check_timeout << check_unhealthy << check_healthy;
  }
  if (has_pool != 0) {
    words << "pool" << pool_connections << pool_pending << pool_requests
          << pool_requests_per_connection;
  }
  if (has_ejection != 0) {
    words << "eject" << eject_consecutive_5xx << eject_consecutive_gateway
          << eject_consecutive_local << (eject_success_rate != 0) << eject_max_percent
          << (eject_at_least_one != 0) << eject_panic_percent << eject_every << eject_base;
  }
  for (const auto& [callee, times, padding] : TableView::Slice(table.calls(), calls)) {
    words.Quote(table.text(callee)) << times;
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
