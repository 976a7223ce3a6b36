#include <algorithm>
#include <vector>

#include "fuzz/harness/state.h"
#include "runtime/state/ejection.h"
#include "spec/model/ejection.h"

namespace weir::fuzz {
namespace {

using Outcome = runtime::Ejection::Outcome;

constexpr std::size_t kMostHosts = 9;

runtime::EjectionSettings SettingsOf(Choices& choices) {
  const std::vector<std::int64_t> bases = {30'000'000'000, 0, 7, 130'000'000'000, 400'000'000'000};
  const std::vector<std::uint32_t> percents = {10, 0, 34, 50, 100};
  runtime::EjectionSettings settings;
  settings.consecutive_5xx = choices.Below(5);
  settings.consecutive_gateway = choices.Below(4);
  settings.consecutive_local = choices.Below(4);
  settings.success_rate = choices.Chance(40);
  settings.base = choices.Of(bases);
  settings.max_percent = choices.Of(percents);
  settings.at_least_one = choices.Chance(50);
  return settings;
}

class Play {
 public:
  Play(const runtime::EjectionSettings& settings, Choices& choices, Seen& seen)
      : settings_(settings),
        ejection_(settings),
        model_({settings.consecutive_5xx, settings.consecutive_gateway, settings.consecutive_local,
                settings.success_rate, settings.base, settings.max_percent, settings.at_least_one}),
        choices_(choices),
        seen_(seen) {}

  Difference Start() {
    for (std::uint32_t n = 1 + choices_.Below(8); n > 0; --n) {
      if (const auto difference = Join()) return difference;
    }
    return {};
  }

  Difference Step() {
    if (choices_.Chance(30)) Wait();
    const std::uint32_t kind = choices_.Below(16);
    if (kind < 10 && !hosts_.empty()) {
      const std::uint32_t host = choices_.Of(hosts_);
      const auto outcome = static_cast<Outcome>(choices_.Below(4));
      // Runs of one outcome, so that hosts are ejected.
      for (std::uint32_t n = 1 + choices_.Below(4); n > 0; --n) {
        if (const auto difference = Report(host, outcome)) return difference;
      }
    } else if (kind < 12) {
      return Sweep();
    } else if (kind == 12 && !hosts_.empty()) {
      return Clear(choices_.Of(hosts_));
    } else if (kind == 13 && hosts_.size() < kMostHosts) {
      return Join();
    } else if (kind == 14 && !hosts_.empty()) {
      return Leave();
    } else if (settings_.success_rate && choices_.Chance(60)) {
      return BusyInterval();
    }
    return {};
  }

 private:
  void Wait() {
    const std::vector<std::int64_t> pauses = {1,
                                              settings_.base,
                                              settings_.base - 1,
                                              settings_.base / 2 + 1,
                                              10'000'000'000,
                                              300'000'000'000,
                                              -5};
    now_ = std::max<std::int64_t>(0, now_ + choices_.Of(pauses));
  }

  Difference Join() {
    const std::uint32_t id = ejection_.Add();
    for (const std::uint32_t other : hosts_) {
      if (other == id) return "an id was handed out twice";
    }
    hosts_.push_back(id);
    model_.Join(id);
    return Compare("a host joins");
  }

  Difference Leave() {
    const std::size_t which = choices_.Below(static_cast<std::uint32_t>(hosts_.size()));
    const std::uint32_t id = hosts_[which];
    hosts_.erase(hosts_.begin() + static_cast<std::ptrdiff_t>(which));
    if (ejection_.ejected(id)) ++seen_["an ejected host leaves"];
    ejection_.Remove(id);
    model_.Leave(id);
    if (ejection_.ejected_count() > ejection_.allowed()) ++seen_["above the share"];
    return Report(id, Outcome::k5xx);  // of nobody: changes nothing
  }

  Difference Report(std::uint32_t host, Outcome outcome) {
    const std::vector<std::uint32_t> before = Ejected();
    if (const auto difference = ReportOnly(host, outcome)) return difference;
    return CompareSince(before, "a report");
  }

  Difference ReportOnly(std::uint32_t host, Outcome outcome) {
    latest_ = std::max(latest_, now_);
    const bool ejected = ejection_.Report(host, outcome, now_);
    if (ejected != model_.Report(host, static_cast<model::Ejection::Event>(outcome), now_)) {
      return "whether a report ejects: the runtime says " + std::to_string(ejected);
    }
    if (ejected) ++seen_["ejected by a run"];
    return {};
  }

  Difference Sweep() {
    const std::vector<std::uint32_t> before = Ejected();
    ejection_.Sweep(now_);
    latest_ = std::max(latest_, now_);
    model_.EndInterval(now_);
    if (ejection_.ejected_count() < before.size()) ++seen_["ended"];
    for (const std::uint32_t id : Ejected()) {
      const std::int64_t left = ejection_.ejected_until(id) - latest_;
      if (left <= 0 && settings_.base > 0) return "EJECT-8: an ejection outlives its time";
      if (left > std::max<std::int64_t>(settings_.base, 300'000'000'000)) return "EJECT-5";
    }
    return CompareSince(before, "an interval ends");
  }

  Difference Clear(std::uint32_t host) {
    if (ejection_.ejected(host)) ++seen_["ended by a check"];
    ejection_.Clear(host);
    model_.CheckPassed(host);
    return Compare("a check passes");
  }

  // Everyone answers about a hundred times, most of them well.
  Difference BusyInterval() {
    for (const std::uint32_t host : hosts_) {
      const std::uint32_t answers = choices_.Chance(90) ? 100 + choices_.Below(4) : 99;
      const std::uint32_t failures = choices_.Chance(70) ? choices_.Below(3) : choices_.Below(100);
      for (std::uint32_t i = 0; i < answers; ++i) {
        // Spread, so that a run hardly ever ejects first.
        const bool fails = i * failures / answers != (i + 1) * failures / answers;
        if (const auto difference = ReportOnly(host, fails ? Outcome::k5xx : Outcome::kSuccess)) {
          return difference;
        }
      }
    }
    if (const auto difference = Compare("a busy interval")) return difference;
    const std::uint32_t before = ejection_.ejected_count();
    const auto difference = Sweep();
    if (ejection_.ejected_count() > before) ++seen_["ejected by rate"];
    return difference;
  }

  std::vector<std::uint32_t> Ejected() const {
    std::vector<std::uint32_t> ejected;
    for (const std::uint32_t id : hosts_) {
      if (ejection_.ejected(id)) ejected.push_back(id);
    }
    return ejected;
  }

  // EJECT-6: no ejection takes the count above what is allowed.
  Difference CompareSince(const std::vector<std::uint32_t>& before, const std::string& what) const {
    for (const std::uint32_t id : Ejected()) {
      const bool added = std::find(before.begin(), before.end(), id) == before.end();
      if (added && ejection_.ejected_count() > ejection_.allowed()) {
        return "EJECT-6: " + std::to_string(ejection_.ejected_count()) + " hosts are ejected of " +
               std::to_string(ejection_.hosts());
      }
    }
    return Compare(what);
  }

  Difference Compare(const std::string& what) const {
    if (ejection_.hosts() != model_.Hosts()) return what + ": hosts";
    if (ejection_.allowed() != model_.MayBeEjected()) return what + ": how many may be ejected";
    if (ejection_.ejected_count() != model_.Ejected()) return what + ": how many are ejected";
    for (const std::uint32_t id : hosts_) {
      if (ejection_.ejected(id) != model_.IsEjected(id)) return what + ": who is ejected";
      if (ejection_.ejected(id) && ejection_.ejected_until(id) != model_.Until(id)) {
        return what + ": until when, " + std::to_string(ejection_.ejected_until(id)) +
               ", the model says " + std::to_string(model_.Until(id));
      }
    }
    return {};
  }

  runtime::EjectionSettings settings_;
  runtime::Ejection ejection_;
  model::Ejection model_;
  Choices& choices_;
  Seen& seen_;
  std::vector<std::uint32_t> hosts_;
  std::int64_t now_ = 0;
  std::int64_t latest_ = 0;  // the latest time that the machine has seen
};

}  // namespace

Difference EjectionHistory(Choices& choices, Seen& seen) {
  Play play(SettingsOf(choices), choices, seen);
  if (const auto difference = play.Start()) return difference;
  for (int steps = 0; GoesOn(choices, steps); ++steps) {
    if (const auto difference = play.Step()) return difference;
  }
  return {};
}

}  // namespace weir::fuzz
