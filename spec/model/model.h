// The reference semantics: what a policy does with a request. Pure, slow and
// obvious; one file a construct, each function named after its rule in
// spec/README.md. It shares no code with the runtime, which is judged by it.
//
// State from outside (limits, verified identities) is passed in as a world, so
// that a decision is a function.
#ifndef WEIR_SPEC_MODEL_MODEL_H_
#define WEIR_SPEC_MODEL_MODEL_H_

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::model {

// A request head as it arrives: nothing combined, nothing decoded.
struct RawRequest {
  std::string method;
  std::string target;
  std::string scheme = "http";
  int minor_version = 1;
  std::vector<std::pair<std::string, std::string>> fields;
};

struct Connection {
  syntax::Address peer_address;
  std::uint32_t listener = 0;  // place in the gateway's listeners
  std::optional<std::string> peer_identity;
  // What the deployment is called in Via, and how often a request may have been there.
  std::string via;
  std::uint32_t loops_allowed = 0;
};

// Who the request turns out to come from, if asked.
struct Identity {
  enum class Kind { kNone, kVerified, kBad, kKeysUnavailable };
  Kind kind = Kind::kNone;
  bool jwt_verified = false;
  std::map<std::string, syntax::ClaimValue> claims;  // by the policy's claim names
  std::optional<std::string> consumer;
};

enum class LimitVerdict { kAdmitted, kRefused, kUnavailable };

// A limiter's answer: the verdict, and what the RateLimit fields say of it. A
// world that does not care for those fields answers with the verdict alone.
struct LimitAnswer {
  LimitVerdict verdict = LimitVerdict::kAdmitted;
  std::uint64_t remaining = 0;   // whole requests left at once
  std::int64_t reset = 0;        // ns until the bucket is full again
  std::int64_t retry_after = 0;  // ns until this cost would pass; for kRefused
  LimitAnswer() = default;
  LimitAnswer(LimitVerdict plain) : verdict(plain) {}  // NOLINT: a verdict is an answer
};

// One part of a limit's key (LIMIT-5, LIMIT-6). An absent part is no text: what
// stands beside it is the name that the policy gives to the requests without one.
struct KeyPart {
  std::string text;
  bool absent = false;
  friend auto operator<=>(const KeyPart&, const KeyPart&) = default;
};
using LimitKey = std::vector<KeyPart>;

// What the world answers when the decision asks.
struct World {
  // The limit's place in Policy::limits and the key's parts, in order.
  std::function<LimitAnswer(std::uint32_t limit, const LimitKey& key)> charge;
  std::function<Identity(const syntax::Authentication&)> identify;
};

// The canonical request (spec/rules/canonical.md).
struct CanonicalRequest {
  std::string method, scheme, host, authority, path, query;
  bool has_query = false;
  struct Header {
    std::string name, value;
    std::uint32_t lines = 1;
  };
  std::vector<Header> headers;
  syntax::Address peer_address;  // who connected
  syntax::Address client;        // who it is taken for
  std::uint32_t listener = 0;
  std::uint16_t listener_port = 0;
  std::optional<std::string> peer;
  std::string via;  // what Via says of us; empty: nothing
};

struct Refusal {
  std::uint16_t status = 400;
  std::string reason;  // a reason code's name, as in runtime's ReasonName
};

struct Outcome {
  enum class Kind { kAnswer, kForward };
  Kind kind = Kind::kAnswer;
  std::uint16_t status = 0;  // of an answer
  std::string reason;        // the reason code's name; "ok" when forwarded
  std::string body;
  std::optional<std::uint32_t> route;                       // place in Gateway::routes
  std::optional<syntax::NodeId> rule;                       // the deny or allow that decided
  std::optional<std::uint32_t> limit;                       // that refused, place in Policy::limits
  std::vector<std::pair<std::uint32_t, LimitKey>> charges;  // in order
  std::vector<std::pair<std::string, std::string>> response_fields;  // to add downstream, sorted
  // When forwarded: the services it may go to and the head they get.
  std::vector<std::uint32_t> services;
  std::string upstream_path, upstream_query, upstream_host;
  bool upstream_has_query = false;
  std::vector<std::pair<std::string, std::string>> upstream_fields;  // sorted; without x-request-id
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// What is told beside the outcome, when asked.
struct Trace {
  std::vector<syntax::NodeId>
      rules;  // the deny that held, or one allow for each scope that has any
  // In: the fields of an upstream's response. Out, when the request is forwarded:
  // those that go downstream, beside Outcome::response_fields.
  std::vector<std::pair<std::string, std::string>> response;
};

// Canonicalise, then decide: the whole of spec/rules/order.md up to sending.
Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway, const RawRequest& request,
               const Connection& connection, const World& world, Trace* trace = nullptr);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_MODEL_H_
