// A random change of a policy, for `diff` to tell: nothing but layout, one member of the
// core made another, or a change as an author makes one.
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_CHANGE_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_CHANGE_H_

#include <optional>
#include <string>

#include "fuzz/generators/choices.h"
#include "spec/syntax/policy.h"

namespace weir::testing {

struct Changed {
  syntax::Policy policy;
  std::string what;       // in words, or the key of a member
  bool layout = false;    // nothing differs: `diff` must say so
  bool setting = false;   // a setting that somebody uses: `diff` must tell it
  bool tried = false;     // the effect on requests is tried out, so a region may be missed
  bool identity = false;  // whom a definition lets in: universes hold no such callers
  std::optional<std::uint32_t> erased_gateway;
};

// With `focus`, one member of that construct (as the census names it) is another, if there is
// such a one.
Changed RandomChange(const syntax::Policy& policy, fuzz::Choices& choices,
                     const std::string& focus = "");

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_CHANGE_H_
