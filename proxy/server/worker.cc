#include "proxy/server/worker.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "proxy/observe/log.h"

namespace weir::proxy::server {
namespace {

constexpr int kAcceptsInTurn = 64;
constexpr std::int64_t kAcceptPause = 100'000'000;

}  // namespace

// A listening socket, and what its connections are served by: the newest
// generation that has it. One that a reload took away keeps the last, until its
// connections are gone.
class Worker::Listener final : public net::Handler, public net::Deferred {
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

  void OnEvents(std::uint32_t) override {
    for (int i = 0; socket_ && i < kAcceptsInTurn; ++i) {
      auto accepted = net::Accept(socket_.get());
      if (accepted) {
        worker_.Accepted(*this, std::move(*accepted));
        continue;
      }
      const int error = accepted.error();
      if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) Pause(error);
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
    while (socket_ && net::HasConnection(socket_.get()) && !resume_.armed()) OnEvents(0);
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

  std::shared_ptr<Serving> serving;
  std::uint32_t index = 0;
  std::uint16_t port;
  std::size_t connections = 0;
  bool retired = false;

 private:
  void Resume() {
    if (socket_) worker_.loop_.WatchReading(socket_.get(), this);
  }

  Worker& worker_;
  net::Fd socket_;
  net::Timer resume_;
  std::int64_t next_warning_ = 0;
};

Worker::Worker(const WorkerSettings& settings, std::uint32_t index, runtime::LocalLimiter& limiter,
               observe::RouteNames& names)
    : settings_(settings),
      names_(names),
      mailbox_(loop_),
      log_(loop_),
      lanes_({loop_, mailbox_, index, settings_.pool, pool_counters_}),
      context_{loop_, limiter, log_, metrics_, random_, {loop_}, {}} {}

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

// What is left once the loop has stopped, on the same thread: requests are
// answered and recorded, and nothing stays allocated.
void Worker::CutOff() {
  while (!connections_.empty()) connections_.back()->CutOff();
  context_.mirrors.GiveUp();
  loop_.RunDeferredWork();  // the exchanges come back
  lanes_.CloseIdle();
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
                                lanes_, settings_.zone, names_);
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
    for (http1::ClientConnection* connection : connections) {
      if (Ending(*connection)) connection->EndSoon();
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
  for (http1::ClientConnection* connection : connections) connection->EndSoon();
  ReportIfDrained();
}

void Worker::ReportIfDrained() {
  if (draining_ && connections_.empty() && drained_) std::exchange(drained_, {})();
}

void Worker::Accepted(Listener& listener, net::Accepted accepted) {
  metrics_.connections_opened.Add();
  if (connections_.size() >=
      settings_.max_connections) {  // the memory of each is bounded, so is their number
    metrics_.connections_closed.Add();
    metrics_.accept_failures.Add();
    return;
  }
  const runtime::GatewayRecord& gateway = listener.serving->table().gateway();
  runtime::ConnectionFacts facts;
  facts.peer_address = accepted.peer.address;
  facts.peer_port = accepted.peer.port;
  facts.listener_port = listener.port;
  http1::HeadLimits limits;
  limits.max_octets = std::min<std::uint64_t>(gateway.max_header_octets, 65536);
  limits.max_fields = gateway.max_header_count;
  auto* connection = new http1::ClientConnection(loop_, std::move(accepted.fd), *this, facts,
                                                 limits, settings_.timeouts);
  connection->listener = &listener;
  connection->place = connections_.size();
  connections_.push_back(connection);
  ++listener.connections;
  if (!connection->Watch()) connection->Close();
}

ClientEvents* Worker::OnRequest(http1::ClientConnection& connection,
                                const RequestMessage& message) {
  const Listener& listener = *static_cast<Listener*>(connection.listener);
  runtime::ConnectionFacts facts = connection.facts();
  facts.listener = listener.index;
  Exchange* exchange = context_.Take();
  exchange->Begin(connection, message, facts, listener.serving);
  return exchange;
}

ClientEvents* Worker::OnRefused(http1::ClientConnection& connection,
                                const http1::RefusedMessage& message) {
  const Listener& listener = *static_cast<Listener*>(connection.listener);
  runtime::ConnectionFacts facts = connection.facts();
  facts.listener = listener.index;
  Exchange* exchange = context_.Take();
  exchange->BeginRefused(connection, message.refusal, message.method, message.target, facts,
                         listener.serving);
  return exchange;
}

void Worker::OnClosed(http1::ClientConnection& connection) {
  metrics_.connections_closed.Add();
  connections_[connection.place] = connections_.back();
  connections_[connection.place]->place = connection.place;
  connections_.pop_back();
  // The connection itself is deferred next: it names its listener no longer than that.
  Listener& listener = *static_cast<Listener*>(connection.listener);
  if (--listener.connections == 0 && listener.retired) loop_.Defer(&listener);
  ReportIfDrained();
}

bool Worker::Ending(const http1::ClientConnection& connection) const {
  return draining_ || static_cast<const Listener*>(connection.listener)->retired;
}

}  // namespace weir::proxy::server
