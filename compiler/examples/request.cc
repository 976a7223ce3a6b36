#include "compiler/examples/request.h"

#include <algorithm>

#include "spec/model/address.h"

namespace weir::compiler {
namespace {

using syntax::ClaimValue;

struct Url {
  std::string scheme = "http";
  std::string authority;
  std::string target = "/";
};

Url SplitUrl(const std::string& text) {
  Url url;
  std::size_t begin = 0;
  if (const std::size_t end = text.find("://"); end != std::string::npos) {
    url.scheme = text.substr(0, end);
    begin = end + 3;
  }
  const std::size_t end = std::min(text.find_first_of("/?#", begin), text.size());
  url.authority = text.substr(begin, end - begin);
  const std::string rest = text.substr(end);
  url.target = rest.starts_with("/") ? rest : "/" + rest;
  return url;
}

std::uint16_t PortOf(const std::string& authority) {
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos || authority.ends_with("]")) return 0;
  return static_cast<std::uint16_t>(std::strtoul(authority.c_str() + colon + 1, nullptr, 10));
}

bool Speaks(const syntax::Listener& listener, const std::string& scheme) {
  return (listener.protocol == syntax::Listener::Protocol::kHttps) == (scheme == "https");
}

// The listener of this scheme and port; else of this scheme; else the first
// (TLS may end before the gateway, while an example is written as the world sees it).
std::uint32_t ListenerFor(const syntax::Gateway& gateway, const Url& url) {
  const std::uint16_t port = PortOf(url.authority);
  for (const bool by_port : {true, false}) {
    for (std::uint32_t i = 0; i < gateway.listeners.size(); ++i) {
      const syntax::Listener& listener = gateway.listeners[i];
      if (Speaks(listener, url.scheme) && (!by_port || listener.address.port == port)) return i;
    }
  }
  return 0;
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words(1);
  for (char c : text) {
    if (c != ' ') {
      words.back() += c;
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// A claim as its declaration reads it.
ClaimValue Typed(const std::vector<syntax::Claim>& declared, const std::string& name,
                 const ClaimValue& written) {
  const auto* text = std::get_if<std::string>(&written);
  if (!text) return written;
  if (name == "aud") return std::vector<std::string>{*text};
  const auto claim = std::ranges::find(declared, name, &syntax::Claim::name);
  const bool words = claim != declared.end() && claim->words;
  return words ? ClaimValue(Words(*text)) : written;
}

model::Identity IdentityOf(const syntax::Policy& policy, const syntax::ExampleRequest& request,
                           const syntax::Authentication& wanted) {
  model::Identity identity;
  const bool jwt = request.jwt && wanted.jwt;
  const bool key = request.consumer && wanted.keys;
  if (!jwt && !key) return identity;
  identity.kind = model::Identity::Kind::kVerified;
  if (key) identity.consumer = request.consumer;
  if (!jwt) return identity;
  identity.jwt_verified = true;
  const syntax::Jwt& issuer = policy[*wanted.jwt];
  identity.claims["iss"] = issuer.issuer;
  if (!issuer.audiences.empty()) identity.claims["aud"] = std::vector{issuer.audiences[0]};
  for (const auto& [name, value] : request.claims) {
    identity.claims[name] = Typed(issuer.claims, name, value);
  }
  return identity;
}

}  // namespace

ExampleCase CaseOf(const syntax::Policy& policy, const syntax::Example& example) {
  ExampleCase result;
  result.gateway = example.gateway ? example.gateway->index : 0;
  const syntax::Gateway& gateway = policy.gateways[result.gateway];
  const syntax::ExampleRequest& request = example.request;
  const Url url = SplitUrl(request.url);

  result.connection.listener = ListenerFor(gateway, url);
  const bool tls =
      gateway.listeners[result.connection.listener].protocol == syntax::Listener::Protocol::kHttps;
  result.connection.peer_address =
      request.client ? *request.client : *model::ParseAddress("127.0.0.1");
  result.connection.peer_identity = request.peer;
  result.raw.method = request.method;
  result.raw.target = url.target;
  result.raw.scheme = tls ? "https" : "http";
  result.raw.fields.emplace_back("host", url.authority);
  for (const auto& field : request.headers) result.raw.fields.push_back(field);

  result.world.charge = [](std::uint32_t, const auto&) { return model::LimitVerdict::kAdmitted; };
  result.world.identify = [&policy, &request](const syntax::Authentication& wanted) {
    return IdentityOf(policy, request, wanted);
  };
  return result;
}

}  // namespace weir::compiler
