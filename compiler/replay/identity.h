// The model's identity in the runtime's form.
#ifndef WEIR_COMPILER_REPLAY_IDENTITY_H_
#define WEIR_COMPILER_REPLAY_IDENTITY_H_

#include <deque>
#include <string_view>
#include <vector>

#include "runtime/decide/decision.h"
#include "runtime/table/table.h"
#include "spec/model/model.h"

namespace weir::compiler {

class RuntimeIdentity {
 public:
  // `jwt`: the place of the route's JwtRecord, or kNoIndex.
  RuntimeIdentity(const runtime::Table& table, runtime::Index jwt, model::Identity identity);
  RuntimeIdentity(const RuntimeIdentity&) = delete;
  RuntimeIdentity& operator=(const RuntimeIdentity&) = delete;

  const runtime::Identity& view() const { return view_; }

 private:
  runtime::ClaimValue ClaimOf(std::string_view name);

  model::Identity identity_;
  std::vector<runtime::ClaimValue> claims_;
  std::deque<std::vector<std::string_view>> lists_;
  runtime::Identity view_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_REPLAY_IDENTITY_H_
