#include "fuzz/generators/request_generator.h"

#include "fuzz/generators/pattern_generator.h"
#include "fuzz/generators/words.h"
#include "spec/model/address.h"
#include "spec/model/text.h"

namespace weir::fuzz {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

std::string EncodeQuery(const std::string& text) {
  std::string encoded;
  for (char c : text) encoded += model::IsUnreserved(c) ? std::string(1, c) : model::Escape(c);
  return encoded;
}

struct Parts {
  std::string method = "GET";
  std::string host = "api.test";
  std::string path = "/";
  Fields fields;
  Fields query;
  syntax::Address client;
  std::uint32_t listener = 0;
};

Parts Anything(const syntax::Gateway& gateway, Choices& choices) {
  Parts parts;
  parts.method = MethodWord(choices);
  parts.host = HostWord(choices);
  parts.path = "/" + SegmentWord(choices);
  if (choices.Chance(40)) parts.path += "/" + SegmentWord(choices);
  parts.client = AddressWord(choices);
  parts.listener = choices.Below(static_cast<std::uint32_t>(gateway.listeners.size()));
  if (choices.Chance(30)) parts.fields.emplace_back(HeaderName(choices), ValueWord(choices));
  if (choices.Chance(20)) parts.query.emplace_back(QueryName(choices), ValueWord(choices));
  return parts;
}

// Makes the parts fit a route, as far as one value a part can.
void Fit(const syntax::Match& match, Choices& choices, Parts& parts) {
  if (!match.hosts.empty()) parts.host = HostFor(choices.Of(match.hosts), choices);
  if (!match.paths.empty()) parts.path = PathFor(choices.Of(match.paths), choices);
  if (!match.methods.empty()) parts.method = choices.Of(match.methods);
  if (!match.clients.empty()) parts.client = choices.Of(match.clients).base;
  if (!match.listeners.empty()) parts.listener = choices.Of(match.listeners);
  for (const syntax::FieldMatch& field : match.fields) {
    Fields& place = field.source == syntax::FieldMatch::Source::kQuery ? parts.query : parts.fields;
    std::erase_if(place, [&](const auto& known) { return known.first == field.name; });
    if (!field.negated) place.emplace_back(field.name, FieldValueFor(field, choices));
  }
}

void ChangeOnePart(Choices& choices, Parts& parts) {
  switch (choices.Below(5)) {
    case 0:
      parts.method = MethodWord(choices);
      return;
    case 1:
      parts.host = HostWord(choices);
      return;
    case 2:
      parts.path += "/" + SegmentWord(choices);
      return;
    case 3:
      parts.client = AddressWord(choices);
      return;
    default:
      parts.fields.emplace_back(HeaderName(choices), ValueWord(choices));
  }
}

// What policies read beside their matches.
void AddReadFields(Choices& choices, Parts& parts) {
  if (choices.Chance(25)) parts.fields.emplace_back("X-Roles", ValueWord(choices));
  if (choices.Chance(20))
    parts.fields.emplace_back(
        "Cookie", choices.Of({"c=one; sid=", "sid=one; sid=", "c=\"a\", sid=", "SID=", "sid=%62",
                              "si%64=1; c=", "c[]=1; c="}) +
                      ValueWord(choices));
  if (choices.Chance(25)) parts.fields.emplace_back("Origin", OriginWord(choices));
  if (choices.Chance(15)) {
    const std::string lengths[] = {"0", "12"};
    parts.fields.emplace_back("Content-Length", lengths[choices.Below(2)]);
  }
  if (choices.Chance(15)) {
    const std::string chain = model::AddressText(AddressWord(choices));
    parts.fields.emplace_back(
        "X-Forwarded-For",
        choices.Of({"", "8.8.8.8, ", "no, ", ","}) + chain +
            choices.Of({"", "", "", ",", ", no", ":80", ", \"[::1]:9\"", ", 10.0.0.1:4711"}));
  }
  if (choices.Chance(12)) {
    parts.fields.emplace_back("X-Forwarded-Proto", choices.Of({"https", "http", "WSS", "ftp", ""}));
  }
  if (choices.Chance(8)) parts.fields.emplace_back("X-Forwarded-Port", "8443");
  if (choices.Chance(10)) {
    parts.fields.emplace_back(
        "Connection", choices.Of({"close", "x-a", "keep-alive, X-Roles", "x-forwarded-for", "te",
                                  "cookie", "authorization"}));
  }
  if (choices.Chance(10)) {
    parts.fields.emplace_back(
        choices.Of({"TE", "Upgrade", "Forwarded", "X-Real-IP", "x_under", "X-Weir-Peer",
                    "X-Forwarded-Host", "Expect", "X-Request-Id", "Keep-Alive", "Authorization",
                    "X_Forwarded_For", "X_Request_Id", "X_A"}),
        choices.Of({"one", "100-continue", "trailers"}));
  }
}

void MakePreflight(Choices& choices, Parts& parts) {
  // Two origins are none that any policy lets in.
  if (choices.Chance(90)) {
    std::erase_if(parts.fields, [](const auto& field) { return field.first == "Origin"; });
  }
  parts.fields.emplace_back("Access-Control-Request-Method", parts.method);
  parts.fields.emplace_back("Origin", OriginWord(choices));
  parts.method = "OPTIONS";
}

std::string DisguisedHost(const std::string& host, Choices& choices) {
  std::string written = host;
  if (choices.Chance(15)) {
    for (char& c : written) {
      if (c >= 'a' && c <= 'z' && choices.Chance(50)) c = static_cast<char>(c - 'a' + 'A');
    }
  }
  if (choices.Chance(5) && !written.ends_with(']')) written += ".";
  if (choices.Chance(20)) written += choices.Of({":80", ":8080", ":443"});
  if (choices.Chance(2)) written += choices.Of({":", ":0", "..", "@x", " x", ":65536", "]"});
  return written;
}

// What the connection knows of loops, and what a request says of its way.
void Travel(Choices& choices, RandomRequest& request) {
  if (choices.Chance(50)) request.connection.via = choices.Of({"gw", "edge-1"});
  request.connection.loops_allowed = static_cast<std::uint32_t>(choices.Below(3));
  if (choices.Chance(20)) {
    request.raw.fields.emplace_back(
        choices.Of({"Via", "via"}),
        choices.Of({"1.1 gw", "1.0 a, 1.1 GW (x, y)", "1.1 gw2", "gw", "1.1 gw, HTTP/1.1  gw(c)",
                    "1.1\tedge-1, 1.1 edge-1 , ,1.1 Edge-1", "2 gw:80", ""}));
  }
  if (!choices.Chance(10)) return;
  request.raw.method = choices.Of({"OPTIONS", "TRACE", "GET"});
  if (choices.Chance(70)) {
    request.raw.fields.emplace_back(
        "Max-Forwards", choices.Of({"0", "00", "5", "007", "x", "", "-1", "10", "1000000000",
                                    "99999999999999999999999"}));
  }
  if (choices.Chance(30)) request.raw.target = choices.Of({"*", "http://api.test", "http://a?"});
}

void Spoil(Choices& choices, model::RawRequest& raw) {
  switch (choices.Below(8)) {
    case 0:
      raw.fields.emplace_back("Host", "api.test");
      return;
    case 1:
      std::erase_if(raw.fields, [](const auto& field) { return field.first == "Host"; });
      raw.minor_version = static_cast<int>(choices.Below(2));
      return;
    case 2:
      raw.target = choices.Of({"*", "api.test:80", "http://", "ftp://api.test/", "http:///a", "a"});
      return;
    case 3:
      raw.target += choices.Of({"#x", "%", "%zz", "%00", "\\", "%5c", "%2f", "%2F..%2fa", ";x",
                                "/..;/a", "/%2e%2e%3b", "%3bv=1/b"});
      return;
    case 4:
      raw.method = choices.Of({"CONNECT", "B@D", "", "connect"});
      return;
    case 5:
      raw.fields.emplace_back("Content-Type", "text/plain");
      return;
    case 6:
      raw.minor_version = static_cast<int>(choices.Below(3));
      return;
    default:
      raw.fields.emplace_back("x-a", std::string("a\0b", 3));
  }
}

std::string TargetOf(const Parts& parts, Choices& choices) {
  std::string target = choices.Chance(30) ? Disguised(parts.path, choices) : parts.path;
  if (!target.starts_with("/")) target = "/" + target;
  std::string separator = "?";
  for (const auto& [name, value] : parts.query) {
    target += separator + EncodeQuery(name) + (value.empty() ? "" : "=" + EncodeQuery(value));
    separator = "&";
  }
  if (parts.query.empty() && choices.Chance(5)) {
    target += choices.Of({"?",         "?&",         "?q",       "?q=%0d%0aX:1", "?q=%",
                          "?=x",       "?p=a+b&p=c", "?%71=1",   "?Q=1",         "?q[]=1",
                          "?q[x]=1",   "?a=1;q=2",   "?q=1;x=2", "?q=%00",       "?q=%c3%28",
                          "?q=%c3%a9", "?+q=1",      "?%zz=1",   "?q%00x=1",     "?q&q"});
  }
  return target;
}

}  // namespace

std::string Disguised(const std::string& path, Choices& choices) {
  std::string written;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c == '/' && choices.Chance(15)) {
      written += choices.Of({"//", "/./", "/zz/../", "/%2e/", "/../", "/z//../"});
    } else if (c != '/' && c != '%' && choices.Chance(15)) {
      const std::string escape = model::Escape(c);
      written += choices.Chance(50) ? model::Lower(escape) : escape;
    } else {
      written += c;
    }
  }
  return written;
}

RandomRequest RequestFor(const syntax::Policy& policy, Choices& choices, std::uint32_t place) {
  const syntax::Gateway& gateway = policy.gateways[place];
  Parts parts = Anything(gateway, choices);
  if (!gateway.routes.empty() && choices.Chance(90)) {
    Fit(choices.Of(gateway.routes).match, choices, parts);
    if (choices.Chance(25)) ChangeOnePart(choices, parts);
  }
  AddReadFields(choices, parts);
  if (choices.Chance(26)) MakePreflight(choices, parts);

  RandomRequest request;
  request.raw.method = parts.method;
  request.connection.listener = parts.listener;
  const bool tls = gateway.listeners[parts.listener].protocol == syntax::Listener::Protocol::kHttps;
  request.raw.scheme = tls ? "https" : "http";
  const std::string host = DisguisedHost(parts.host, choices);
  request.raw.target = TargetOf(parts, choices);
  if (choices.Chance(5)) {
    const std::string meant =
        choices.Chance(30) ? choices.Of({"other.test", "api.test:8443", "a:"}) : host;
    request.raw.target =
        choices.Of({"http://", "https://", "HTTP://"}) + meant + request.raw.target;
  }
  request.raw.fields.emplace_back("Host", host);
  for (const auto& field : parts.fields) request.raw.fields.push_back(field);
  request.connection.peer_address = parts.client;
  if (choices.Chance(30)) request.connection.peer_identity = PeerWord(choices);
  Travel(choices, request);
  if (choices.Chance(6)) Spoil(choices, request.raw);
  return request;
}

std::string Describe(const RandomRequest& request) {
  std::string text = request.raw.method + " " + request.raw.target + " from " +
                     model::AddressText(request.connection.peer_address) + " at listener " +
                     std::to_string(request.connection.listener);
  if (request.connection.peer_identity) text += " peer " + *request.connection.peer_identity;
  if (!request.connection.via.empty()) {
    text += " known as " + request.connection.via + ", loops " +
            std::to_string(request.connection.loops_allowed);
  }
  if (request.raw.minor_version != 1) {
    text += " by HTTP/1." + std::to_string(request.raw.minor_version);
  }
  for (const auto& [name, value] : request.raw.fields) text += " | " + name + ": " + value;
  return text;
}

}  // namespace weir::fuzz
