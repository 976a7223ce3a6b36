// A proxy of the policy: a gateway, or the sidecar of a service. Both are one
// construct in the core: a sidecar's inbound and outbound parts are listeners,
// each with one route that is bound to it (Match::listeners).
#ifndef WEIR_SPEC_SYNTAX_GATEWAY_H_
#define WEIR_SPEC_SYNTAX_GATEWAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/syntax/node.h"
#include "spec/syntax/route.h"
#include "spec/syntax/value.h"

namespace weir::syntax {

struct Listener {
  enum class Protocol : std::uint8_t { kHttp, kHttps };
  enum class EncodedSlash : std::uint8_t { kReject, kKeep };
  enum class Slashes : std::uint8_t { kMerge, kKeep };
  enum class Underscores : std::uint8_t { kDrop, kKeep, kReject };
  enum class PathParameters : std::uint8_t { kReject, kKeep, kStrip };
  // kStrict: what programs could read in two ways is refused; kFirst: the first value counts.
  enum class Reading : std::uint8_t { kStrict, kFirst };
  enum class Mtls : std::uint8_t { kOff, kOptional, kStrict };
  enum class Direction : std::uint8_t { kEdge, kInbound, kOutbound };
  Protocol protocol = Protocol::kHttp;
  Direction direction = Direction::kEdge;  // inbound and outbound: a sidecar's
  SocketAddress address;
  std::string certificate;  // files, relative to the policy's folder; for https
  std::string key;
  std::string client_ca;
  Mtls mtls = Mtls::kOff;
  EncodedSlash encoded_slash = EncodedSlash::kReject;
  Slashes slashes = Slashes::kMerge;
  Underscores underscores = Underscores::kDrop;
  PathParameters path_parameters = PathParameters::kReject;
  Reading query = Reading::kStrict;
  Reading cookies = Reading::kStrict;
  bool proxy_protocol = false;
  bool intercept = false;  // transparently redirected traffic
  NodeId node = kNoNode;
};

struct AccessLog {
  enum class Sink : std::uint8_t { kOff, kStdout, kStderr, kFile };
  Sink sink = Sink::kStdout;  // records are JSON, one a line
  std::string file;
};

struct Gateway {
  enum class Kind : std::uint8_t { kGateway, kSidecar };
  Kind kind = Kind::kGateway;
  std::string name;
  std::optional<Ref<Service>> sidecar_of;  // for kSidecar
  std::vector<Listener> listeners;         // 1 to 64
  std::optional<std::string> identity;     // SPIFFE id it presents
  // The machine or pod it runs on, by a name: what has the same name shares its
  // loopback addresses (spec/rules/amplification.md). None: not said.
  std::optional<std::string> host;
  // How many processes of it run; each has a retry budget of its own. None: not said.
  std::optional<std::uint32_t> processes;
  AccessLog log;
  bool explain_headers = false;  // x-weir-reason and x-weir-route on answers
  std::vector<Network> trusted_proxies;
  std::uint64_t max_header_octets = 65536;
  std::uint32_t max_header_count = 128;
  std::uint64_t max_body = 0;         // octets; 0: without end
  std::vector<Ref<Limit>> limits;     // before routing; keyed without identity
  std::vector<Rule> rules;            // the gateway's own scope
  std::vector<Route> routes;          // first match in this order
  std::optional<Response> otherwise;  // when no route matches
  NodeId node = kNoNode;
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_GATEWAY_H_
