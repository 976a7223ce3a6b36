// What the files of this folder share while one table is read back. Each record is
// taken apart whole, so that a new member does not compile until it is lifted.
#ifndef WEIR_COMPILER_LIFT_LIFTING_H_
#define WEIR_COMPILER_LIFT_LIFTING_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lift/places.h"
#include "runtime/table/table.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

class Lifting {
 public:
  explicit Lifting(const runtime::Table& the_table) : table(the_table) {}

  // gateway.cc
  syntax::Gateway LiftGateway();

  // route.cc
  syntax::Route LiftRoute(const runtime::RouteRecord& record);
  syntax::Response LiftResponse(runtime::Index place);
  std::vector<syntax::Transform> LiftTransforms(runtime::Range range);

  // match.cc
  syntax::Match LiftMatch(const runtime::RouteRecord& record);
  syntax::PathPattern LiftPath(const runtime::PathRecord& record);
  syntax::Regex LiftRegex(std::string text);
  std::vector<syntax::Network> LiftNetworks(runtime::Range range);

  // expression.cc
  syntax::Attribute LiftAttribute(const runtime::AttributeRecord& record);
  std::vector<syntax::Attribute> LiftAttributes(runtime::Range range);
  std::vector<syntax::Rule> LiftRules(runtime::Range range);

  // service.cc. Services that are called and not forwarded to have no more than a name.
  std::vector<syntax::Service> LiftServices();
  syntax::Ref<syntax::Service> ServiceOfName(std::string_view name);

  // traffic.cc
  std::vector<syntax::Ref<syntax::Limit>> LiftLimitUses(runtime::Range range);
  syntax::Limit LiftLimit(const runtime::LimitRecord& record);
  syntax::Cors LiftCors(const runtime::CorsRecord& record);
  syntax::Retry LiftRetry(const runtime::RetryRecord& record);
  syntax::Breaker LiftBreaker(const runtime::BreakerRecord& record);

  // authentication.cc
  syntax::Jwt LiftJwt(const runtime::JwtRecord& record);
  syntax::ApiKeys LiftApiKeys(const runtime::ApiKeysRecord& record);

  std::string Text(runtime::StringRef ref) const { return std::string(table.text(ref)); }
  // Tables say with an empty text that there is none.
  std::optional<std::string> MayBe(runtime::StringRef ref) const {
    return ref.length == 0 ? std::nullopt : std::optional(Text(ref));
  }
  std::vector<std::string> Strings(runtime::Range range) const;

  const runtime::Table& table;
  PlaceWriter places;
  std::string error;  // a sentence; empty: none so far
  // By name, in the order they are first called in, behind the table's own.
  std::vector<std::string> called;

 private:
  syntax::Listener LiftListener(const runtime::ListenerRecord& record);
  syntax::Service LiftService(const runtime::ServiceRecord& record);
  syntax::Expression LiftExpression(runtime::Index place);
  syntax::Constant LiftConstant(const runtime::ConstantRecord& record);
  syntax::FieldMatch LiftField(const runtime::FieldMatchRecord& record);
};

inline syntax::Address LiftAddress(const runtime::Address& address) {
  return {.octets = address.octets};
}
syntax::Network LiftNetwork(const runtime::NetworkRecord& record);
inline syntax::SocketAddress LiftSocket(const runtime::Address& address, std::uint32_t port) {
  return {LiftAddress(address), static_cast<std::uint16_t>(port)};
}

// -1 stands for none.
inline std::optional<syntax::Duration> MayBeDuration(std::int64_t nanoseconds) {
  return nanoseconds < 0 ? std::nullopt : std::optional(syntax::Duration{nanoseconds});
}

template <class T>
std::optional<syntax::Ref<T>> MayBeRef(runtime::Index place) {
  return place == runtime::kNoIndex ? std::nullopt : std::optional(syntax::Ref<T>{place});
}

syntax::Type LiftType(runtime::AttributeType type);

// The names that lowering joined with ", ".
std::vector<std::string> SplitNames(std::string_view joined);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_LIFT_LIFTING_H_
