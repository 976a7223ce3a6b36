// A worker's exchanges without a socket or a real clock: a policy as users write it,
// a client and upstreams that a test moves by hand, a limit store that answers when
// it is told to.
//
//   ExchangeWorld world(R"(... route all { match path "/**"  forward app } ...)");
//   FakeClient client;
//   world.Begin(client, "GET", "/");
//   world.upstream(0).Answer(200, "hello");
//   world.Settle();
#ifndef WEIR_TESTS_UNIT_PROXY_EXCHANGE_FAKES_H_
#define WEIR_TESTS_UNIT_PROXY_EXCHANGE_FAKES_H_

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/lower/lower.h"
#include "dsl/resolve/load.h"
#include "dsl/source/render.h"
#include "proxy/exchange/exchange.h"
#include "proxy/exchange/local_limits.h"
#include "proxy/net/descriptors.h"
#include "proxy/net/mailbox.h"
#include "tests/unit/proxy/scripted_transport.h"

namespace weir::proxy {

constexpr std::int64_t kMillisecond = 1'000'000;

class FakeClient final : public ClientStream {
 public:
  bool SendInterim(const ResponseMessage&) override { return false; }
  bool SendHead(const ResponseMessage& message, MoreInput) override {
    status = message.status;
    for (const runtime::Field& field : message.fields) {
      if (field.name == "x-weir-reason") reason = field.value;
    }
    return true;
  }
  void SendData(std::string_view data) override {
    body += data;
    credit -= std::min(credit, data.size());
  }
  void SendEnd(std::span<const runtime::Field>) override { response_ended = true; }
  void SendContinue() override {}
  void Flush() override { ++flushes; }
  std::size_t Credit() const override { return credit; }
  void AllowBody(std::size_t bytes) override { allowed = bytes; }
  void WaiveBodyTimes() override { times_waived = true; }
  void DropBody() override {}
  bool request_ended() const override { return ended; }
  bool broken() const override { return false; }
  void Finish() override { finished = true; }
  void Abort() override { aborted = true; }

  std::uint16_t status = 0;
  std::string reason, body;
  std::size_t credit = kStreamWindow, allowed = 0;
  int flushes = 0;
  bool ended = true;  // the request has no body, or it has come
  bool response_ended = false, finished = false, aborted = false;
  bool times_waived = false;
};

// A connection and the one stream on it.
class FakeUpstream final : public UpstreamConnection, public UpstreamStream {
 public:
  explicit FakeUpstream(UpstreamOwner& owner) : owner_(owner) {}

  UpstreamStream& Begin(UpstreamEvents& events) override {
    events_ = &events;
    return *this;
  }
  void Close() override {
    if (!std::exchange(closed, true)) owner_.OnClosed(*this);
  }
  void ExpireAt(std::int64_t) override {}
  std::uint32_t capacity() const override { return closed ? 0 : 1; }
  bool StillOpen() override { return !closed; }
  bool movable() const override { return false; }
  net::Fd Detach() override { return {}; }

  bool SendHead(const UpstreamRequest& request) override {
    method = request.method;
    path = request.path;
    return true;
  }
  void SendData(std::string_view data) override { body += data; }
  void SendEnd(std::span<const runtime::Field>) override { request_ended = true; }
  void Flush() override {}
  std::size_t Credit() const override { return credit; }
  void AllowBody(std::size_t bytes) override { allowed = bytes; }
  bool sent() const override { return true; }
  void Cancel() override {
    events_ = nullptr;
    cancelled = true;
    Close();
  }

  // What the upstream does.
  void Head(std::uint16_t status) {
    events_->OnResponseHead({status, {}, {BodySize::Kind::kUnknown, 0}, {}});
  }
  void Data(std::string_view data) { events_->OnResponseData(data); }
  void End() {
    UpstreamEvents* events = std::exchange(events_, nullptr);
    owner_.OnStreamOver(*this);
    events->OnResponseEnd({});
  }
  void Answer(std::uint16_t status, std::string_view data) {
    Head(status);
    Data(data);
    End();
  }
  void Fail(const UpstreamFailure& failure) {
    UpstreamEvents* events = std::exchange(events_, nullptr);
    Close();
    events->OnUpstreamFailed(failure);
  }
  void Room() { events_->OnUpstreamCredit(); }
  bool attached() const { return events_ != nullptr; }

  std::string method, path, body;
  std::size_t credit = kStreamWindow, allowed = 0;
  bool request_ended = false, cancelled = false, closed = false;

 private:
  UpstreamOwner& owner_;
  UpstreamEvents* events_ = nullptr;
};

class FakeConnector final : public upstream::Connector {
 public:
  const std::string& identity() const override { return identity_; }
  std::expected<UpstreamConnection*, int> Connect(net::Loop&, const net::SocketAddress&,
                                                  UpstreamOwner& owner,
                                                  std::int64_t) const override {
    return made.emplace_back(std::make_unique<FakeUpstream>(owner)).get();
  }
  std::expected<UpstreamConnection*, int> Adopt(net::Loop&, net::Fd,
                                                UpstreamOwner&) const override {
    return std::unexpected(EBADF);
  }

  mutable std::vector<std::unique_ptr<FakeUpstream>> made;

 private:
  const std::string identity_ = "fake";
};

// Answers when the test says so.
class LateLimits final : public LimitStore {
 public:
  ChargeResult Charge(const ChargeRun& run, std::span<runtime::LimitVerdict>,
                      LimitWaiter& waiter) override {
    EXPECT_EQ(waiter_, nullptr) << "one run at a time";
    runs.emplace_back();
    for (const runtime::LimitCharge& charge : run.charges) {
      runs.back().push_back(
          std::string(run.policy.table().text(run.policy.table().limits()[charge.limit].name)));
    }
    waiter_ = &waiter;
    return {.count = 0, .deadline = clock.now + patience};
  }
  void Cancel(LimitWaiter& waiter) override {
    EXPECT_EQ(waiter_, &waiter);
    waiter_ = nullptr;
    ++cancelled;
  }
  void Answer(const std::vector<runtime::LimitVerdict>& verdicts) {
    ASSERT_NE(waiter_, nullptr);
    std::exchange(waiter_, nullptr)->OnCharged(verdicts);
  }
  bool asked() const { return waiter_ != nullptr; }

  explicit LateLimits(const net::VirtualClock& its_clock) : clock(its_clock) {}
  const net::VirtualClock& clock;
  std::int64_t patience = 100 * kMillisecond;
  std::vector<std::vector<std::string>> runs;  // names of limits
  int cancelled = 0;

 private:
  LimitWaiter* waiter_ = nullptr;
};

class ExchangeWorld {
 public:
  // `late`: limits are charged at `late`, else at once.
  explicit ExchangeWorld(const std::string& policy, bool charge_late = false)
      : loop(clock), mailbox(loop), late(clock), local_(limiter_, clock), log_(loop) {
    const dsl::LoadResult loaded = dsl::LoadText("test.weir", policy);
    EXPECT_TRUE(loaded.policy) << dsl::Render(loaded.diagnostics, loaded.sources);
    auto bytes = compiler::Lower(*loaded.policy, &loaded.sources, 0);
    EXPECT_TRUE(bytes);
    const auto table = runtime::Table::LoadOctets(std::move(*bytes)).value();
    const auto made = Policy::Make(table, ".", states_, connector).value();
    const auto keys = runtime::KeySets::Load(*table, ".").value();
    serving_ = std::make_shared<Serving>(
        made, std::make_unique<runtime::Authenticator>(table, keys), worker_pools_, "", names_);
    LimitStore& store = charge_late ? static_cast<LimitStore&>(late) : local_;
    context = std::make_unique<ExchangeContext>(loop, store, log_, metrics, random_);
  }
  ~ExchangeWorld() {
    Settle();
    worker_pools_.CloseIdle();
  }

  Exchange& Begin(FakeClient& client, std::string_view method, std::string_view target,
                  BodySize body = {}) {
    static const runtime::Field kFields[] = {{"Host", "a.example"}};
    RequestMessage message;
    message.raw.method = method;
    message.raw.target = target;
    message.raw.fields = kFields;
    message.body = body;
    client.ended = body.kind == BodySize::Kind::kNone;
    Exchange* exchange = context->Take();
    exchange->Begin(client, message, {}, serving_);
    return *exchange;
  }
  // One after the other, as they were opened.
  FakeUpstream& upstream(std::size_t place) { return *connector.made.at(place); }
  std::size_t upstreams() const { return connector.made.size(); }
  // The end of a batch of events; what is due by then is done.
  void Settle() { loop.RunOnce(); }
  void Pass(std::int64_t ns) {
    clock.now += ns;
    Settle();
  }

  net::VirtualClock clock;
  net::Loop loop;
  net::Mailbox mailbox;
  LateLimits late;
  FakeConnector connector;
  observe::WorkerMetrics metrics;

 private:
  runtime::LocalLimiter limiter_;
  LocalLimits local_;
  observe::WorkerLog log_;
  observe::RouteNames names_;
  Random random_{1};
  upstream::SharedStateRegistry states_{clock};
  upstream::PoolSettings pool_settings_;
  upstream::PoolCounters counters_;
  net::ConnectionBudget budget_;
  upstream::WorkerPools worker_pools_{{loop, mailbox, 0, pool_settings_, counters_, budget_}};
  std::shared_ptr<Serving> serving_;

 public:
  std::unique_ptr<ExchangeContext> context;
};

}  // namespace weir::proxy

#endif  // WEIR_TESTS_UNIT_PROXY_EXCHANGE_FAKES_H_
