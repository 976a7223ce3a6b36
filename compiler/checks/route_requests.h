// Requests that show what a gateway does: found by the shadow index, and played
// on the model and on the loaded table before anyone sees them.
//
//   RouteRequests requests(policy, gateway);
//   if (auto sent = requests.To(route)) {
//     std::string wrong = requests.Disagreement(*sent, {.status = 429, ...});
//   }
//
// Made when a finding is to be shown: it costs as much as the gateway has routes.
#ifndef WEIR_COMPILER_CHECKS_ROUTE_REQUESTS_H_
#define WEIR_COMPILER_CHECKS_ROUTE_REQUESTS_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "compiler/shadow/engine.h"
#include "compiler/witness/confirm.h"
#include "compiler/witness/replay.h"
#include "spec/model/model.h"

namespace weir::compiler {

class RouteRequests {
 public:
  RouteRequests(const syntax::Policy& policy, std::uint32_t gateway);

  // A request, and who sends it: someone whom the route authenticates.
  struct Sent {
    Witness witness;
    model::Identity identity;
  };
  // One that comes to the gateway, whatever becomes of it.
  Sent ToGateway() const;
  // One that the route answers; none: it is not reached, or that is undecided.
  std::optional<Sent> To(std::uint32_t route);

  // What the model or the table does otherwise, with limits that count from
  // nothing (spec/model/gcra.h); empty: both do as expected.
  std::string Disagreement(const Sent& sent, const Expected& expected);

  // The same for a request that this route forwards, while every limit admits.
  std::string Forwards(const Sent& sent, std::uint32_t route);

  // What becomes of it; nothing: model and table do not agree, and it is not shown.
  std::optional<model::Outcome> OutcomeOf(const Sent& sent);

  // The same for a request that this route has, whatever becomes of it there.
  std::string Routes(const Witness& request, std::uint32_t route);
  // The same for a preflight that none of these routes answers for its cors.
  std::string AnswersNoPreflight(const Witness& preflight,
                                 const std::function<bool(std::uint32_t)>& routes);

  ShadowEngine& engine() { return engine_; }

 private:
  WitnessReplay& replay();
  void AddCaller(std::uint32_t route, Sent& sent) const;
  model::World FreshLimits(const Sent& sent) const;

  const syntax::Policy& policy_;
  const std::uint32_t gateway_;
  ShadowEngine engine_;
  std::unique_ptr<WitnessReplay> replay_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_ROUTE_REQUESTS_H_
