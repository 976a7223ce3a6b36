#include "proxy/upstream/cluster_monitor.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weir::proxy::upstream {
namespace {

constexpr std::int64_t kPollFile = 250'000'000;
constexpr std::int64_t kBetweenChecks =
    1'000'000;  // first checks of many hosts do not come at once

}  // namespace

class ClusterMonitor::Entry {
 public:
  // By the state they report to, which only checks alike share.
  using Checks = std::map<const CheckedHost*, std::unique_ptr<HealthCheck>>;

  // Takes its own out of `running`.
  Entry(net::Loop& loop, Cluster& cluster, const Listener& listener, Checks& running)
      : loop_(loop),
        cluster_(cluster),
        listener_(listener),
        sweep_(loop.timers(), [this] { Sweep(); }),
        poll_(loop.timers(), [this] { Poll(); }) {
    const runtime::ServiceRecord& record = cluster.record();
    check_.http = record.check == runtime::CheckKind::kHttp;
    check_.path = cluster.table().text(record.check_path);
    check_.every = record.check_every;
    check_.timeout = record.check_timeout;
    const std::int64_t now = loop.clock().Monotonic();
    if (OutlierDetector* outliers = cluster.outliers()) {
      sweep_.Arm(std::max(now, outliers->swept_at() + outliers->settings().every));
    }
    if (!cluster.file().empty()) poll_.Arm(now + kPollFile);
    cluster.LeaveOthers();
    WatchHosts(running);
  }

  void GiveChecks(Checks& to) {
    for (auto& check : checks_) to.emplace(check->host()->checked.get(), std::move(check));
    checks_.clear();
  }

  bool ready() const {
    const auto hosts = cluster_.hosts();
    return std::ranges::all_of(*hosts, [](const auto& host) {
      return host->checked == nullptr || host->checked->known();
    });
  }

 private:
  // A check that is under way goes on, or one that takes longer than the list of
  // hosts stays the same would never end.
  void WatchHosts(Checks& running) {
    if (cluster_.record().check == runtime::CheckKind::kOff) return;
    std::int64_t delay = 0;
    for (const std::shared_ptr<const Host>& host : *cluster_.hosts()) {
      const auto turned = [this](const Host& of) { listener_.turned(cluster_, of); };
      if (auto known = running.extract(host->checked.get())) {
        known.mapped()->HandOver(host, turned);
        checks_.push_back(std::move(known.mapped()));
      } else {
        checks_.push_back(std::make_unique<HealthCheck>(loop_, cluster_.connector(), check_, host,
                                                        delay, turned));
        delay = std::min(delay + kBetweenChecks, check_.every);
      }
    }
  }

  void Sweep() {
    cluster_.outliers()->Sweep(loop_.now());
    sweep_.Arm(loop_.now() + cluster_.outliers()->settings().every);
  }

  void Poll() {
    poll_.Arm(loop_.now() + kPollFile);
    if (!cluster_.FileChanged()) return;
    const bool said = cluster_.file_unread();
    if (const auto read = cluster_.ReadFile(); !read) {
      if (!said || !cluster_.file_unread()) listener_.file_refused(cluster_, read.error());
      return;
    }
    cluster_.LeaveOthers();
    Checks running;
    GiveChecks(running);
    WatchHosts(running);
    listener_.hosts_changed(cluster_);
  }

  net::Loop& loop_;
  Cluster& cluster_;
  const Listener& listener_;
  CheckSettings check_;
  std::vector<std::unique_ptr<HealthCheck>> checks_;
  net::Timer sweep_;
  net::Timer poll_;
};

ClusterMonitor::ClusterMonitor(net::Loop& loop, std::vector<std::shared_ptr<Cluster>> clusters,
                               const Listener& listener, std::unique_ptr<ClusterMonitor> before)
    : listener_(listener), clusters_(std::move(clusters)) {
  Entry::Checks running;
  if (before != nullptr) {
    for (const auto& entry : before->entries_) entry->GiveChecks(running);
  }
  for (const auto& cluster : clusters_) {
    entries_.push_back(std::make_unique<Entry>(loop, *cluster, listener_, running));
  }
}

ClusterMonitor::~ClusterMonitor() = default;

bool ClusterMonitor::ready() const {
  return std::ranges::all_of(entries_, [](const auto& entry) { return entry->ready(); });
}

}  // namespace weir::proxy::upstream
