#include "tests/demo/scenario.h"

namespace weir::demo {
namespace {

constexpr int kBreakerOpenMs = 2200;  // a little more than the shop's breaker stays open

model::Identity Verified(const std::string& subject, std::vector<std::string> scope) {
  model::Identity identity;
  identity.kind = model::Identity::Kind::kVerified;
  identity.jwt_verified = true;
  identity.claims["sub"] = subject;
  identity.claims["scope"] = std::move(scope);
  return identity;
}

}  // namespace

std::vector<Step> ShopScenario(int gateway_port, const Mint& mint) {
  auto request = [&](std::string method, std::string path) {
    return Sent{std::move(method), "api.yourapp.com", gateway_port, std::move(path), {}};
  };
  auto as = [&](Sent sent, const std::string& subject, const std::string& scope) {
    sent.headers.emplace_back("authorization", "Bearer " + mint(R"("sub":")" + subject +
                                                                R"(","scope":")" + scope + "\""));
    return sent;
  };

  std::vector<Step> steps;
  steps.push_back({.title = "the worked request, with a freshly signed token",
                   .request = as(request("GET", "/user-service/users/123"), "user-456",
                                 "users:read orders:read"),
                   .identity = Verified("user-456", {"users:read", "orders:read"}),
                   .whole_trace = true});
  steps.push_back({.title = "without a token",
                   .request = request("GET", "/user-service/users/123"),
                   .status = 401,
                   .must_have = "www-authenticate"});
  steps.push_back({.title = "with a token that lacks the scope",
                   .request = as(request("GET", "/user-service/users/123"), "user-7", "mail:read"),
                   .identity = Verified("user-7", {"mail:read"}),
                   .status = 403});
  steps.push_back({.title = "past the caller's limit",
                   .request = as(request("GET", "/user-service/users/123"), "user-8", "users:read"),
                   .identity = Verified("user-8", {"users:read"}),
                   .status = 429,
                   .must_have = "retry-after",
                   .times = 30});

  Sent preflight = request("OPTIONS", "/user-service/users/123");
  preflight.headers = {{"origin", "https://app.yourapp.com"},
                       {"access-control-request-method", "GET"}};
  steps.push_back({.title = "a preflight from the storefront",
                   .request = preflight,
                   .status = 204,
                   .must_have = "access-control-allow-origin"});
  steps.push_back(
      {.title = "a path that nobody serves", .request = request("GET", "/nowhere"), .status = 404});
  steps.push_back({.title = "a method that the route does not take",
                   .request = request("PATCH", "/user-service/users/123"),
                   .status = 405,
                   .must_have = "allow"});
  auto orders = [&](const std::string& title) -> Step& {
    return steps.emplace_back(Step{
        .title = title,
        .request =
            as(request("GET", "/order-service/orders/9"), "user-456", "users:read orders:read"),
        .identity = Verified("user-456", {"users:read", "orders:read"})});
  };
  auto resting = [&](const std::string& title, const std::string& reason) -> Step& {
    Step& step = orders(title);
    step.status = 503;
    step.up = false;
    step.reason = reason;
    return step;
  };
  orders("the order service answers");
  resting("the order service has died: three tries, which open the breaker, then the fallback",
          "retries-exhausted")
      .before = Step::Before::kKillOrders;
  resting("the breaker is open: the fallback at once, without a try", "breaker-open");
  resting("half-open: the one probe finds it dead, and the breaker opens again", "breaker-open")
      .wait_ms = kBreakerOpenMs;
  Step& back = orders("the order service is back: the next probe closes the breaker");
  back.before = Step::Before::kStartOrders;
  back.wait_ms = kBreakerOpenMs;
  orders("closed again");
  return steps;
}

}  // namespace weir::demo
