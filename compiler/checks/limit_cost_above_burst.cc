// A limit that refuses every request (LIMIT-4): one request costs more than the
// burst, or the rate is 0. Shown by a request on a limiter that has counted
// nothing yet: if that one is refused, every one is.
#include <map>
#include <string>
#include <utility>

#include "compiler/checks/charges.h"
#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"
#include "compiler/checks/route_requests.h"

namespace weir::compiler {
namespace {

using syntax::Limit;
using syntax::Policy;

class Search {
 public:
  explicit Search(const Policy& policy) : policy_(policy) {}

  struct Shown {
    std::optional<RouteRequests::Sent> sent;
    ChargePlace place;
    std::string wrong;  // why what was found is not to be shown
  };
  // A request that this limit refuses, at the first of its places that has one.
  Shown Refused(std::uint32_t limit, const std::vector<ChargePlace>& places) {
    Shown shown;
    for (const ChargePlace& place : places) {
      // An earlier limit of the same kind refuses all that would come here.
      bool behind_another = false;
      for (const std::uint32_t before : place.before) {
        behind_another = behind_another || AdmitsNothing(policy_.limits[before]);
      }
      if (behind_another) continue;
      RouteRequests& requests = Of(place.gateway);
      auto sent = place.route ? requests.To(*place.route) : requests.ToGateway();
      if (!sent) continue;
      const Expected expected{false, 429, "rate-limited", place.route, limit};
      shown.wrong = requests.Disagreement(*sent, expected);
      if (!shown.wrong.empty()) continue;
      return {std::move(sent), place, ""};
    }
    return shown;
  }

 private:
  RouteRequests& Of(std::uint32_t gateway) {
    return requests_.try_emplace(gateway, policy_, gateway).first->second;
  }

  const Policy& policy_;
  std::map<std::uint32_t, RouteRequests> requests_;
};

Finding RefusesAll(const Policy& policy, const Limit& limit, const ChargePlace& place) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "limit-cost-above-burst";
  diagnostic.span = SpanOf(policy, limit.node);
  const std::string name = "limit '" + limit.name + "' refuses every request: ";
  if (limit.count == 0) {
    diagnostic.severity = dsl::Severity::kWarning;
    diagnostic.message = name + "its rate is 0";
    finding.fix = "Write `deny` where nothing may pass: 429 bids the client come again.";
  } else {
    diagnostic.severity = dsl::Severity::kError;
    diagnostic.message = name + "one costs " + std::to_string(limit.cost) + ", and at most " +
                         std::to_string(limit.burst) + " can be had at once";
    finding.fix = "Write a burst of at least " + std::to_string(limit.cost) + ", or a lower cost.";
  }
  const auto& gateway = policy.gateways[place.gateway];
  diagnostic.labels.push_back(
      {SpanOf(policy, place.route ? gateway.routes[*place.route].node : gateway.node),
       "charged here, and so for the witness"});
  diagnostic.help = finding.fix;
  return finding;
}

}  // namespace

CheckResult CheckLimitCosts(const Policy& policy) {
  CheckResult result;
  const auto charges = ChargesOf(policy);
  Search search(policy);
  for (std::uint32_t i = 0; i < policy.limits.size(); ++i) {
    const Limit& limit = policy.limits[i];
    if (!AdmitsNothing(limit) || charges[i].empty()) continue;
    auto shown = search.Refused(i, charges[i]);
    if (shown.sent) {
      Finding finding = RefusesAll(policy, limit, shown.place);
      finding.witness = std::move(shown.sent->witness);
      result.findings.push_back(std::move(finding));
    } else if (!shown.wrong.empty()) {
      result.unknown.push_back({"limit-cost-above-burst",
                                "whether limit '" + limit.name + "' refuses all: " + shown.wrong,
                                SpanOf(policy, limit.node)});
    }
  }
  return result;
}

}  // namespace weir::compiler
