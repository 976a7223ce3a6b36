#include "tests/integration/faults.h"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace weir::tests {
namespace {

constexpr int kAtATime = 5;
constexpr std::size_t kMebi = 1 << 20;
// Caches fill, and sanitizers keep what was freed for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kGrowth = 128 * kMebi;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kGrowth = 128 * kMebi;
#else
constexpr std::size_t kGrowth = 4 * kMebi;
#endif
#else
constexpr std::size_t kGrowth = 4 * kMebi;
#endif

}  // namespace

FaultyService::FaultyService(const FaultText& text) : text_(text) {
  std::uint16_t port = 0;
  if (text.refuses) {
    port = ClosedPort();
  } else {
    upstream_ = std::make_unique<ScriptedUpstream>(text.fault);
    port = upstream_->port();
  }
  const std::string pool = "pool { connections 8  pending 8  requests 16 }";
  proxy_ = std::make_unique<RunningProxy>(Compiled(Edge({.service = Endpoints({port}) + pool,
                                                         .route = text.route,
                                                         .definitions = text.definitions})),
                                          std::vector<std::string>{"--workers", "2"});
  host_ = "{service=\"app\",host=\"127.0.0.1:" + std::to_string(port) + "\"}";
  descriptors_ = proxy_->Descriptors();
}

void FaultyService::Expect(const Seen& seen) {
  const Answer answer = text_.ask(*proxy_);
  EXPECT_EQ(answer.status, seen.status) << answer.head;
  EXPECT_EQ(answer.whole, seen.whole) << answer.body.size();
  if (!seen.body.empty()) {
    EXPECT_EQ(answer.body, seen.body);
  }
  ASSERT_TRUE(Eventually([&] { return !proxy_->Log(1).empty(); }));
  ASSERT_TRUE(Eventually([&] { return Metric(*proxy_, "weir_requests_active") == 0; }));
  const std::vector<std::string> log = proxy_->Log(1);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_EQ(LogField(log[0], "status"), std::to_string(seen.status)) << log[0];
  EXPECT_EQ(LogField(log[0], "reason"), seen.reason) << log[0];
  EXPECT_EQ(LogField(log[0], "attempts"), std::to_string(seen.attempts)) << log[0];
  EXPECT_EQ(MetricSum(*proxy_, "weir_requests_total", "reason=\"" + seen.reason + "\""), 1);
}

bool FaultyService::AtRest() {
  for (const char* zero :
       {"weir_requests_active", "weir_connections_active",
        "weir_pool_requests_active{service=\"app\"}", "weir_pool_pending{service=\"app\"}"}) {
    if (Metric(*proxy_, zero) != 0) return false;
  }
  if (Metric(*proxy_, "weir_host_requests_active" + host_) != 0) return false;
  // What is kept for the next request is counted in both.
  const std::int64_t kept = Metric(*proxy_, "weir_pool_connections{service=\"app\"}");
  return kept >= 0 && kept <= 8 &&
         proxy_->Descriptors() == descriptors_ + static_cast<std::size_t>(kept);
}

void FaultyService::ExpectNothingIsLeft(int requests) {
  const auto many = [&](int count) {
    std::atomic<int> left{count};
    std::vector<std::thread> clients;
    for (int i = 0; i < kAtATime; ++i) {
      clients.emplace_back([&] {
        while (left-- > 0) text_.ask(*proxy_);
      });
    }
    for (std::thread& client : clients) client.join();
  };
  const int before = static_cast<int>(proxy_->Log(1).size());
  many(requests / 2);
  const std::size_t memory = proxy_->ResidentOctets();
  many(requests - requests / 2);
  EXPECT_TRUE(Eventually([&] { return AtRest(); }))
      << proxy_->Descriptors() << " descriptors, before " << descriptors_ << "\n"
      << proxy_->Admin("/metrics");
  EXPECT_LE(proxy_->ResidentOctets(), memory + kGrowth);
  EXPECT_EQ(proxy_->Log(static_cast<std::size_t>(before + requests)).size(),
            static_cast<std::size_t>(before + requests));
}

}  // namespace weir::tests
