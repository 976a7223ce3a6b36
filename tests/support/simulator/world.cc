#include "tests/support/simulator/world.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "tests/support/simulator/client.h"
#include "tests/support/simulator/memory.h"
#include "tests/support/simulator/observed.h"
#include "tests/support/simulator/policy.h"
#include "tests/support/simulator/proxy.h"
#include "tests/support/simulator/site.h"
#include "tests/support/simulator/upstream.h"

namespace weir::simulator {
namespace {

// After the last event: every time of the proxy's is over by then (keep-alive is the
// longest, 75 s).
constexpr std::int64_t kAfterwards = 130 * kSecond;
constexpr int kMostSteps = 200'000;  // at one moment
// Of the proxy's memory for one exchange with both its connections, at the most: heads,
// what was read, what waits to be written, and the replay buffer, each with the unused
// part of what grows by doubling.
constexpr std::int64_t kMostOfOne = 1'000'000;

std::string Member(std::string_view line, std::string_view name) {
  const std::string mark = "\"" + std::string(name) + "\":";
  std::size_t at = line.find(mark);
  if (at == std::string_view::npos) return {};
  at += mark.size();
  const bool quoted = line[at] == '"';
  at += quoted;
  return std::string(line.substr(at, line.find_first_of(quoted ? "\"" : ",}", at) - at));
}

class World {
 public:
  explicit World(const History& history) : history_(history), site_(history.seed) {
    for (int i = 0; i < kHosts; ++i) {
      hosts_.push_back(std::make_unique<Host>(site_, static_cast<std::uint16_t>(kFirstHost + i)));
    }
    for (int i = 0; i < kClients; ++i)
      clients_.push_back(std::make_unique<Client>(site_, kPort, static_cast<std::uint16_t>(i)));
  }

  Result Run() {
    StartProxy();
    for (const Event& event : history_.events) {
      // No two events fall together, so that their order is known from their times.
      RunTo(site_.now() + DelayOf(history_, event) + 1'009);
      Apply(event);
      if (!site_.ledger.wrong.empty()) break;
    }
    observed_.drained = proxy_->draining();
    if (site_.ledger.wrong.empty()) Finish();
    for (std::size_t i = 0; i < proxy_->workers(); ++i) {
      observed_.started += proxy_->worker(i).metrics().requests_started.value();
      observed_.ended += proxy_->worker(i).metrics().requests_ended.value();
    }
    EndProxy();
    Result result;
    if (site_.ledger.wrong.empty()) Judge(site_.ledger, observed_, result.seen);
    result.wrong = site_.ledger.wrong;
    result.trace = std::move(site_.trace.text());
    result.requests = observed_.started;
    return result;
  }

 private:
  // ---- the proxy
  void StartProxy() {
    const std::string& table = ThePolicy().table;
    {
      const ProxyMemory memory;
      proxy_.emplace(site_, table, history_.workers,
                     [this](std::string_view lines) { Record(lines); });
      proxy_->Load();
    }
    stalled_until_.assign(proxy_->loops(), 0);
    Settle();
    at_start_ = ProxyMemory::bytes() - proxy_->free_blocks();
  }

  void EndProxy() {
    const ProxyMemory memory;
    proxy_.reset();
  }

  void Record(std::string_view lines) {
    for (std::size_t end = 0; !lines.empty(); lines.remove_prefix(end + 1)) {
      end = lines.find('\n');
      const std::string_view line = lines.substr(0, end);
      site_.trace.Add("record", line);
      const std::string id = Member(line, "request_id");
      Request* const request =
          id.starts_with("r") ? site_.ledger.Find(std::stoull("0" + id.substr(1))) : nullptr;
      if (request == nullptr) {
        ++site_.ledger.strangers;
        continue;
      }
      request->records.push_back({.status = std::stoi(Member(line, "status")),
                                  .reason = Member(line, "reason"),
                                  .detail = Member(line, "detail"),
                                  .attempts = std::stoull(Member(line, "attempts")),
                                  .bytes_in = std::stoull(Member(line, "bytes_in")),
                                  .bytes_out = std::stoull(Member(line, "bytes_out"))});
    }
  }

  // ---- time
  bool MayRun(std::size_t loop) const {
    return stalled_until_[loop] <= site_.now() && proxy_->Runnable(loop);
  }

  // All that can happen at this moment happens, in one of its possible orders.
  void Settle() {
    std::vector<std::size_t> runnable;
    for (int steps = 0; steps < kMostSteps; ++steps) {
      runnable.clear();
      for (std::size_t i = 0; i < proxy_->loops(); ++i) {
        if (MayRun(i)) runnable.push_back(i);
      }
      const std::size_t loops = runnable.size();
      if (site_.kernel.HasActors()) runnable.push_back(SIZE_MAX);
      if (site_.schedule.Next() <= site_.now()) runnable.push_back(SIZE_MAX - 1);
      if (runnable.empty()) return Look();
      const std::size_t chosen = site_.chance.Below(runnable.size());
      if (chosen < loops) {
        const ProxyMemory memory;
        proxy_->RunOnce(runnable[chosen]);
      } else if (runnable[chosen] == SIZE_MAX) {
        site_.kernel.RunActor();
      } else {
        site_.schedule.RunOne();
      }
    }
    site_.Wrong("the proxy spins");
  }

  std::int64_t NextMoment() const {
    std::int64_t next = site_.schedule.Next();
    for (std::size_t i = 0; i < proxy_->loops(); ++i) {
      next = std::min(next, std::max(proxy_->NextDue(i), stalled_until_[i]));
    }
    return next;
  }

  void RunTo(std::int64_t time) {
    Settle();
    while (site_.ledger.wrong.empty()) {
      const std::int64_t next = NextMoment();
      if (next > time) break;
      site_.schedule.Advance(std::max(next, site_.now()));
      Settle();
    }
    site_.schedule.Advance(std::max(time, site_.now()));
    Settle();
  }

  // ---- what happens
  void Ask(const Event& event, bool partly) {
    Request& request = site_.ledger.Add();
    Describe(history_, event, request);
    Client& client = *clients_[event.who % kClients];
    client.Ask(request);
    const std::size_t whole = client.undelivered();
    client.Deliver(partly ? whole * (1 + event.size % 7) / 8 : whole);
  }

  void Apply(const Event& event) {
    Client& client = *clients_[event.who % kClients];
    // Those of `app` and `pooled`; of the others each connection is tried for in time.
    Host& host = *hosts_[event.who % 3];
    Host& checked = *hosts_[3 + event.who % 2];
    const Step step = StepOf(history_, event);
    site_.trace.Add("step", static_cast<int>(step), event.who);
    switch (step) {
      case Step::kAsk:
        return Ask(event, false);
      case Step::kAskPartly:
        return Ask(event, true);
      case Step::kSend:
        return client.Deliver(event.size < 128 ? 100 : SIZE_MAX);
      case Step::kAskGarbage:
        client.AskGarbage();
        return client.Deliver(SIZE_MAX);
      case Step::kStopReading:
        observed_.slow_readers = true;
        return client.SetReading(false);
      case Step::kRead:
        return client.Read(event.size * 500);
      case Step::kReadAgain:
        return client.SetReading(true);
      case Step::kEndSending:
        return client.EndSending();
      case Step::kCloseClient:
        return client.Close();
      case Step::kResetClient:
        return client.Reset();
      case Step::kWait:
        return;
      case Step::kHostDown:
        observed_.hosts_failed = true;
        host.reach = Host::Reach::kRefuses;
        return;
      case Step::kHostSilent:
        observed_.hosts_failed = true;
        host.reach = Host::Reach::kSilent;
        return;
      case Step::kHostUp:
        for (auto& each : hosts_) each->reach = Host::Reach::kUp;
        return;
      case Step::kCloseIdle:
        observed_.idle_closed = true;
        return hosts_[event.who % kHosts]->CloseIdle();
      case Step::kHostIll:
        checked.healthy = false;
        return;
      case Step::kHostWell:
        checked.healthy = true;
        return;
      case Step::kStall:
        observed_.stalled = true;
        stalled_until_[1 + event.who % history_.workers] =
            site_.now() + (1 + event.size % 32) * 10 * kMillisecond;
        return;
      case Step::kReload: {
        observed_.reloaded = true;
        const ProxyMemory memory;
        return proxy_->draining() ? void() : proxy_->Load();
      }
      case Step::kDrain: {
        site_.draining = true;
        const ProxyMemory memory;
        return proxy_->Drain();
      }
    }
  }

  void Finish() {
    // Half of those that do not read go on not to: the proxy gives them up.
    for (std::size_t i = 0; i < clients_.size(); i += 2) clients_[i]->SetReading(true);
    RunTo(site_.now() + kAfterwards);
    if (!site_.ledger.wrong.empty()) return;
    // Checks come and go; nothing else is left.
    const std::size_t left = site_.kernel.Connections();
    if (left > 0) {
      return site_.Wrong(std::to_string(left) + " connections stand, though nothing is under way");
    }
    for (const auto& cluster : proxy_->policy().clusters()) {
      const std::string name(cluster->name());
      for (const auto& host : *cluster->hosts()) {
        if (host->load->in_flight.load() != 0)
          site_.Wrong("load of " + name + " is left: " + std::to_string(host->load->in_flight));
      }
      if (cluster->admission() == nullptr) continue;
      const auto counts = cluster->admission()->counts();
      if (counts.connections + counts.in_flight + counts.waiting > 0)
        site_.Wrong("places of the pool " + name + " are left");
    }
    const std::int64_t held = ProxyMemory::bytes() - proxy_->free_blocks() - at_start_;
    if (held > kMostOfOne)
      site_.Wrong("the proxy holds " + std::to_string(held) +
                  " bytes, though nothing is under way");
    {
      const ProxyMemory memory;
      proxy_->Drain();
    }
    RunTo(site_.now() + kSecond);
    if (!proxy_->drained()) site_.Wrong("the proxy is not drained, though nothing is under way");
  }

  // Whenever nothing can go on before time does.
  void Look() {
    for (const auto& cluster : proxy_->policy().clusters()) {
      if (cluster->admission() == nullptr) continue;
      const auto counts = cluster->admission()->counts();
      const auto& limits = cluster->admission()->limits();
      const std::size_t open = site_.kernel.Connections(kFirstHost + 2);
      // POOL-10. A table that a reload has replaced counts for itself.
      if (counts.connections > limits.connections ||
          (open > limits.connections && !observed_.reloaded))
        site_.Wrong("more connections than the pool has");
      if (counts.in_flight > limits.requests) site_.Wrong("more requests than the pool has");
      bool stands_still = false;
      for (const std::int64_t until : stalled_until_) stands_still |= until > site_.now();
      if (counts.waiting > 0 && counts.in_flight < limits.connections && !stands_still)
        site_.Wrong("a request waits for a place though one is free");
    }
    std::int64_t open = 0;
    for (const auto& client : clients_) open += client->wire() != nullptr;
    const std::int64_t held = ProxyMemory::bytes() - proxy_->free_blocks() - at_start_;
    if (held > (open + 1) * kMostOfOne) {
      site_.Wrong("the proxy holds " + std::to_string(held) + " bytes for " + std::to_string(open) +
                  " clients");
    }
  }

  const History& history_;
  Site site_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::optional<Proxy> proxy_;
  std::vector<std::int64_t> stalled_until_;
  std::int64_t at_start_ = 0;
  Observed observed_{.clients = clients_, .hosts = hosts_};
};

}  // namespace

Result Simulate(const History& history) {
  // What the proxy's own statics hold from the first run on is no leak of the others.
  static bool warm = false;
  if (!std::exchange(warm, true)) {
    World(RandomHistory(1)).Run();
    World(RandomHistory(2)).Run();
  }
  const std::int64_t before = ProxyMemory::blocks();
  Result result = World(history).Run();
  if (result.wrong.empty() && ProxyMemory::blocks() != before) {
    result.wrong.push_back("the proxy leaves " + std::to_string(ProxyMemory::blocks() - before) +
                           " blocks of memory behind");
  }
  return result;
}

}  // namespace weir::simulator
