#include "compiler/checks/takes_anybody.h"

#include <algorithm>
#include <cstdint>

#include "compiler/checks/vain_reads.h"

namespace weir::compiler {
namespace {

using syntax::Expression;
using syntax::Listener;
using syntax::Subject;

bool AnyRead(const Expression& expression,
             const std::function<bool(const syntax::Attribute&)>& is) {
  if (expression.kind == Expression::Kind::kPredicate) return is(expression.predicate.attribute);
  return std::ranges::any_of(expression.children,
                             [&](const Expression& child) { return AnyRead(child, is); });
}

}  // namespace

bool AnyRead(const std::vector<syntax::Rule>& rules,
             const std::function<bool(const syntax::Attribute&)>& is) {
  return std::ranges::any_of(rules,
                             [&](const syntax::Rule& rule) { return AnyRead(rule.when, is); });
}

bool SaysWhoCalls(const syntax::Attribute& attribute) {
  switch (attribute.subject) {
    case Subject::kJwtVerified:
    case Subject::kJwtClaim:
    case Subject::kConsumer:
    case Subject::kClientAddress:
    case Subject::kPeer:
      return true;
    case Subject::kListenerPort:
    case Subject::kScheme:
    case Subject::kMethod:
    case Subject::kHost:
    case Subject::kPath:
    case Subject::kHeader:
    case Subject::kQuery:
    case Subject::kCookie:
    case Subject::kCapture:
    case Subject::kRoute:
    case Subject::kUpstreamPath:
      return false;
  }
  return false;
}

bool ReadsCaller(const std::vector<syntax::Rule>& rules) { return AnyRead(rules, SaysWhoCalls); }

bool TakesAnybody(const syntax::Policy& policy, const syntax::Gateway& gateway,
                  const syntax::Route& route) {
  const auto* forward = std::get_if<syntax::Forward>(&route.action);
  if (forward == nullptr || DemandsCredential(route.authentication) ||
      !route.match.clients.empty()) {
    return false;
  }
  const auto strict = [&](std::uint32_t place) {
    return place < gateway.listeners.size() &&
           gateway.listeners[place].mtls == Listener::Mtls::kStrict;
  };
  std::vector<std::uint32_t> listeners = route.match.listeners;
  for (std::uint32_t i = 0; listeners.empty() && i < gateway.listeners.size(); ++i) {
    if (!strict(i)) listeners = {i};
  }
  if (std::ranges::all_of(listeners, strict)) return false;
  return !ReadsCaller(gateway.rules) && !ReadsCaller(route.rules) &&
         std::ranges::none_of(forward->targets, [&](const auto& target) {
           return ReadsCaller(policy[target.service].rules);
         });
}

}  // namespace weir::compiler
