// Worker pools of several workers to one service, over connections of a made-up protocol
// that carry several requests at once (spec/rules/pool.md): the workers' loops run in
// turn, in this one thread.
#include "proxy/upstream/worker_pool.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "proxy/upstream/service.h"
#include "tests/support/random/seed.h"
#include "tests/unit/proxy/scripted_transport.h"

namespace weir::proxy::upstream {
namespace {

class FakeConnection;

class FakeStream final : public UpstreamStream {
 public:
  FakeStream(FakeConnection& owner, UpstreamEvents& to) : connection(owner), events(&to) {}
  bool SendHead(const UpstreamRequest&) override { return true; }
  void SendData(std::string_view) override {}
  void SendEnd(std::span<const runtime::Field>) override {}
  void Flush() override {}
  std::size_t Credit() const override { return kStreamWindow; }
  void AllowBody(std::size_t) override {}
  bool sent() const override { return true; }
  void Cancel() override;
  void End();  // its answer is whole

  FakeConnection& connection;
  UpstreamEvents* events;
};

class FakeConnection final : public UpstreamConnection, public net::Deferred {
 public:
  FakeConnection(net::Loop& loop, UpstreamOwner& owner, std::uint32_t most, bool moves,
                 std::list<FakeConnection*>& open)
      : loop_(loop), owner_(owner), most_(most), moves_(moves), open_(open) {
    open_.push_back(this);
  }
  UpstreamStream& Begin(UpstreamEvents& events) override {
    EXPECT_LT(carried.size(), most_);
    return carried.emplace_back(*this, events);
  }
  std::uint32_t capacity() const override { return most_; }
  void Close() override {
    if (closed) return;
    closed = true;
    open_.remove(this);
    owner_.OnClosed(*this);
    for (FakeStream& stream : std::exchange(carried, {})) {
      stream.events->OnUpstreamFailed({UpstreamFailure::Kind::kReset, true, false, "closed"});
    }
    loop_.Defer(this);
  }
  void ExpireAt(std::int64_t) override {}
  bool StillOpen() override { return !dead; }
  bool movable() const override { return moves_; }
  net::Fd Detach() override {
    open_.remove(this);
    loop_.Defer(this);
    return net::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  void RunDeferred() override { delete this; }
  void Over(FakeStream& stream) {
    UpstreamEvents* const events = stream.events;
    carried.remove_if([&](const FakeStream& one) { return &one == &stream; });
    if (!closed) owner_.OnStreamOver(*this);
    if (events != nullptr) events->OnResponseEnd({});
  }

  std::list<FakeStream> carried;
  bool closed = false;
  bool dead = false;

 private:
  net::Loop& loop_;
  UpstreamOwner& owner_;
  const std::uint32_t most_;
  const bool moves_;
  std::list<FakeConnection*>& open_;
};

void FakeStream::Cancel() {
  events = nullptr;
  connection.Over(*this);
}
void FakeStream::End() { connection.Over(*this); }

class FakeConnector final : public Connector {
 public:
  FakeConnector(std::string identity, std::uint32_t capacity, bool moves = false)
      : identity_(std::move(identity)), capacity_(capacity), moves_(moves) {}
  const std::string& identity() const override { return identity_; }
  std::expected<UpstreamConnection*, int> Connect(net::Loop& loop, const net::SocketAddress&,
                                                  UpstreamOwner& owner,
                                                  std::int64_t) const override {
    ++made;
    return new FakeConnection(loop, owner, capacity_, moves_, open);
  }
  std::expected<UpstreamConnection*, int> Adopt(net::Loop& loop, net::Fd,
                                                UpstreamOwner& owner) const override {
    ++adopted;
    return new FakeConnection(loop, owner, capacity_, moves_, open);
  }
  mutable std::list<FakeConnection*> open;
  mutable int made = 0, adopted = 0;

 private:
  const std::string identity_;
  const std::uint32_t capacity_;
  const bool moves_;
};

net::SocketAddress Host(std::uint16_t port) {
  return *net::ParseSocketAddress("127.0.0.1:" + std::to_string(port));
}

// A try of one worker to one host.
class Request final : public StreamRequester {
 public:
  enum class State { kWaiting, kRuns, kOver, kFailed, kRefused };
  Request(WorkerPool& worker_pool, HostPool& pool, Freshness freshness = Freshness::kAny)
      : worker_pool_(worker_pool), pool_(pool) {
    const OpenResult opening = worker_pool.Open(*this, pool, freshness);
    fresh_ = freshness == Freshness::kNew;
    ticket_ = opening.ticket;
    if (opening.kind == OpenResult::Kind::kOverflow) state = State::kRefused;
    if (opening.kind == OpenResult::Kind::kStream) OnOpened(opening.stream, 0);
  }
  ~Request() {
    if (live()) GiveUp();
  }
  Destination OnPlace(HostPool*) override { return {&pool_, fresh_}; }
  void OnOpened(UpstreamStream* opened, int) override {
    EXPECT_EQ(state, State::kWaiting);
    EXPECT_NE(opened, nullptr);
    stream = static_cast<FakeStream*>(opened);
    state = State::kRuns;
  }
  void OnInterim(const ResponseMessage&) override {}
  void OnResponseHead(const ResponseMessage&) override {}
  void OnResponseData(std::string_view) override {}
  void OnResponseEnd(std::span<const runtime::Field>) override { Over(State::kOver); }
  void OnUpstreamFailed(const UpstreamFailure&) override { Over(State::kFailed); }
  void OnUpstreamCredit() override {}
  void GiveUp() {
    if (state == State::kWaiting) worker_pool_.GiveUp(ticket_);
    if (state == State::kRuns) stream->Cancel();
    Over(State::kOver);
  }
  bool live() const { return state == State::kWaiting || state == State::kRuns; }
  const HostPool& pool() const { return pool_; }
  bool fresh() const { return fresh_; }

  State state = State::kWaiting;
  FakeStream* stream = nullptr;

 private:
  void Over(State how) {
    EXPECT_TRUE(live());
    state = how;
    stream = nullptr;
  }
  WorkerPool& worker_pool_;
  HostPool& pool_;
  bool fresh_ = false;
  std::uint64_t ticket_ = 0;
};
using State = Request::State;

struct OneWorker {
  OneWorker(std::uint32_t index, const net::Clock& clock, const PoolSettings& settings,
            net::ConnectionBudget& budget, const std::shared_ptr<Admission>& admission)
      : loop(clock),
        mailbox(loop),
        worker_pool(std::make_shared<WorkerPool>(
            PoolWorker{loop, mailbox, index, settings, counters, budget}, admission)) {
    worker_pool->Attach();
  }
  net::Loop loop;
  net::Mailbox mailbox;
  PoolCounters counters;
  std::shared_ptr<WorkerPool> worker_pool;
  std::vector<std::unique_ptr<HostPool>> pools;  // by host
};

class Workers {
 public:
  Workers(std::uint32_t workers, std::uint16_t hosts, const runtime::PoolLimits& limits,
          const FakeConnector& connector)
      : Workers(workers, hosts, std::make_shared<Admission>(limits), connector) {}
  // Without an admission there are no bounds.
  Workers(std::uint32_t workers, std::uint16_t hosts, std::shared_ptr<Admission> admission,
          const FakeConnector& connector)
      : admission_(std::move(admission)) {
    for (std::uint32_t w = 0; w < workers; ++w) {
      workers_.push_back(std::make_unique<OneWorker>(w, clock_, settings_, budget_, admission_));
      for (std::uint16_t host = 0; host < hosts; ++host) {
        workers_[w]->pools.push_back(std::make_unique<HostPool>(
            workers_[w]->worker_pool, Host(static_cast<std::uint16_t>(1000 + host)), connector));
      }
    }
  }
  ~Workers() {
    for (auto& worker : workers_) worker->pools.clear();
    Settle();
  }
  // Until every message has come.
  void Settle() {
    for (int i = 0; i < 12; ++i) {
      for (auto& worker : workers_) worker->loop.RunOnce();
    }
  }
  std::unique_ptr<Request> Ask(std::uint32_t w, std::size_t host = 0,
                               Freshness freshness = Freshness::kAny) {
    return std::make_unique<Request>(*workers_[w]->worker_pool, *workers_[w]->pools[host],
                                     freshness);
  }
  OneWorker& operator[](std::size_t w) { return *workers_[w]; }
  Admission& admission() { return *admission_; }

 private:
  net::VirtualClock clock_;
  PoolSettings settings_;
  net::ConnectionBudget budget_;
  std::shared_ptr<Admission> admission_;
  std::vector<std::unique_ptr<OneWorker>> workers_;
};

TEST(WorkerPool, AConnectionCarriesAsManyRequestsAsItCan) {
  const FakeConnector connector("fake", 3);
  Workers workers(1, 1, {.connections = 2, .pending = 10, .requests = 100}, connector);
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < 8; ++i) requests.push_back(workers.Ask(0));
  EXPECT_EQ(connector.made, 2);
  const auto running = [&] {
    return std::ranges::count_if(requests, [](const auto& r) { return r->state == State::kRuns; });
  };
  EXPECT_EQ(running(), 6);
  EXPECT_EQ(workers.admission().counts().in_flight, 6u);
  EXPECT_EQ(workers.admission().counts().connections, 2u);
  // One that ends lets the first waiter in, on a connection that goes on.
  requests[1]->stream->End();
  workers.Settle();
  EXPECT_EQ(requests[6]->state, State::kRuns);
  EXPECT_EQ(requests[7]->state, State::kWaiting);
  EXPECT_EQ(connector.made, 2);
  // A connection that closes takes its three with it; its place serves the last.
  requests[6]->stream->connection.Close();
  workers.Settle();
  EXPECT_EQ(requests[7]->state, State::kRuns);
  EXPECT_EQ(running(), 4);
  EXPECT_EQ(workers.admission().counts().in_flight, 4u);
  EXPECT_LE(workers.admission().counts().connections, 2u);
}

TEST(WorkerPool, WithoutBoundsRoomIsUsedBeforeAConnectionIsOpened) {
  const FakeConnector connector("fake", 3);
  Workers workers(1, 1, nullptr, connector);
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < 7; ++i) requests.push_back(workers.Ask(0));
  EXPECT_EQ(connector.made, 3);
  const auto fresh = workers.Ask(0, 0, Freshness::kNew);
  EXPECT_EQ(connector.made, 4);
  const HostPool& pool = *workers[0].pools[0];
  for (auto& request : requests) request->stream->End();
  EXPECT_EQ(pool.idle(), 3u);
  fresh->stream->End();
  EXPECT_EQ(pool.idle(), 4u);
}

TEST(WorkerPool, RequestsPerConnectionCountsEachRequest) {
  const FakeConnector connector("fake", 3);
  Workers workers(1, 1, {.connections = 4, .pending = 10, .requests = 100}, connector);
  workers[0].worker_pool->SetRequestsPerConnection(4);
  std::vector<std::unique_ptr<Request>> requests;
  for (int i = 0; i < 3; ++i) requests.push_back(workers.Ask(0));
  requests[0]->stream->End();
  requests.push_back(workers.Ask(0));  // its fourth and last
  EXPECT_EQ(connector.made, 1);
  requests[1]->stream->End();
  requests.push_back(workers.Ask(0));
  EXPECT_EQ(connector.made, 2);
  requests[2]->stream->End();
  requests[3]->stream->End();
  workers.Settle();
  EXPECT_EQ(connector.open.size(), 1u) << "one that has carried its requests is closed";
}

// Of a connection that is always joined before its last request ends no place would
// ever come to the other worker.
TEST(WorkerPool, AWorkerWithoutAConnectionIsNotStarved) {
  const FakeConnector connector("fake", 3);
  Workers workers(2, 1, {.connections = 1, .pending = 100, .requests = 100}, connector);
  std::list<std::unique_ptr<Request>> running;
  running.push_back(workers.Ask(0));
  running.push_back(workers.Ask(0));
  const auto other = workers.Ask(1);
  int rounds = 0;
  for (; other->state == State::kWaiting && rounds < 40; ++rounds) {
    running.push_back(workers.Ask(0));
    workers.Settle();
    const auto oldest =
        std::ranges::find_if(running, [](const auto& r) { return r->state == State::kRuns; });
    if (oldest != running.end()) (*oldest)->stream->End();
    workers.Settle();
  }
  EXPECT_EQ(other->state, State::kRuns) << rounds;
  EXPECT_LE(connector.open.size(), 1u);
  other->stream->End();
  workers.Settle();
  EXPECT_TRUE(std::ranges::any_of(running, [](const auto& r) { return r->state == State::kRuns; }))
      << "those who waited meanwhile go on";
}

TEST(WorkerPool, OnlyWhatCanMoveGoesToAnotherWorker) {
  for (const bool moves : {true, false}) {
    const FakeConnector connector("fake", 1, moves);
    Workers workers(2, 1, {.connections = 1, .pending = 10, .requests = 10}, connector);
    const auto first = workers.Ask(0);
    const auto second = workers.Ask(1);
    EXPECT_EQ(second->state, State::kWaiting);
    first->stream->End();
    workers.Settle();
    ASSERT_EQ(second->state, State::kRuns);
    EXPECT_EQ(connector.adopted, moves ? 1 : 0);
    EXPECT_EQ(connector.made, moves ? 1 : 2);
    EXPECT_EQ(connector.open.size(), 1u);
    second->stream->End();
  }
}

// After a reload that changes the certificate, say, of the upstream.
TEST(WorkerPool, AConnectionOfAnotherTransportIsNotUsedAgain) {
  const FakeConnector before("tls/ca-1", 1, true), after("tls/ca-2", 1, true);
  net::VirtualClock clock;
  PoolSettings settings;
  net::ConnectionBudget budget;
  OneWorker worker(0, clock, settings, budget, nullptr);
  WorkerPools worker_pools({worker.loop, worker.mailbox, 0, settings, worker.counters, budget});
  const auto& worker_pool = worker.worker_pool;
  {
    const auto old_pool = worker_pools.PoolOf(worker_pool, Host(1000), before);
    Request(*worker_pool, *old_pool).stream->End();
    EXPECT_EQ(old_pool->idle(), 1u);
    EXPECT_EQ(worker_pools.PoolOf(worker_pool, Host(1000), before), old_pool);
    const auto new_pool = worker_pools.PoolOf(worker_pool, Host(1000), after);
    EXPECT_NE(new_pool, old_pool);
    Request(*worker_pool, *new_pool).stream->End();
    EXPECT_EQ(before.made, 1);
    EXPECT_EQ(after.made, 1);
    EXPECT_NE(worker_pools.PoolOf(worker_pool, Host(1001), after), new_pool);
  }
  worker.loop.RunOnce();
}

// One history over three workers and two hosts: what the admission counts is what
// there is, nobody waits while there is room, and everybody is served in the end.
class History {
 public:
  History(std::mt19937& random, std::uint32_t capacity, const runtime::PoolLimits& limits)
      : random_(random),
        limits_(limits),
        connector_("fake", capacity, random() % 2 == 0),
        workers_(3, 2, limits, connector_) {}

  void Run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      Step();
      if (Below(3) == 0) Check();
    }
    while (!::testing::Test::HasFailure()) {
      workers_.Settle();
      const auto one =
          std::ranges::find_if(requests_, [](const auto& r) { return r->state == State::kRuns; });
      if (one == requests_.end()) break;
      (*one)->stream->End();
    }
    Check();
    EXPECT_EQ(workers_.admission().counts().waiting, 0u);
    EXPECT_TRUE(std::ranges::none_of(requests_, [](const auto& r) { return r->live(); }));
  }
  int most_carried = 0, waited = 0;

 private:
  std::uint32_t Below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

  Request* Any(State state) {
    std::vector<Request*> found;
    for (const auto& request : requests_) {
      if (request->state == state) found.push_back(request.get());
    }
    return found.empty() ? nullptr : found[Below(static_cast<std::uint32_t>(found.size()))];
  }

  void Step() {
    switch (Below(12)) {
      case 0:
      case 1:
      case 2:
      case 3:
      case 4: {
        const auto freshness = static_cast<Freshness>(Below(10) < 7 ? 0 : 1 + Below(2));
        requests_.push_back(workers_.Ask(Below(3), Below(2), freshness));
        return;
      }
      case 5:
      case 6:
      case 7:
        if (Request* one = Any(State::kRuns)) one->stream->End();
        return;
      case 8:
        if (Request* one = Any(Below(2) == 0 ? State::kRuns : State::kWaiting)) one->GiveUp();
        return;
      case 9:
        if (Below(3) == 0 && !connector_.open.empty()) {
          FakeConnection* one = *std::next(
              connector_.open.begin(), Below(static_cast<std::uint32_t>(connector_.open.size())));
          Below(2) == 0 ? one->Close() : void(one->dead = one->carried.empty());
        }
        return;
      default:
        workers_[Below(3)].loop.RunOnce();
    }
  }

  void Check() {
    workers_.Settle();
    const Admission::Counts counts = workers_.admission().counts();
    std::size_t carried = 0, idle = 0;
    for (const FakeConnection* connection : connector_.open) {
      carried += connection->carried.size();
      idle += connection->carried.empty();
      EXPECT_EQ(connection->streams, connection->carried.size());
      most_carried = std::max(most_carried, static_cast<int>(connection->carried.size()));
    }
    EXPECT_EQ(counts.in_flight, carried);
    EXPECT_EQ(counts.connections, connector_.open.size());
    EXPECT_LE(counts.in_flight, limits_.requests);
    EXPECT_LE(counts.connections, limits_.connections);
    std::size_t waiting = 0;
    for (const auto& request : requests_) {
      if (request->state == State::kRuns) --carried;
      waiting += request->state == State::kWaiting;
      if (request->state == State::kWaiting && !request->fresh() && request->pool().has_room()) {
        EXPECT_EQ(counts.in_flight, limits_.requests) << "somebody waits beside room";
      }
    }
    EXPECT_EQ(carried, 0u) << "a request that nobody has runs";
    EXPECT_EQ(counts.waiting, waiting);
    waited += static_cast<int>(waiting);
    if (waiting > 0) {
      EXPECT_EQ(idle, 0u) << "somebody waits beside an idle connection";
      EXPECT_EQ(counts.connections, limits_.connections);
    }
    std::erase_if(requests_, [](const auto& r) { return !r->live(); });
  }

  std::mt19937& random_;
  const runtime::PoolLimits limits_;
  FakeConnector connector_;
  Workers workers_;
  std::list<std::unique_ptr<Request>> requests_;
};

TEST(WorkerPool, WhatIsCountedIsWhatThereIs) {
  const auto seed = static_cast<unsigned>(testing::Seed());
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  std::mt19937 random(seed);
  int most_carried = 0, waited = 0;
  for (int i = 0; i < 60 && !HasFailure(); ++i) {
    History history(random, 1 + random() % 4,
                    {.connections = 1 + static_cast<std::uint32_t>(random() % 4),
                     .pending = static_cast<std::uint32_t>(random() % 6),
                     .requests = 1 + static_cast<std::uint32_t>(random() % 12)});
    history.Run(200);
    most_carried = std::max(most_carried, history.most_carried);
    waited += history.waited;
  }
  EXPECT_GT(most_carried, 2);
  EXPECT_GT(waited, 50);
}

}  // namespace
}  // namespace weir::proxy::upstream
