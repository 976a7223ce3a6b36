// What a gateway does with a request, as rows: each says when (a formula) and
// what (forward, or an answer with its reason). Rows exclude one another and
// one of them always holds. Mirrors spec/model/decide and spec/model/authorize.
//
// Limits are charged but never refuse here: whether one refuses depends on what
// came before, and for "every request that is forwarded" the limiter that admits
// is the one to fear.
#ifndef WEIR_COMPILER_ENCODE_ORDER_H_
#define WEIR_COMPILER_ENCODE_ORDER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/encode/expression.h"
#include "compiler/encode/universe.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// What a row does beyond its kind, by aspect: "forward" -> "user-service",
// "retry" -> "attempts 3 ...". Two rows do the same iff these are equal.
using Aspects = std::map<std::string, std::string>;

struct Row {
  Formula when = kFalse;
  bool forwards = false;
  std::uint16_t status = 0;            // of an answer
  std::string reason;                  // a reason code's name; "ok" when forwarded
  std::optional<std::uint32_t> route;  // place in the gateway's routes
  std::string route_name;
  std::vector<std::string> services;  // when forwarded
  RulePlace place;                    // for conditions about requests of this row
  Aspects aspects;
};

// What requests that come in by a listener are like.
ListenerFacts FactsOf(const syntax::Gateway& gateway, const syntax::Listener& listener);

// Declares the gateway's listeners; to be called for every gateway of a
// universe before any is encoded. By listener, its value of the dimension.
std::vector<std::uint32_t> AddListeners(Universe& universe, const syntax::Gateway& gateway);

// Requests of a forwarding route that are answered 400 "rewrite" in the end, as what its
// transforms make of the path is not sent (TRANSFORM-3): rows of their own, or within the
// rows that forward, for whoever asks about what comes before.
enum class Unsendable : std::uint8_t { kApart, kWithin };

std::vector<Row> EncodeGateway(Universe& universe, const syntax::Policy& policy,
                               const syntax::Gateway& gateway,
                               const std::vector<std::uint32_t>& listeners, Unsendable unsendable);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_ORDER_H_
