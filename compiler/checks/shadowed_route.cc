// A route that no request reaches: earlier routes take, together, all that it
// matches (compiler/shadow). An error when a request that it matches is treated
// otherwise by the route that takes it. Routes that match nothing at all, and
// routes that are an earlier one again, are met here too and named by the rules
// `impossible-match` and `duplicate-route`.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "compiler/checks/checks.h"
#include "compiler/checks/dead_routes.h"
#include "compiler/checks/places.h"
#include "compiler/checks/solver_fallback.h"
#include "compiler/checks/taken_otherwise.h"
#include "compiler/shadow/engine.h"
#include "compiler/shadow/outcome.h"
#include "compiler/witness/replay.h"

namespace weir::compiler {
namespace {

class GatewayCheck {
 public:
  GatewayCheck(const syntax::Policy& policy, std::uint32_t gateway, CheckResult& result)
      : policy_(policy),
        gateway_(gateway),
        routes_(policy.gateways[gateway].routes),
        result_(result),
        engine_(policy.gateways[gateway], {.fallback = SolveByClasses}),
        same_(policy.gateways[gateway]),
        otherwise_(policy, gateway) {}

  void Run() {
    for (std::uint32_t route = 0; route < routes_.size(); ++route) {
      RouteVerdict verdict = engine_.Explain(route);
      if (verdict.kind == RouteVerdict::Kind::kUnknown) {
        Undecided(route, verdict.reason);
      } else if (verdict.kind == RouteVerdict::Kind::kDead) {
        Dead(route, std::move(verdict));
      }
    }
  }

 private:
  using Outcome = TakenOtherwise::Kind;

  void Undecided(std::uint32_t route, const std::string& reason) {
    result_.unknown.push_back({"shadowed-route",
                               "whether route '" + routes_[route].name + "' is reached: " + reason,
                               SpanOf(policy_, routes_[route].node)});
  }

  // A dead route is the finding of one rule: it matches nothing by itself, or it
  // is an earlier one again, or others take what it matches.
  void Dead(std::uint32_t route, RouteVerdict verdict) {
    if (verdict.blockers.empty()) {
      result_.findings.push_back(ImpossibleMatch(policy_, policy_.gateways[gateway_], route));
      return;
    }
    if (const auto earlier = same_.Earlier(route, verdict)) {
      RouteVerdict first = engine_.Decide(*earlier);
      if (first.kind == RouteVerdict::Kind::kAlive) {
        Duplicate(route, *earlier, *std::move(first.witness));
        return;
      }
    }
    if (!verdict.witness) {
      Undecided(route, "no request that shows it was found");
      return;
    }
    const Outcome outcome = Weigh(route, "shadowed-route", verdict);
    if (!Replayed(route, *verdict.witness, verdict.taken_by)) return;
    Finding finding;
    Describe(route, verdict, outcome, finding);
    result_.findings.push_back(std::move(finding));
  }

  // The outcome over all requests of the route, and in the verdict one that shows it.
  // `rule` is whose finding it is.
  Outcome Weigh(std::uint32_t route, const char* rule, RouteVerdict& verdict) {
    auto found = otherwise_.Find(route, verdict);
    if (found.kind == Outcome::kUnknown) {
      if (verdict.outcome_differs) return Outcome::kOtherwise;  // as the texts of the two say
      result_.unknown.push_back({rule,
                                 "whether each request of route '" + routes_[route].name +
                                     "' is treated as it would treat it: " + found.reason,
                                 SpanOf(policy_, routes_[route].node)});
    }
    if (found.witness) {
      verdict.witness = std::move(found.witness);
      verdict.taken_by = found.taken_by;
    }
    return found.kind;
  }

  void Duplicate(std::uint32_t route, std::uint32_t earlier, Witness witness) {
    engine_.Shrink(route, earlier, witness);
    RouteVerdict verdict;
    verdict.outcome_differs = !SameOutcome(routes_[route], routes_[earlier]);
    verdict.taken_by = earlier;
    verdict.witness = std::move(witness);
    const Outcome outcome = Weigh(route, "duplicate-route", verdict);
    if (!Replayed(route, *verdict.witness, verdict.taken_by)) return;
    Finding finding = DuplicateRoute(policy_, policy_.gateways[gateway_], route, earlier, outcome);
    Witnessed({earlier}, verdict, outcome, finding);
    result_.findings.push_back(std::move(finding));
  }

  bool Replayed(std::uint32_t route, const Witness& witness, std::uint32_t taken_by) {
    if (!replay_) replay_ = std::make_unique<WitnessReplay>(policy_, gateway_);
    const std::string wrong = replay_->Disagreement(witness, taken_by);
    if (!wrong.empty()) Undecided(route, wrong);
    return wrong.empty();
  }

  // The witness, and who takes it. That need be none of `named`: they take all of
  // the route's requests between them, yet an earlier one may be there first.
  void Witnessed(const std::vector<std::uint32_t>& named, RouteVerdict& verdict, Outcome outcome,
                 Finding& finding) {
    finding.witness = std::move(verdict.witness);
    finding.taken_by = routes_[verdict.taken_by].name;
    if (std::ranges::find(named, verdict.taken_by) != named.end()) return;
    finding.diagnostic.labels.push_back(
        {SpanOf(policy_, routes_[verdict.taken_by].node), "takes the witness"});
    if (outcome != Outcome::kOtherwise) return;
    finding.diagnostic.message +=
        "; route '" + finding.taken_by + "' treats a request of it otherwise";
  }

  void Describe(std::uint32_t route, RouteVerdict& verdict, Outcome outcome, Finding& finding) {
    const bool differs = outcome == Outcome::kOtherwise, same = outcome == Outcome::kSame;
    auto& diagnostic = finding.diagnostic;
    const std::string name = "route '" + routes_[route].name + "'";
    diagnostic.rule = "shadowed-route";
    diagnostic.severity = differs ? dsl::Severity::kError : dsl::Severity::kWarning;
    diagnostic.span = SpanOf(policy_, routes_[route].node);
    std::vector<std::string> names;
    for (const std::uint32_t blocker : verdict.blockers) {
      names.push_back(routes_[blocker].name);
      diagnostic.labels.push_back(
          {SpanOf(policy_, routes_[blocker].node),
           verdict.blockers.size() == 1 ? "takes all of them" : "takes some of them"});
    }
    const bool one = names.size() == 1;
    diagnostic.message = name + " is never reached: " + (one ? "route " : "routes ") +
                         Listed(names) + (one ? " takes" : " together take") +
                         " every request that it matches" +
                         (same ? ", and the outcome is the same" : "");
    Witnessed(verdict.blockers, verdict, outcome, finding);
    // The earliest of those that stand in the way is the one to pass.
    const bool other =
        std::ranges::find(verdict.blockers, verdict.taken_by) == verdict.blockers.end();
    const std::string above = other ? "route '" + finding.taken_by + "' and " : "";
    finding.fix = differs ? "Move it above " + above + (one ? "that route" : "those routes") +
                                ", or narrow what " +
                                (one && !other ? "that one matches." : "they match.")
                  : same ? "Take it out: nothing changes."
                         : "Take it out, or narrow what takes its requests.";
    diagnostic.help = finding.fix;
  }

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  const std::vector<syntax::Route>& routes_;
  CheckResult& result_;
  ShadowEngine engine_;
  SameMatches same_;
  TakenOtherwise otherwise_;
  std::unique_ptr<WitnessReplay> replay_;  // made for the first finding
};

}  // namespace

CheckResult CheckShadowedRoutes(const syntax::Policy& policy) {
  CheckResult result;
  for (std::uint32_t gateway = 0; gateway < policy.gateways.size(); ++gateway) {
    GatewayCheck(policy, gateway, result).Run();
  }
  return result;
}

}  // namespace weir::compiler
