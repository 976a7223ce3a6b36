// The payload of a token, as JSON, in the form a table's decisions read.
#ifndef WEIR_COMPILER_EXPLAIN_CLAIMS_H_
#define WEIR_COMPILER_EXPLAIN_CLAIMS_H_

#include <deque>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/decide/decision.h"
#include "runtime/table/table.h"

namespace weir::compiler {

// Holds what its views point into.
class Claims {
 public:
  // Reads the payload as the JwtRecord `jwt` declares it: a member of another type
  // than declared is absent. The error is a sentence.
  static std::expected<Claims, std::string> Read(const runtime::Table& table, runtime::Index jwt,
                                                 const std::string& json);
  std::span<const runtime::ClaimValue> values() const { return values_; }

 private:
  std::string_view Keep(std::string text);
  runtime::ClaimValue KeepList(std::vector<std::string> items);
  template <class Json>
  runtime::ClaimValue Value(const Json& member, runtime::AttributeType type, bool words);

  std::deque<std::string> texts_;
  std::deque<std::vector<std::string_view>> lists_;
  std::vector<runtime::ClaimValue> values_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_EXPLAIN_CLAIMS_H_
