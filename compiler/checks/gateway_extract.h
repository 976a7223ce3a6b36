// A gateway with some of its routes left out, encoded: what a question about one
// route needs of thousands.
//
//   GatewayExtract part(policy, few_routes, GatewayExtract::Preflights::kNone,
//                      Unsendable::kWithin);
//   auto question = part.Pose(0, rule);
//   if (part.Prepare().empty()) part.Find("allow decides", question.decides, 2000);
#ifndef WEIR_COMPILER_CHECKS_GATEWAY_EXTRACT_H_
#define WEIR_COMPILER_CHECKS_GATEWAY_EXTRACT_H_

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compiler/encode/classes.h"
#include "compiler/encode/nearby.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"
#include "compiler/witness/witness.h"
#include "spec/model/model.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// The gateway with these of its routes, in their order, and without its limits,
// which decide nothing here. The others are not copied.
syntax::Gateway WithRoutes(const syntax::Gateway& whole, const std::set<std::uint32_t>& places);

class GatewayExtract {
 public:
  // kNone: requests that have the shape of a preflight are left out.
  enum class Preflights : std::uint8_t { kNone, kAnswered };

  GatewayExtract(const syntax::Policy& policy, syntax::Gateway gateway, Preflights preflights,
                 Unsendable unsendable);

  // When one rule, at one route (its place in this extract), comes to be asked,
  // holds, and decides.
  struct Question {
    const Row* row = nullptr;  // of the route; null: no request gets as far as its rules
    Formula reached = kFalse, holds = kFalse, decides = kFalse;
  };
  Question Pose(std::uint32_t place, const syntax::Rule& rule);

  // When a route forwards at all: `reached`, read at `row`.
  Question PoseForward(std::uint32_t place);
  // When a route's rules let a request through, whatever it does with it: the same.
  Question PosePassed(std::uint32_t place);

  // Once every question is posed. What comes back, if anything, is why none can be asked.
  std::string Prepare();
  Symbolic::Found Find(const std::string& name, Formula formula, unsigned budget_ms) {
    return symbolic_->Find(name, formula, budget_ms);
  }

  // Near what was found last, by which of the dimensions that are turned a request can
  // become another route's: those are told by `fields`, the names that matches read.
  struct Near {
    bool found = false;
    bool routed_alike = false;   // as what it is near to
    std::vector<Value> request;  // where it may be routed otherwise
  };
  Near FindNear(Formula formula, const std::set<std::string>& fields);
  void LookNear(std::vector<Formula> formulas, const Symbolic::Found& found);

  // What was found, as a request and who sends it, read at a row of the extract.
  Witness WitnessOf(const std::vector<Value>& request, const Row& row) const;
  model::Identity CallerOf(const std::vector<Value>& request, const Row& row) const;
  bool Holds(const syntax::Rule& rule, const std::vector<Value>& request, const Row& row);

 private:
  Formula IsPreflight();

  const syntax::Policy& policy_;
  syntax::Gateway gateway_;
  Universe u_;
  const std::vector<std::uint32_t> listeners_;
  std::vector<Row> rows_;
  Classes classes_;
  std::unique_ptr<Symbolic> symbolic_;
  std::unique_ptr<Nearby> nearby_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_CHECKS_GATEWAY_EXTRACT_H_
