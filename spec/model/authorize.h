// Allow and deny (ORDER-9).
#ifndef WEIR_SPEC_MODEL_AUTHORIZE_H_
#define WEIR_SPEC_MODEL_AUTHORIZE_H_

#include <optional>
#include <vector>

#include "spec/model/attribute.h"
#include "spec/syntax/policy.h"

namespace weir::model {

// Every service that a route may forward to, in written order.
std::vector<const syntax::Service*> TargetServices(const syntax::Policy& policy,
                                                   const syntax::Route& route);

struct Verdict {
  bool allowed = true;
  const syntax::Rule* rule = nullptr;  // the deny that holds, or the last allow that was needed
  std::vector<const syntax::Rule*> weighed;  // that deny, or the allow of each scope that has any
};

Verdict Authorize(const syntax::Policy& policy, const syntax::Gateway& gateway,
                  const syntax::Route& route, const Facts& facts);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_AUTHORIZE_H_
