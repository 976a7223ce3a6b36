// Retries that multiply: more tries of one request can reach a service than the
// policy allows (`amplification at most N`), or than 10 where it says nothing.
#include <algorithm>
#include <string>
#include <utility>

#include "compiler/checks/amplification.h"
#include "compiler/checks/checks.h"
#include "compiler/checks/places.h"

namespace weir::compiler {
namespace {

constexpr std::uint64_t kDefaultBound = 10;

bool Exceeds(const ServiceLoad& load, std::uint64_t bound) {
  return !load.bounded || load.amplification > bound;
}

// A storm further down its path tells of this one too.
bool PartOfAnother(const ServiceLoad& load, const std::vector<ServiceLoad>& loads,
                   std::uint64_t bound) {
  return std::ranges::any_of(loads, [&](const ServiceLoad& other) {
    if (!Exceeds(other, bound) || other.path.size() <= load.path.size()) return false;
    return std::equal(load.path.begin(), load.path.end(), other.path.begin(),
                      [](const LoadHop& a, const LoadHop& b) { return a.hop.hop == b.hop.hop; });
  });
}

Finding Storm(const syntax::Policy& policy, const ServiceLoad& load, std::uint64_t bound) {
  Finding finding;
  auto& diagnostic = finding.diagnostic;
  diagnostic.rule = "retry-storm";
  const bool declared = policy.amplification_bound > 0;
  diagnostic.severity = declared || load.loop ? dsl::Severity::kError : dsl::Severity::kWarning;
  finding.assumptions = load.assumptions;
  const std::string service = "service '" + policy.services[load.service].name + "'";
  const std::string limit = declared ? ", above the declared bound of " + std::to_string(bound)
                                     : ", above " + std::to_string(bound);
  diagnostic.message =
      load.bounded ? "one request can come to " + std::to_string(load.amplification) +
                         " tries at " + service + limit
                   : "the tries of one request at " + service + " have no bound: " + load.reason;
  // The span is the hop that multiplies most.
  std::size_t worst = 0;
  for (std::size_t i = 0; i < load.path.size(); ++i) {
    if (load.path[i].hop.tries > load.path[worst].hop.tries) worst = i;
    finding.path.push_back(load.path[i].hop);
  }
  for (std::size_t i = 0; i < load.path.size(); ++i) {
    const auto span = SpanOf(policy, load.path[i].node);
    if (i == worst) {
      diagnostic.span = span;
    } else {
      const auto tries = load.path[i].hop.tries;
      diagnostic.labels.push_back({span, load.path[i].hop.hop + ": " + std::to_string(tries) +
                                             (tries == 1 ? " try" : " tries")});
    }
  }
  finding.factor = load.bounded ? load.amplification : 0;
  if (load.loop) {
    finding.fix =
        "Take the endpoint that leads back out, or give the proxies that do not share a "
        "host `host` clauses that say so. Routes are told apart by the path alone, and where "
        "the one before writes out what it sends: by exact paths in its `match`, or a `rewrite`.";
  } else if (!load.bounded) {
    finding.fix = "Break the cycle of calls, or write `call-depth N` on a service of it.";
  } else {
    finding.fix = "Retry on one hop of the path alone, best the one next to the service";
    finding.fix += declared ? "." : ", or declare the bound you mean: `amplification at most N`.";
  }
  diagnostic.help = finding.fix;
  return finding;
}

}  // namespace

CheckResult CheckRetryStorms(const syntax::Policy& policy) {
  CheckResult result;
  const std::uint64_t bound =
      policy.amplification_bound > 0 ? policy.amplification_bound : kDefaultBound;
  const auto loads = Amplification(policy);
  for (const ServiceLoad& load : loads) {
    if (!load.complete && !Exceeds(load, bound)) {
      result.unknown.push_back({"retry-storm",
                                "how many tries of one request can come to service '" +
                                    policy.services[load.service].name + "': " + load.reason,
                                SpanOf(policy, policy.services[load.service].node)});
      continue;
    }
    if (!Exceeds(load, bound) || PartOfAnother(load, loads, bound)) continue;
    result.findings.push_back(Storm(policy, load, bound));
  }
  return result;
}

}  // namespace weir::compiler
