// Neither canonicaliser, decision nor forwarded head allocate once they have
// seen a request as large.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "runtime/decide/forwarded.h"
#include "runtime/decide/options.h"
#include "runtime/request/address.h"
#include "tests/support/sample/decide.h"
#include "tests/support/sample/sample_policy.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace weir::runtime {
namespace {

TEST(Allocation, ADecisionMakesNone) {
  const auto table = tests::LowerAndLoad(tests::SamplePolicy());
  const ListenerOptions options(*table, 0);
  const std::string_view scopes[] = {"read"};
  const ClaimValue claims[] = {{.kind = ClaimValue::Kind::kString, .string = "u1"},
                               {},
                               {},
                               {},
                               {.kind = ClaimValue::Kind::kList, .list = scopes}};
  const Identity identity{
      .kind = Identity::Kind::kVerified, .jwt_verified = true, .claims = claims};
  const Field fields[] = {{"Host", "API.example"},
                          {"Cookie", "a=1"},
                          {"Cookie", "id=%C3%A9"},
                          {"Origin", "https://app.example"},
                          {"X-Forwarded-For", "198.51.100.7:4711"},
                          {"X-Forwarded-Proto", "https"},
                          {"X-Request-Id", "from-the-proxy-in-front"},
                          {"Via", "1.1 another-deployment"},
                          {"Connection", "close"}};
  ConnectionFacts facts;
  facts.peer_address = *ParseAddress("10.0.0.1");
  facts.via = "a-deployment-of-some-name";
  Canonicaliser canonicaliser;
  ForwardedHead head;
  std::size_t forwarded = 0;
  const auto run = [&](std::string_view method, std::string_view target) {
    const RawRequest raw{method, target, "http", 1, fields};
    const auto request = canonicaliser.Run(raw, facts, options.view());
    if (!request) return;
    Decision decision(*table, *request);
    Step step = decision.Start();
    while (step == Step::kNeedLimit || step == Step::kNeedIdentity) {
      step = step == Step::kNeedLimit
                 ? decision.ChargeEach([](const auto&) { return LimitVerdict{.remaining = 3}; })
                 : decision.Resume(identity);
    }
    if (step != Step::kForward) return;
    if (BuildForwardedHead(*table, *request, decision, "id", head)) ++forwarded;
  };
  const auto all = [&] {
    run("GET", "/users/%37/x?q=1");
    run("GET", "/nowhere");
    run("POST", "/users/7");
    run("PUT", "/users/7");
    run("GET", "/old/7");
    run("GET", "/bad%2fpath");
    run("GET", "/users/7;v=1");
    run("GET", "/users/7?q=1&%51=2");
    run("GET", "http://api.example/users/7?q=%C3%A9");
    run("OPTIONS", "*");
  };
  all();
  const std::size_t before = allocations;
  for (int i = 0; i < 100; ++i) all();
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(forwarded, 202u);
}

}  // namespace
}  // namespace weir::runtime
