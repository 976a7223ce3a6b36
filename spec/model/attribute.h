// The value of an attribute of a request (EXPR-1).
#ifndef WEIR_SPEC_MODEL_ATTRIBUTE_H_
#define WEIR_SPEC_MODEL_ATTRIBUTE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "spec/model/model.h"

namespace weir::model {

// All that an expression, a limit's key or a transform may read.
struct Facts {
  CanonicalRequest request;
  Identity identity;                            // kNone before authentication
  std::map<std::string, std::string> captures;  // of the route's matching path pattern
  std::optional<std::string> route;             // its name; none before routing
  // The path as it is sent (EXPR-8), for claims about requests that are forwarded.
  std::optional<std::string> upstream_path = std::nullopt;
};

using Value =
    std::variant<std::string, std::int64_t, bool, syntax::Address, std::vector<std::string>>;

// None: the attribute is absent, or has not the type that the policy declares.
std::optional<Value> ValueOf(const syntax::Attribute& attribute, const Facts& facts);

// A value as a limit's key and a header's value write it.
std::string ValueText(const Value& value);

}  // namespace weir::model

#endif  // WEIR_SPEC_MODEL_ATTRIBUTE_H_
