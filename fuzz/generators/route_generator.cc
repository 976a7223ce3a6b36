#include "fuzz/generators/route_generator.h"

#include "fuzz/generators/expression_generator.h"
#include "fuzz/generators/pattern_generator.h"
#include "fuzz/generators/words.h"

namespace weir::fuzz {
namespace {

using syntax::Route;
using syntax::Transform;

std::uint32_t PlaceIn(Choices& choices, std::size_t size) {
  return choices.Below(static_cast<std::uint32_t>(size));
}

syntax::Match RandomMatch(Choices& choices, const syntax::Gateway& gateway) {
  syntax::Match match;
  if (choices.Chance(50)) match.hosts.push_back(RandomHostPattern(choices));
  if (choices.Chance(15)) match.hosts.push_back(RandomHostPattern(choices));
  if (choices.Chance(85)) match.paths.push_back(RandomPathPattern(choices));
  if (choices.Chance(20)) match.paths.push_back(RandomPathPattern(choices));
  if (choices.Chance(50)) match.methods.push_back(MethodWord(choices));
  if (choices.Chance(20)) {
    const std::string other = MethodWord(choices);
    if (match.methods != std::vector<std::string>{other}) match.methods.push_back(other);
  }
  if (choices.Chance(30)) match.fields.push_back(RandomFieldMatch(choices));
  if (choices.Chance(10)) match.fields.push_back(RandomFieldMatch(choices));
  if (choices.Chance(15)) match.clients.push_back(NetworkWord(choices));
  if (choices.Chance(15)) match.listeners.push_back(PlaceIn(choices, gateway.listeners.size()));
  return match;
}

syntax::Authentication RandomAuthentication(Choices& choices) {
  syntax::Authentication authentication;
  const std::uint32_t kind = choices.Below(8);
  if (kind == 1 || kind == 2 || kind == 3) authentication.jwt = syntax::Ref<syntax::Jwt>{0};
  if (kind == 3 || kind == 4) authentication.keys = syntax::Ref<syntax::ApiKeys>{0};
  authentication.optional = choices.Chance(40);
  return authentication;
}

syntax::FieldValue RandomValue(Choices& choices) {
  if (choices.Chance(50)) return ValueWord(choices);
  return ValueAttribute(choices);
}

Transform RandomTransform(Choices& choices) {
  using Kind = Transform::Kind;
  switch (choices.Below(10)) {
    case 0:
      return {.kind = Kind::kStripPrefix, .name = "/" + SegmentWord(choices)};
    case 1:
    case 7:
    case 8:  // a capture that the path did not make leaves a path that is not canonical
      return {.kind = Kind::kRewritePath,
              .name = choices.Of({"/v2", "/v2/{id}/y", "/{name}/z", "/{id}/{name}/x", "/"})};
    case 2:
      return {.kind = Kind::kAddHeader, .name = HeaderName(choices), .value = RandomValue(choices)};
    case 3:
      return {.kind = Kind::kRemoveHeader, .name = HeaderName(choices)};
    case 4:
      return {.kind = Kind::kSetQuery, .name = QueryName(choices), .value = RandomValue(choices)};
    case 5:
      return {.kind = Kind::kRemoveQuery, .name = QueryName(choices)};
    case 6:
      return {.kind = Kind::kSetHost, .value = HostWord(choices)};
    default:
      return {.kind = Kind::kSetHeader, .name = HeaderName(choices), .value = RandomValue(choices)};
  }
}

Transform RandomResponseTransform(Choices& choices) {
  using Kind = Transform::Kind;
  switch (choices.Below(3)) {
    case 0:
      return {.kind = Kind::kAddHeader, .name = HeaderName(choices), .value = RandomValue(choices)};
    case 1:
      return {.kind = Kind::kRemoveHeader, .name = HeaderName(choices)};
    default:
      return {.kind = Kind::kSetHeader, .name = HeaderName(choices), .value = RandomValue(choices)};
  }
}

syntax::Redirect RandomRedirect(Choices& choices) {
  syntax::Redirect redirect;
  if (choices.Chance(50)) redirect.scheme = choices.Of({"https", "http"});
  if (choices.Chance(40)) redirect.host = "new.test";
  if (choices.Chance(30)) redirect.port = choices.Chance(50) ? 443 : 9000;
  if (choices.Chance(40)) redirect.path = choices.Of({"/new", "/new/{id}"});
  return redirect;
}

std::variant<syntax::Forward, syntax::Response, syntax::Redirect> RandomAction(
    Choices& choices, std::size_t services) {
  const std::uint32_t kind = choices.Below(8);
  if (kind == 6) return RandomResponse(choices);
  if (kind == 7) return RandomRedirect(choices);
  syntax::Forward forward;
  const std::uint32_t first = PlaceIn(choices, services);
  forward.targets.push_back({.service = {first}, .weight = 9});
  if (choices.Chance(20) && services > 1) {
    forward.targets.push_back({.service = {first == 0 ? 1u : 0u}, .weight = 1});
  }
  return forward;
}

}  // namespace

std::vector<syntax::Rule> RandomRules(Choices& choices) {
  std::vector<syntax::Rule> rules;
  const std::uint32_t count = 1 + choices.Below(3);
  for (std::uint32_t i = 0; i < count; ++i) {
    rules.push_back({.allow = choices.Chance(60), .when = RandomExpression(choices, 2)});
  }
  return rules;
}

syntax::Response RandomResponse(Choices& choices) {
  syntax::Response response;
  response.status = choices.Chance(50) ? 200 : 404;
  if (choices.Chance(50)) response.body = "said\n";
  if (choices.Chance(30)) response.headers.emplace_back("x-said", "yes");
  return response;
}

Route RandomRoute(Choices& choices, const syntax::Policy& policy, const syntax::Gateway& gateway,
                  std::size_t place) {
  Route route;
  route.name = "route" + std::to_string(place);
  route.match = RandomMatch(choices, gateway);
  if (choices.Chance(40)) {
    route.cors = syntax::Ref<syntax::Cors>{PlaceIn(choices, policy.cors.size())};
  } else {
    route.cors_upstream = choices.Chance(10);
  }
  route.authentication = RandomAuthentication(choices);
  const bool identity = route.authentication.jwt || route.authentication.keys;
  for (std::uint32_t limit = 0; limit < policy.limits.size(); ++limit) {
    if (choices.Chance(15) && (identity || limit % 2 == 0)) route.limits.push_back({limit});
  }
  if (choices.Chance(35)) route.rules = RandomRules(choices);
  while (choices.Chance(55) && route.request.size() < 5) {
    route.request.push_back(RandomTransform(choices));
  }
  while (choices.Chance(25) && route.response.size() < 3) {
    route.response.push_back(RandomResponseTransform(choices));
  }
  if (choices.Chance(20)) route.retry = syntax::Ref<syntax::Retry>{0};
  route.action = RandomAction(choices, policy.services.size());
  return route;
}

}  // namespace weir::fuzz
