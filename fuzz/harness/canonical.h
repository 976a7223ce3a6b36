// The canonicaliser beside the model's, on one raw request.
#ifndef WEIR_FUZZ_HARNESS_CANONICAL_H_
#define WEIR_FUZZ_HARNESS_CANONICAL_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/request/canonical.h"
#include "spec/model/model.h"
#include "spec/model/scalar_fields.h"

namespace weir::fuzz {

// A gateway's options in the runtime's form.
class RuntimeOptions {
 public:
  RuntimeOptions(const syntax::Policy& policy, std::uint32_t gateway, std::uint32_t listener);
  RuntimeOptions(const RuntimeOptions&) = delete;
  RuntimeOptions& operator=(const RuntimeOptions&) = delete;

  const runtime::CanonicalOptions& options() const { return options_; }

 private:
  model::ScalarNames scalars_;
  std::vector<std::string_view> headers_, queries_, cookies_;
  std::vector<runtime::Network> trusted_;
  runtime::CanonicalOptions options_;
};

// What differs, in one line; none: both say the same.
std::optional<std::string> CompareCanonical(const syntax::Policy& policy, std::uint32_t gateway,
                                            const model::RawRequest& raw,
                                            const model::Connection& connection);

// The whole of a canonical request, or the refusal, as text.
std::string Show(const model::CanonicalRequest& request);
std::string Show(const runtime::CanonicalRequest& request);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_HARNESS_CANONICAL_H_
