// Holds the demo's answers against the reference model: which answers a policy
// allows for a request, whatever the limiters say and whether or not the
// upstream can be reached.
#ifndef WEIR_TESTS_DEMO_JUDGE_H_
#define WEIR_TESTS_DEMO_JUDGE_H_

#include <string>
#include <vector>

#include "spec/model/model.h"
#include "tests/demo/client.h"

namespace weir::demo {

struct Allowed {
  int status = 0;
  std::string reason;  // as in x-weir-reason
  std::string path;    // what the upstream sees, when forwarded and answered
};

class Judge {
 public:
  Judge(const syntax::Policy& policy, std::string gateway);

  // Every answer the model allows to a request of a caller with this identity.
  // `up` tells whether the services can be reached.
  std::vector<Allowed> AllowedAnswers(const Sent& request, const model::Identity& identity,
                                      bool up) const;

 private:
  model::Outcome Decide(const Sent& request, const model::Identity& identity,
                        int refused_charge) const;
  const syntax::Policy& policy_;
  std::uint32_t gateway_ = 0;
};

}  // namespace weir::demo

#endif  // WEIR_TESTS_DEMO_JUDGE_H_
