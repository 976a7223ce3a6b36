// Mistakes that are planted in the checker, the encoder, `diff` and `explain`, to see that
// the great random run finds them. Each is played by handing a policy that was bent to the
// compiler, and the policy itself to the model that judges: what the compiler would say
// if it read a construct wrongly, or forgot it. No product code carries them.
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_FAULTS_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_FAULTS_H_

#include <string>
#include <vector>

#include "tests/differential/verdicts/judge.h"

namespace weir::testing {

struct Fault {
  std::string construct;  // the way to it in the core, as the census names it
  const char* mistake;
  Falsehood (*judge)(Trial&, Tally&);  // whose verdicts are wrong then
  void (*bend)(syntax::Policy& policy);
};

const std::vector<Fault>& Faults();

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_FAULTS_H_
