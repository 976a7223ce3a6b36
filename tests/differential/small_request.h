// Random requests over the words of SmallPolicies, and what the model does with them.
#ifndef WEIR_TESTS_DIFFERENTIAL_SMALL_REQUEST_H_
#define WEIR_TESTS_DIFFERENTIAL_SMALL_REQUEST_H_

#include "compiler/witness/confirm.h"
#include "spec/model/model.h"
#include "tests/differential/small_policy.h"

namespace weir::testing {

// Without a credential.
inline compiler::Witness SmallRequest(SmallPolicies& random) {
  compiler::Witness witness;
  witness.method = random.Method();
  witness.host = random.Host();
  witness.path = random.Path();
  witness.client = random.Client();
  if (random.Chance(50)) witness.headers.emplace_back("x-a", random.Word());
  if (random.Chance(50)) witness.query.emplace_back("q", random.Word());
  return witness;
}

// By the first gateway, where every limit admits and whoever asks finds `caller`.
inline model::Outcome DecideFor(const syntax::Policy& policy, const compiler::Witness& witness,
                                const model::Identity& caller = {}) {
  model::World world;
  world.charge = [](auto, const auto&) { return model::LimitVerdict::kAdmitted; };
  world.identify = [&](const auto&) { return caller; };
  return model::Decide(policy, 0, compiler::RawRequestOf(witness), compiler::ConnectionOf(witness),
                       world);
}

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_SMALL_REQUEST_H_
