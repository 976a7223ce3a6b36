#include "proxy/server/worker.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "proxy/config/generation.h"
#include "proxy/observe/log.h"

namespace weir::proxy::server {
namespace {

constexpr int kAcceptsInTurn = 64;
constexpr std::int64_t kAcceptPause = 100'000'000;
constexpr int kCandidates = 64;  // for one that gives way

}  // namespace

// A listening socket, and what its connections are served by: the newest
// generation that has it. One that a reload took away keeps the last, until its
// connections are gone.
class Worker::Listener final : public net::Handler, public net::Deferred, public ClientHost {
 public:
  Listener(Worker& worker, net::Fd socket, std::uint16_t listening_port)
      : port(listening_port),
        worker_(worker),
        socket_(std::move(socket)),
        resume_(worker.loop_.timers(), [this] { Resume(); }) {
    Resume();
  }

  void Stop() {
    if (socket_) socket_.Close();
    resume_.Cancel();
  }

  void OnReady(net::Ready) override {
    for (int i = 0; socket_ && i < kAcceptsInTurn; ++i) {
      if (!worker_.budget_.TakeClient()) {
        if (!net::HasConnection(socket_.get())) return;
        // Room may come soon: connections wait in the backlog instead of being refused.
        if (!worker_.TakePlaceOfAnother()) return Pause(0);
      }
      auto accepted = net::Accept(socket_.get());
      if (accepted) {
        worker_.Accepted(*this, std::move(*accepted));
        continue;
      }
      worker_.budget_.GiveClient();
      const int error = accepted.error();
      const bool short_of =
          error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
      if (short_of && worker_.MakeRoom()) continue;
      if (short_of) Pause(error);
      if (error == ECONNABORTED || error == EINTR) continue;
      return;
    }
  }

  // Of one that is retired, once: when it has no connection.
  void RunDeferred() override {
    auto& all = worker_.retired_;
    std::swap(*std::ranges::find(all, this, &std::shared_ptr<Listener>::get), all.back());
    all.pop_back();  // this may delete us
  }

  // Accepts all that waits in the backlog.
  void AcceptAll() {
    while (socket_ && net::HasConnection(socket_.get()) && !resume_.armed()) OnReady({});
  }

  void Pause(int error) {
    worker_.metrics_.accept_failures.Add();
    if (error != 0 && worker_.loop_.now() > next_warning_) {
      observe::LogWarning("no descriptor or memory for a new connection; accepting again shortly");
      next_warning_ = worker_.loop_.now() + 10'000'000'000;
    }
    worker_.loop_.Unwatch(socket_.get());
    resume_.Arm(worker_.loop_.now() + kAcceptPause);
  }

  // ClientHost
  ClientEvents* OnRequest(ClientConnection& connection, ClientStream& stream,
                          const RequestMessage& message) override {
    Exchange* exchange = worker_.context_.Take();
    exchange->Begin(stream, message, FactsOf(connection), serving);
    return exchange;
  }
  ClientEvents* OnRefused(ClientConnection& connection, ClientStream& stream,
                          const RefusedMessage& message) override {
    Exchange* exchange = worker_.context_.Take();
    exchange->BeginRefused(stream, message.refusal, message.method, message.target,
                           FactsOf(connection), serving);
    return exchange;
  }
  void OnWaiting(ClientConnection& connection) override { worker_.waiting_.Add(connection); }
  void OnBusy(ClientConnection& connection) override { worker_.waiting_.Remove(connection); }
  void OnClosed(ClientConnection& connection) override { worker_.Closed(*this, connection); }
  bool Ending() const override { return worker_.draining_ || retired; }

  std::shared_ptr<Serving> serving;
  std::uint32_t index = 0;
  std::uint16_t port;
  std::size_t connections = 0;
  bool retired = false;

 private:
  // Its place in the table may be another with each generation.
  runtime::ConnectionFacts FactsOf(const ClientConnection& connection) const {
    runtime::ConnectionFacts facts = connection.facts();
    facts.listener = index;
    // The exchange holds the policy, and the settings outlive it.
    facts.via = worker_.settings_.via.empty() ? serving->policy().deployment()
                                              : std::string_view(worker_.settings_.via);
    facts.loops_allowed = worker_.settings_.loops_allowed;
    return facts;
  }
  void Resume() {
    if (socket_) worker_.loop_.Watch(socket_.get(), this, net::Interest::kRead);
  }

  Worker& worker_;
  net::Fd socket_;
  net::Timer resume_;
  std::int64_t next_warning_ = 0;
};

Worker::Worker(const WorkerSettings& settings, std::uint32_t index, runtime::LocalLimiter& limiter,
               observe::RouteNames& names, net::ConnectionBudget& budget, const net::Clock& clock)
    : settings_(settings),
      names_(names),
      loop_(clock),
      mailbox_(loop_),
      acceptor_(loop_, settings_.timeouts),
      index_(index),
      budget_(budget),
      log_(loop_),
      worker_pools_({loop_, mailbox_, index, settings_.pool, pool_counters_, budget_}),
      limits_(limiter, loop_.clock()),
      context_(loop_, limits_, log_, metrics_, random_) {
  context_.body_lead = settings_.timeouts.BodyLead();
}

Worker::~Worker() { Stop(); }

void Worker::Start() {
  thread_ = std::thread([this] {
    sigset_t all;  // signals are the main thread's
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    loop_.Run();
    CutOff();
  });
}

void Worker::CutOff() {
  while (!connections_.empty()) connections_.back().connection->CutOff();
  context_.mirrors.GiveUp();
  loop_.RunDeferredWork();  // the exchanges come back
  worker_pools_.CloseIdle();
  loop_.RunDeferredWork();
  log_.HandOver();
}

void Worker::Stop() {
  loop_.Stop();
  mailbox_.Post([] {});
  if (thread_.joinable()) thread_.join();
}

void Worker::Adopt(std::shared_ptr<WorkerGeneration> generation) {
  mailbox_.Post([this, generation = std::move(generation)] { Take(*generation); });
}

void Worker::Take(WorkerGeneration& generation) {
  serving_ =
      std::make_shared<Serving>(std::move(generation.policy), std::move(generation.authenticator),
                                worker_pools_, settings_.zone, names_);
  log_.Use(std::move(generation.log));
  std::map<std::string, std::shared_ptr<Listener>> next;
  for (WorkerGeneration::Listener& wanted : generation.listeners) {
    std::shared_ptr<Listener> listener;
    if (const auto known = listeners_.find(wanted.key); known != listeners_.end()) {
      listener = known->second;
      listeners_.erase(known);
    } else {
      listener = std::make_shared<Listener>(*this, std::move(wanted.socket), wanted.port);
    }
    listener->serving = serving_;
    listener->index = wanted.index;
    next.emplace(wanted.key, std::move(listener));
  }
  for (auto& [key, listener] : listeners_) Retire(listener);
  const bool some_retired = !listeners_.empty();
  listeners_ = std::move(next);
  if (some_retired) {
    const auto connections = connections_;
    for (const Client& client : connections) {
      if (client.listener->Ending()) client.connection->EndSoon();
    }
  }
}

// An event of this batch may still name it.
void Worker::Retire(std::shared_ptr<Listener> listener) {
  listener->Stop();
  listener->retired = true;
  if (listener->connections == 0) loop_.Defer(listener.get());
  retired_.push_back(std::move(listener));
}

void Worker::Drain(std::function<void()> done) {
  mailbox_.Post([this, done = std::move(done)] { BeginDrain(done); });
}

void Worker::BeginDrain(std::function<void()> done) {
  // What already waits in the backlog is still served.
  for (auto& [key, listener] : listeners_) listener->AcceptAll();
  draining_ = true;
  drained_ = std::move(done);
  for (auto& [key, listener] : listeners_) listener->Stop();
  const auto connections = connections_;
  for (const Client& client : connections) client.connection->EndSoon();
  ReportIfDrained();
}

void Worker::ReportIfDrained() {
  if (draining_ && connections_.empty() && drained_) std::exchange(drained_, {})();
}

// For one more client connection, at the cost of one that waits for a request.
bool Worker::TakePlaceOfAnother() {
  if (MakeRoom() && budget_.TakeClient()) return true;
  budget_.AskForClient(index_);
  return false;
}

bool Worker::MakeRoom() {
  ClientConnection* candidate = waiting_.oldest();
  for (int i = 0; candidate != nullptr && i < kCandidates; ++i) {
    ClientConnection* const next = candidate->waiting.shorter;
    if (candidate->GiveWay()) {
      metrics_.connections_given_way.Add();
      return true;
    }
    candidate = next;
  }
  return false;
}

void Worker::CloseLongestWaiting() {
  mailbox_.Post([this] { MakeRoom(); });
}

void Worker::CloseIdleUpstream() {
  mailbox_.Post([this] { worker_pools_.CloseLongestIdle(); });
}

// Its place is taken already.
void Worker::Accepted(Listener& listener, net::Accepted accepted) {
  metrics_.connections_opened.Add();
  const runtime::Address peer = accepted.peer.address;
  const auto trusted = listener.serving->options(listener.index).view().trusted_proxies;
  const bool counted =
      std::ranges::none_of(trusted, [&](const auto& network) { return network.Contains(peer); });
  if (counted && !budget_.TakeAddress(peer)) {
    metrics_.address_refusals.Add();
    metrics_.connections_closed.Add();
    return budget_.GiveClient();
  }
  ClientConnection* connection = acceptor_.Accept(std::move(accepted), listener.port,
                                                  listener.serving->table().gateway(), listener);
  if (connection == nullptr) {
    if (counted) budget_.GiveAddress(peer);
    metrics_.connections_closed.Add();
    return budget_.GiveClient();
  }
  connection->address_counted = counted;
  connection->place = connections_.size();
  connections_.push_back({connection, &listener});
  ++listener.connections;
  waiting_.Add(*connection);
}

void Worker::Closed(Listener& listener, ClientConnection& connection) {
  metrics_.connections_closed.Add();
  waiting_.Remove(connection);
  budget_.GiveClient();
  if (connection.address_counted) budget_.GiveAddress(connection.facts().peer_address);
  connections_[connection.place] = connections_.back();
  connections_[connection.place].connection->place = connection.place;
  connections_.pop_back();
  // The connection itself is deferred next: it names its listener no longer than that.
  if (--listener.connections == 0 && listener.retired) loop_.Defer(&listener);
  ReportIfDrained();
}

void HandOut(Generation& generation, std::vector<ListenerPlan>& plan,
             std::span<const std::unique_ptr<Worker>> workers) {
  for (std::size_t i = 0; i < workers.size(); ++i) {
    auto part = std::make_shared<WorkerGeneration>();
    part->policy = generation.policy;
    part->authenticator = std::move(generation.authenticators[i]);
    part->log = generation.log;
    for (ListenerPlan& listener : plan) {
      part->listeners.push_back(
          {listener.key, listener.index, listener.bound.port,
           listener.sockets.empty() ? net::Fd() : std::move(listener.sockets[i])});
    }
    workers[i]->Adopt(std::move(part));
  }
}

}  // namespace weir::proxy::server
