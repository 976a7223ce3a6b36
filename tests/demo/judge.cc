#include "tests/demo/judge.h"

#include <stdexcept>
#include <utility>

namespace weir::demo {

Judge::Judge(const syntax::Policy& policy, std::string gateway) : policy_(policy) {
  for (; gateway_ < policy.gateways.size(); ++gateway_) {
    if (policy.gateways[gateway_].name == gateway) return;
  }
  throw std::runtime_error("the policy has no gateway '" + gateway + "'");
}

// Decides with every charge admitted but the one counted `refused_charge` (from 0).
model::Outcome Judge::Decide(const Sent& request, const model::Identity& identity,
                             int refused_charge) const {
  model::RawRequest raw;
  raw.method = request.method;
  raw.target = request.path;
  raw.fields = request.headers;
  raw.fields.emplace_back("host", request.host + ":" + std::to_string(request.port));

  model::Connection connection;
  connection.peer_address.octets[10] = connection.peer_address.octets[11] = 0xff;
  connection.peer_address.octets[12] = 127;
  connection.peer_address.octets[15] = 1;

  int charges = 0;
  model::World world;
  world.charge = [&](std::uint32_t, const model::LimitKey&) {
    return charges++ == refused_charge ? model::LimitVerdict::kRefused
                                       : model::LimitVerdict::kAdmitted;
  };
  world.identify = [&](const syntax::Authentication&) { return identity; };
  return model::Decide(policy_, gateway_, raw, connection, world);
}

std::vector<Allowed> Judge::AllowedAnswers(const Sent& request, const model::Identity& identity,
                                           bool up) const {
  std::vector<Allowed> allowed;
  model::Outcome admitted = Decide(request, identity, -1);
  for (int refused = 0; refused < static_cast<int>(admitted.charges.size()); ++refused) {
    model::Outcome outcome = Decide(request, identity, refused);
    allowed.push_back({outcome.status, outcome.reason, ""});
  }
  if (admitted.kind == model::Outcome::Kind::kAnswer) {
    allowed.push_back({admitted.status, admitted.reason, ""});
    return allowed;
  }
  if (up) {
    std::string path = admitted.upstream_path;
    if (admitted.upstream_has_query) path += "?" + admitted.upstream_query;
    allowed.push_back({200, "ok", path});
    return allowed;
  }
  const syntax::Route& route = policy_.gateways[gateway_].routes[*admitted.route];
  std::vector<std::string> reasons = {"upstream-connect", "retries-exhausted",
                                      "no-healthy-upstream"};
  if (route.breaker) reasons.push_back("breaker-open");
  for (const std::string& reason : reasons) {
    if (route.fallback) {
      allowed.push_back({route.fallback->status, reason, ""});
    } else {
      allowed.push_back({502, reason, ""});
      allowed.push_back({503, reason, ""});
    }
  }
  return allowed;
}

}  // namespace weir::demo
