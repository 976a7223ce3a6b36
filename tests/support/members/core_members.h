// Every struct of the core, taken apart whole: Members(value, visit) calls
// visit(name, member) for each member. A new member of a struct does not compile
// until it stands here, and then tests/differential/flip_test.cc asks who notices it.
#ifndef WEIR_TESTS_SUPPORT_MEMBERS_CORE_MEMBERS_H_
#define WEIR_TESTS_SUPPORT_MEMBERS_CORE_MEMBERS_H_

#include <string>
#include <string_view>
#include <utility>

#include "spec/syntax/policy.h"

namespace weir::tests {

template <class Visit, class... Members>
void VisitMembers(std::string_view names, Visit& visit, Members&... members) {
  const auto next = [&] {
    const std::size_t comma = names.find(',');
    std::string_view name = names.substr(0, comma);
    names = comma == std::string_view::npos ? "" : names.substr(comma + 1);
    while (name.starts_with(' ')) name.remove_prefix(1);
    return name;
  };
  (visit(next(), members), ...);
}

#define WEIR_MEMBERS(Type, ...)                     \
  template <class Visit>                            \
  void Members(Type& whole_struct, Visit&& visit) { \
    auto& [__VA_ARGS__] = whole_struct;             \
    VisitMembers(#__VA_ARGS__, visit, __VA_ARGS__); \
  }

WEIR_MEMBERS(syntax::Duration, nanoseconds)
WEIR_MEMBERS(syntax::Address, octets)
WEIR_MEMBERS(syntax::Network, base, prefix, text)
WEIR_MEMBERS(syntax::SocketAddress, address, port)
WEIR_MEMBERS(syntax::PathSegment, kind, literal, capture)
WEIR_MEMBERS(syntax::PathPattern, kind, segments, rest, regex, text, node)
WEIR_MEMBERS(syntax::HostPattern, kind, name, node)
WEIR_MEMBERS(syntax::FieldMatch, source, name, test, negated, values, regex, node)
WEIR_MEMBERS(syntax::Match, hosts, paths, methods, fields, clients, listeners, node)
WEIR_MEMBERS(syntax::Attribute, subject, name, type)
WEIR_MEMBERS(syntax::Predicate, quantifier, attribute, op, constants)
WEIR_MEMBERS(syntax::Expression, kind, children, predicate, node)
WEIR_MEMBERS(syntax::Rule, allow, when, node)
WEIR_MEMBERS(syntax::Claim, name, source, type, words, node)
WEIR_MEMBERS(syntax::SecretSource, kind, location)
WEIR_MEMBERS(syntax::Jwt, name, issuer, audiences, keys, algorithms, skew, claims, node)
WEIR_MEMBERS(syntax::ApiKey, consumer, sha256, node)
WEIR_MEMBERS(syntax::ApiKeys, name, in_query, field, keys, node)
WEIR_MEMBERS(syntax::Authentication, jwt, keys, optional, node)
WEIR_MEMBERS(syntax::Limit, name, count, period, burst, cost, by, missing_key, store, store_down,
             node)
WEIR_MEMBERS(syntax::OriginPattern, kind, scheme, host, port, text, node)
WEIR_MEMBERS(syntax::Cors, name, origins, methods, headers, expose, credentials, max_age, node)
WEIR_MEMBERS(syntax::RetryCause, kind, status)
WEIR_MEMBERS(syntax::Retry, name, attempts, per_try, hedge, on, budget_percent, budget_minimum,
             backoff_base, backoff_max, unsafe, buffer, node)
WEIR_MEMBERS(syntax::Breaker, name, failures, window, open_for, node)
WEIR_MEMBERS(syntax::Transform, kind, name, value, node)
WEIR_MEMBERS(syntax::Response, status, body, headers, node)
WEIR_MEMBERS(syntax::Redirect, status, scheme, host, port, path, node)
WEIR_MEMBERS(syntax::Target, service, weight, node)
WEIR_MEMBERS(syntax::Forward, targets, node)
WEIR_MEMBERS(syntax::Mirror, service, percent, node)
WEIR_MEMBERS(syntax::WrittenClause, keyword, in_force, node)
WEIR_MEMBERS(syntax::Route, name, match, cors, cors_upstream, authentication, limits, rules,
             request, response, retry, timeout, timeout_total, idle_timeout, breaker, max_body,
             action, mirrors, fallback, written, node)
WEIR_MEMBERS(syntax::Listener, protocol, direction, address, certificate, key, client_ca, mtls,
             encoded_slash, slashes, underscores, path_parameters, query, cookies, proxy_protocol,
             intercept, node)
WEIR_MEMBERS(syntax::AccessLog, sink, file)
WEIR_MEMBERS(syntax::Gateway, kind, name, sidecar_of, listeners, identity, host, processes, log,
             explain_headers, trusted_proxies, max_header_octets, max_header_count, max_body,
             limits, rules, routes, otherwise, node)
WEIR_MEMBERS(syntax::Endpoint, address, weight, node)
WEIR_MEMBERS(syntax::Balance, kind, hash_by, bound_percent)
WEIR_MEMBERS(syntax::Affinity, cookie, max_age, node)
WEIR_MEMBERS(syntax::Check, kind, path, every, timeout, unhealthy, healthy, node)
WEIR_MEMBERS(syntax::Pool, connections, pending, requests, requests_per_connection, node)
WEIR_MEMBERS(syntax::Ejection, consecutive_5xx, consecutive_gateway_errors,
             consecutive_local_failures, success_rate, every, base, max_percent, at_least_one,
             panic_percent, node)
WEIR_MEMBERS(syntax::Call, callee, times, node)
WEIR_MEMBERS(syntax::Service, name, endpoints, dns, file, balance, affinity, check, pool, ejection,
             identity, calls, call_depth, rules, node)
WEIR_MEMBERS(syntax::Origin, file, begin, end)
WEIR_MEMBERS(syntax::UnusedDefinition, keyword, name, node)
WEIR_MEMBERS(syntax::RequestClaim, to, through, where, satisfies)
WEIR_MEMBERS(syntax::AmplificationClaim, measure, service, bound_thousandths, added_thousandths,
             added_per)
WEIR_MEMBERS(syntax::Proof, name, claim, node)
WEIR_MEMBERS(syntax::ExampleRequest, method, url, headers, client, peer, consumer, jwt, claims)
WEIR_MEMBERS(syntax::ExampleOutcome, kind, service, route, path, status)
WEIR_MEMBERS(syntax::Example, name, gateway, request, outcome, node)
WEIR_MEMBERS(syntax::Policy, files, origins, source_hash, services, jwts, api_keys, limits, cors,
             retries, breakers, gateways, proofs, examples, amplification_bound, unused)

#undef WEIR_MEMBERS

template <class A, class B, class Visit>
void Members(std::pair<A, B>& value, Visit&& visit) {
  visit(std::string_view("name"), value.first);
  visit(std::string_view("value"), value.second);
}

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_MEMBERS_CORE_MEMBERS_H_
