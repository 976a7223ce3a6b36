// The resolved core of a policy: what the model, the encoder and the lowering
// see, and all they see. Every default is filled in, every name resolved,
// every inherited statement in place. Plain structs, no behaviour beyond
// looking a reference up.
//
//   const Service& target = policy[forward.targets[0].service];
#ifndef WEIR_SPEC_SYNTAX_POLICY_H_
#define WEIR_SPEC_SYNTAX_POLICY_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "spec/syntax/authentication.h"
#include "spec/syntax/gateway.h"
#include "spec/syntax/node.h"
#include "spec/syntax/service.h"
#include "spec/syntax/statement.h"
#include "spec/syntax/traffic.h"

namespace weir::syntax {

// A definition that no statement refers to: no part of what the policy means.
struct UnusedDefinition {
  std::string keyword;  // "service", "let", ...
  std::string name;
  NodeId node = kNoNode;
};

struct Policy {
  std::vector<std::string> files;              // names as given; Origin::file is a place here
  std::vector<Origin> origins;                 // by NodeId
  std::array<std::uint8_t, 32> source_hash{};  // SHA-256 over the texts of all files

  std::vector<Service> services;
  std::vector<Jwt> jwts;
  std::vector<ApiKeys> api_keys;
  std::vector<Limit> limits;
  std::vector<Cors> cors;
  std::vector<Retry> retries;
  std::vector<Breaker> breakers;
  std::vector<Gateway> gateways;  // gateways and sidecars, in written order
  std::vector<Proof> proofs;
  std::vector<Example> examples;
  // The declared ceiling of `retry-storm` (`amplification at most N`), if any.
  std::uint32_t amplification_bound = 0;  // 0: none declared
  std::vector<UnusedDefinition> unused;   // services, lets, profiles, ... but no gateways

  const Service& operator[](Ref<Service> ref) const { return services[ref.index]; }
  const Jwt& operator[](Ref<Jwt> ref) const { return jwts[ref.index]; }
  const ApiKeys& operator[](Ref<ApiKeys> ref) const { return api_keys[ref.index]; }
  const Limit& operator[](Ref<Limit> ref) const { return limits[ref.index]; }
  const Cors& operator[](Ref<Cors> ref) const { return cors[ref.index]; }
  const Retry& operator[](Ref<Retry> ref) const { return retries[ref.index]; }
  const Breaker& operator[](Ref<Breaker> ref) const { return breakers[ref.index]; }
  const Gateway& operator[](Ref<Gateway> ref) const { return gateways[ref.index]; }
};

}  // namespace weir::syntax

#endif  // WEIR_SPEC_SYNTAX_POLICY_H_
