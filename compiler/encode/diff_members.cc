#include "compiler/encode/diff_members.h"

#include <algorithm>
#include <numeric>

#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::Policy;

std::string YesNo(bool yes) { return yes ? "yes" : "no"; }

std::string OrNone(std::string text) { return text.empty() ? "none" : text; }

std::string TimeOrNone(const std::optional<syntax::Duration>& time) {
  return time ? ToldDuration(*time) : "none";
}

// 0 stands for no bound.
std::string CountOrNone(std::uint64_t count) { return count == 0 ? "none" : std::to_string(count); }

std::string CauseWords(const syntax::RetryCause& cause) {
  const auto& [kind, status] = cause;
  switch (kind) {
    case syntax::RetryCause::Kind::kConnectFailure:
      return "connect-failure";
    case syntax::RetryCause::Kind::kRefusedStream:
      return "refused-stream";
    case syntax::RetryCause::Kind::kReset:
      return "reset";
    case syntax::RetryCause::Kind::kPerTryTimeout:
      return "per-try-timeout";
    case syntax::RetryCause::Kind::kGatewayError:
      return "gateway-error";
    case syntax::RetryCause::Kind::k5xx:
      return "5xx";
    case syntax::RetryCause::Kind::kRetriable4xx:
      return "retriable-4xx";
    case syntax::RetryCause::Kind::kStatus:
      return "status " + std::to_string(status);
  }
  return "";
}

std::string StoreDownWords(syntax::Limit::StoreDown choice) {
  switch (choice) {
    case syntax::Limit::StoreDown::kAllow:
      return "allow";
    case syntax::Limit::StoreDown::kDeny:
      return "deny";
    case syntax::Limit::StoreDown::kLocal:
      return "local";
  }
  return "";
}

std::string AlgorithmWords(syntax::JwtAlgorithm algorithm) {
  switch (algorithm) {
    case syntax::JwtAlgorithm::kRS256:
      return "RS256";
    case syntax::JwtAlgorithm::kRS384:
      return "RS384";
    case syntax::JwtAlgorithm::kRS512:
      return "RS512";
    case syntax::JwtAlgorithm::kPS256:
      return "PS256";
    case syntax::JwtAlgorithm::kES256:
      return "ES256";
    case syntax::JwtAlgorithm::kES384:
      return "ES384";
    case syntax::JwtAlgorithm::kEdDSA:
      return "EdDSA";
    case syntax::JwtAlgorithm::kHS256:
      return "HS256";
  }
  return "";
}

std::string ClaimWords(const syntax::Claim& claim) {
  const auto& [name, source, type, words, node] = claim;
  const char* kind = type == syntax::Type::kInteger      ? "integer"
                     : type == syntax::Type::kBoolean    ? "boolean"
                     : type == syntax::Type::kStringList ? (words ? "words" : "list")
                                                         : "string";
  return name + " " + kind + (source == name ? "" : " from " + Quoted(source));
}

// The digest's first octets: enough to tell keys apart, and no secret.
std::string DigestWords(const std::array<std::uint8_t, 32>& sha256) {
  std::string text;
  for (std::size_t i = 0; i < 6; ++i) AppendHex(static_cast<char>(sha256[i]), text);
  return "sha256 " + Lowered(text) + "...";
}

std::string EndpointWords(const syntax::Endpoint& endpoint) {
  const auto& [address, weight, node] = endpoint;
  return ToldSocket(address) + (weight == 1 ? "" : " weight " + std::to_string(weight));
}

std::string BalanceWords(const syntax::Balance& balance) {
  const auto& [kind, hash_by, bound_percent] = balance;
  switch (kind) {
    case syntax::Balance::Kind::kRoundRobin:
      return "round-robin";
    case syntax::Balance::Kind::kLeastRequest:
      return "least-request";
    case syntax::Balance::Kind::kRandom:
      return "random";
    case syntax::Balance::Kind::kConsistentHash:
      return "consistent-hash by " + (hash_by ? ToldAttribute(*hash_by) : "nothing") +
             (bound_percent == 0 ? "" : " bound " + std::to_string(bound_percent) + "%");
  }
  return "";
}

std::string AffinityWords(const std::optional<syntax::Affinity>& affinity) {
  if (!affinity) return "none";
  const auto& [cookie, max_age, node] = *affinity;
  return "cookie " + Quoted(cookie) + " max-age " + TimeOrNone(max_age);
}

std::string CheckWords(const std::optional<syntax::Check>& check) {
  if (!check) return "none";
  const auto& [kind, path, every, timeout, unhealthy, healthy, node] = *check;
  return (kind == syntax::Check::Kind::kTcp ? "tcp" : Quoted(path)) + " every " +
         ToldDuration(every) + " timeout " + ToldDuration(timeout) + " unhealthy " +
         std::to_string(unhealthy) + " healthy " + std::to_string(healthy);
}

std::string PoolWords(const std::optional<syntax::Pool>& pool) {
  if (!pool) return "none";
  const auto& [connections, pending, requests, requests_per_connection, node] = *pool;
  return "connections " + std::to_string(connections) + " pending " + std::to_string(pending) +
         " requests " + std::to_string(requests) + " requests-per-connection " +
         CountOrNone(requests_per_connection);
}

std::string EjectionWords(const std::optional<syntax::Ejection>& ejection) {
  if (!ejection) return "none";
  const auto& [consecutive_5xx, consecutive_gateway_errors, consecutive_local_failures,
               success_rate, every, base, max_percent, at_least_one, panic_percent, node] =
      *ejection;
  return "consecutive-5xx " + CountOrNone(consecutive_5xx) + " consecutive-gateway-errors " +
         CountOrNone(consecutive_gateway_errors) + " consecutive-local-failures " +
         CountOrNone(consecutive_local_failures) + " success-rate " + YesNo(success_rate) +
         " every " + ToldDuration(every) + " base " + ToldDuration(base) + " max " +
         std::to_string(max_percent) + "% at-least-one " + YesNo(at_least_one) + " panic " +
         std::to_string(panic_percent) + "%";
}

std::string ServiceWords(const Policy& policy, syntax::Ref<syntax::Service> service,
                         const Renamed& renamed) {
  const std::string& name = policy[service].name;
  const auto other = renamed.find(name);
  return other == renamed.end() ? name : other->second;
}

std::string CallWords(const Policy& policy, const syntax::Call& call, const Renamed& renamed) {
  const auto& [callee, times, node] = call;
  return ServiceWords(policy, callee, renamed) + " up to " + std::to_string(times);
}

std::string MtlsWords(syntax::Listener::Mtls mtls) {
  switch (mtls) {
    case syntax::Listener::Mtls::kOff:
      return "off";
    case syntax::Listener::Mtls::kOptional:
      return "optional";
    case syntax::Listener::Mtls::kStrict:
      return "strict";
  }
  return "";
}

std::string UnderscoreWords(syntax::Listener::Underscores choice) {
  switch (choice) {
    case syntax::Listener::Underscores::kDrop:
      return "drop";
    case syntax::Listener::Underscores::kKeep:
      return "keep";
    case syntax::Listener::Underscores::kReject:
      return "reject";
  }
  return "";
}

std::string ParameterWords(syntax::Listener::PathParameters choice) {
  switch (choice) {
    case syntax::Listener::PathParameters::kReject:
      return "reject";
    case syntax::Listener::PathParameters::kKeep:
      return "keep";
    case syntax::Listener::PathParameters::kStrip:
      return "strip";
  }
  return "";
}

std::string ReadingWords(syntax::Listener::Reading choice) {
  switch (choice) {
    case syntax::Listener::Reading::kStrict:
      return "strict";
    case syntax::Listener::Reading::kFirst:
      return "first";
  }
  return "";
}

std::string DirectionWords(syntax::Listener::Direction direction) {
  switch (direction) {
    case syntax::Listener::Direction::kEdge:
      return "edge";
    case syntax::Listener::Direction::kInbound:
      return "inbound";
    case syntax::Listener::Direction::kOutbound:
      return "outbound";
  }
  return "";
}

std::string LogWords(const syntax::AccessLog& log) {
  const auto& [sink, file] = log;
  switch (sink) {
    case syntax::AccessLog::Sink::kOff:
      return "off";
    case syntax::AccessLog::Sink::kStdout:
      return "stdout";
    case syntax::AccessLog::Sink::kStderr:
      return "stderr";
    case syntax::AccessLog::Sink::kFile:
      return "file " + Quoted(file);
  }
  return "";
}

template <class T>
std::string NamesOf(const Policy& policy, const std::vector<syntax::Ref<T>>& refs) {
  std::vector<std::string> names;
  for (const auto ref : refs) names.push_back(policy[ref].name);
  return ToldList(names);
}

std::string AuthenticationWords(const Policy& policy, const syntax::Authentication& wanted) {
  const auto& [jwt, keys, optional, node] = wanted;
  if (!jwt && !keys) return "none";
  std::string text = optional ? "optional" : "";
  if (jwt) text += (text.empty() ? "" : " ") + policy[*jwt].name;
  if (keys) text += (text.empty() ? "" : " ") + policy[*keys].name;
  return text;
}

std::string ActionWords(const Policy& policy, const syntax::Route& route, const Renamed& renamed,
                        const Captures* captures) {
  if (const auto* response = std::get_if<syntax::Response>(&route.action)) {
    return "respond " + ToldResponse(*response);
  }
  if (const auto* redirect = std::get_if<syntax::Redirect>(&route.action)) {
    return "redirect " + ToldRedirect(*redirect, captures);
  }
  return "forward " + ToldShares(policy, std::get<syntax::Forward>(route.action), renamed);
}

}  // namespace

std::string ToldShares(const Policy& policy, const syntax::Forward& forward,
                       const Renamed& renamed) {
  const auto& [targets, forward_node] = forward;
  std::map<std::string, std::uint64_t> weights;
  std::uint64_t divisor = 0;
  for (const auto& [service, weight, node] : targets) {
    weights[ServiceWords(policy, service, renamed)] += weight;
  }
  for (const auto& [name, weight] : weights) divisor = std::gcd(divisor, weight);
  std::vector<std::string> shares;
  for (const auto& [name, weight] : weights) {
    const std::uint64_t share = divisor == 0 ? 0 : weight / divisor;
    shares.push_back(name + (weights.size() == 1 ? "" : " weight " + std::to_string(share)));
  }
  return ToldList(shares);
}

const Member* MemberNamed(const Members& members, const std::string& name) {
  const auto place = std::find_if(members.begin(), members.end(),
                                  [&](const Member& member) { return member.name == name; });
  return place == members.end() ? nullptr : &*place;
}

Members MembersOf(const syntax::Retry& retry) {
  const auto& [name, attempts, per_try, hedge, on, budget_percent, budget_minimum, backoff_base,
               backoff_max, unsafe, buffer, node] = retry;
  std::vector<std::string> causes;
  for (const auto& cause : on) causes.push_back(CauseWords(cause));
  std::sort(causes.begin(), causes.end());
  return {
      {"attempts", std::to_string(attempts)},
      {"per-try", TimeOrNone(per_try)},
      {"hedge", TimeOrNone(hedge)},
      {"on", ToldList(causes)},
      {"budget", std::to_string(budget_percent) + "% minimum " + std::to_string(budget_minimum)},
      {"backoff", ToldDuration(backoff_base) + " up to " + ToldDuration(backoff_max)},
      {"unsafe", YesNo(unsafe)},
      {"buffer", ToldSize(buffer)}};
}

Members MembersOf(const syntax::Breaker& breaker) {
  const auto& [name, failures, window, open_for, node] = breaker;
  return {{"open", "after " + std::to_string(failures) + " failures in " + ToldDuration(window) +
                       " for " + ToldDuration(open_for)}};
}

Members MembersOf(const syntax::Limit& limit, const Captures* captures) {
  const auto& [name, count, period, burst, cost, by, missing_key, store, store_down, node] = limit;
  std::vector<std::string> parts, shown;
  for (const auto& part : by) {
    parts.push_back(ToldAttribute(part, captures));
    shown.push_back(ToldAttribute(part));
  }
  return {{"rate", std::to_string(count) + " per " + ToldDuration(period) + " burst " +
                       std::to_string(burst)},
          {"cost", std::to_string(cost)},
          {"by", ToldList(parts), false, syntax::kNoNode, ToldList(shown)},
          {"missing", missing_key ? Quoted(*missing_key) : "none"},
          {"store", store == syntax::Limit::Store::kLocal ? "local" : "redis"},
          {"store-down", StoreDownWords(store_down)}};
}

Members MembersOf(const syntax::Cors& cors) {
  const auto& [name, origins, methods, headers, expose, credentials, max_age, node] = cors;
  std::vector<std::string> patterns;
  for (const auto& [kind, scheme, host, port, text, origin_node] : origins) {
    switch (kind) {
      case syntax::OriginPattern::Kind::kAny:
        patterns.emplace_back("*");
        break;
      case syntax::OriginPattern::Kind::kNull:
        patterns.emplace_back("null");
        break;
      case syntax::OriginPattern::Kind::kExact:
        patterns.push_back(Quoted(text));
        break;
      case syntax::OriginPattern::Kind::kSuffix:
        patterns.push_back(
            Quoted(scheme + "://*." + host + (port == 0 ? "" : ":" + std::to_string(port))));
        break;
    }
  }
  return {{"origins", ToldList(patterns)},     {"methods", ToldList(methods)},
          {"headers", ToldList(headers)},      {"expose", ToldList(expose)},
          {"credentials", YesNo(credentials)}, {"max-age", TimeOrNone(max_age)}};
}

Members MembersOf(const syntax::Jwt& jwt) {
  const auto& [name, issuer, audiences, keys, algorithms, skew, claims, node] = jwt;
  const auto& [kind, location] = keys;
  std::vector<std::string> wanted, known, read;
  for (const auto& audience : audiences) wanted.push_back(Quoted(audience));
  for (const auto algorithm : algorithms) known.push_back(AlgorithmWords(algorithm));
  for (const auto& claim : claims) read.push_back(ClaimWords(claim));
  std::sort(wanted.begin(), wanted.end());
  std::sort(known.begin(), known.end());
  std::sort(read.begin(), read.end());
  Members members{{"issuer", OrNone(issuer)},
                  {"audience", audiences.empty() ? "not checked" : ToldList(wanted)},
                  {"algorithms", ToldList(known)},
                  {"skew", ToldDuration(skew)},
                  {"claims", ToldList(read)}};
  switch (kind) {
    case syntax::SecretSource::Kind::kFile:
      members.push_back({"keys", location, true});
      break;
    case syntax::SecretSource::Kind::kEnvironment:
      members.push_back({"keys", "environment variable " + location});
      break;
    case syntax::SecretSource::Kind::kUrl:
      members.push_back({"keys", "url " + Quoted(location)});
      break;
  }
  return members;
}

Members MembersOf(const syntax::ApiKeys& keys) {
  const auto& [name, in_query, field, list, node] = keys;
  Members members{{"read from", (in_query ? "query." : "header.") + field}};
  for (const auto& [consumer, sha256, key_node] : list) {
    const std::string key = "key of " + consumer;
    const auto same = [&](const Member& member) { return member.name == key; };
    const auto place = std::find_if(members.begin(), members.end(), same);
    if (place == members.end())
      members.push_back({key, DigestWords(sha256), false, key_node});
    else
      place->text += ", " + DigestWords(sha256);
  }
  return members;
}

Members MembersOf(const Policy& policy, const syntax::Service& service, const Renamed& renamed) {
  const auto& [name, endpoints, dns, file, balance, affinity, check, pool, ejection, identity,
               calls, call_depth, rules, node] = service;
  std::vector<std::string> hosts, called;
  for (const auto& endpoint : endpoints) hosts.push_back(EndpointWords(endpoint));
  for (const auto& call : calls) called.push_back(CallWords(policy, call, renamed));
  return {{"endpoints", ToldList(hosts)},
          {"endpoints dns", dns ? Quoted(*dns) : "none"},
          {"endpoints file", file.value_or(""), true},
          {"balance", BalanceWords(balance)},
          {"affinity", AffinityWords(affinity)},
          {"check", CheckWords(check)},
          {"pool", PoolWords(pool)},
          {"eject", EjectionWords(ejection)},
          {"identity", identity ? Quoted(*identity) : "none"},
          {"calls", ToldList(called)},
          {"call-depth", call_depth ? std::to_string(*call_depth) : "none"}};
}

Members MembersOf(const syntax::Listener& listener) {
  const auto& [protocol, direction, address, certificate, key, client_ca, mtls, encoded_slash,
               slashes, underscores, path_parameters, query, cookies, proxy_protocol, intercept,
               node] = listener;
  return {
      {"protocol", protocol == syntax::Listener::Protocol::kHttps ? "https" : "http"},
      {"direction", DirectionWords(direction)},
      {"certificate", certificate, true},
      {"key", key, true},
      {"client-ca", client_ca, true},
      {"mtls", MtlsWords(mtls)},
      {"encoded-slash", encoded_slash == syntax::Listener::EncodedSlash::kKeep ? "keep" : "reject"},
      {"slashes", slashes == syntax::Listener::Slashes::kKeep ? "keep" : "merge"},
      {"underscores", UnderscoreWords(underscores)},
      {"path-parameters", ParameterWords(path_parameters)},
      {"query", ReadingWords(query)},
      {"cookies", ReadingWords(cookies)},
      {"proxy-protocol", YesNo(proxy_protocol)},
      {"intercept", YesNo(intercept)}};
}

Members MembersOf(const Policy& policy, const syntax::Gateway& gateway, const Renamed& renamed) {
  const auto& [kind, name, sidecar_of, listeners, identity, host, processes, log, explain_headers,
               trusted_proxies, max_header_octets, max_header_count, max_body, limits, rules,
               routes, otherwise, node] = gateway;
  std::vector<std::string> trusted;
  for (const auto& network : trusted_proxies) trusted.push_back(ToldNetwork(network));
  std::sort(trusted.begin(), trusted.end());
  trusted.erase(std::unique(trusted.begin(), trusted.end()), trusted.end());
  return {{"name", name},
          {"kind", kind == syntax::Gateway::Kind::kSidecar ? "sidecar" : "gateway"},
          {"sidecar of", sidecar_of ? ServiceWords(policy, *sidecar_of, renamed) : "none"},
          {"identity", identity ? Quoted(*identity) : "none"},
          {"host", host ? Quoted(*host) : "none"},
          {"processes", processes ? std::to_string(*processes) : "none"},
          {"log", LogWords(log)},
          {"explain headers", YesNo(explain_headers)},
          {"trusted-proxies", ToldList(trusted)},
          {"max-headers", ToldSize(max_header_octets)},
          {"max-header-count", std::to_string(max_header_count)},
          {"max-body", max_body == 0 ? "none" : ToldSize(max_body)},
          {"limits", NamesOf(policy, limits)}};
}

Members MembersOf(const Policy& policy, const syntax::Route& route, const Renamed& renamed) {
  const auto& [name, match, cors, cors_upstream, authentication, limits, rules, request, response,
               retry, timeout, timeout_total, idle_timeout, breaker, max_body, action, mirrors,
               fallback, written, node] = route;
  const Captures captures = CapturesOf(route);
  std::vector<std::string> copies;
  for (const auto& [service, percent, mirror_node] : mirrors) {
    copies.push_back(ServiceWords(policy, service, renamed) + " " + std::to_string(percent) + "%");
  }
  return {{"cors", cors_upstream ? "upstream"
                   : cors        ? policy[*cors].name
                                 : "none"},
          {"authenticate", AuthenticationWords(policy, authentication)},
          {"limit", NamesOf(policy, limits)},
          {"request", ToldTransform(request, &captures), false, syntax::kNoNode,
           ToldTransform(request)},
          {"response", ToldTransform(response, &captures), false, syntax::kNoNode,
           ToldTransform(response)},
          {"retry", retry ? policy[*retry].name : "none"},
          {"timeout", (timeout_total ? "total " : "") + TimeOrNone(timeout)},
          {"idle-timeout", ToldDuration(idle_timeout)},
          {"breaker", breaker ? policy[*breaker].name : "none"},
          {"max-body", max_body ? (*max_body == 0 ? "unlimited" : ToldSize(*max_body)) : "none"},
          {"action", ActionWords(policy, route, renamed, &captures), false, syntax::kNoNode,
           ActionWords(policy, route, renamed, nullptr)},
          {"mirror", ToldList(copies)},
          {"fallback", fallback ? "respond " + ToldResponse(*fallback) : "none"}};
}

}  // namespace weir::compiler
