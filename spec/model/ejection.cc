#include "spec/model/ejection.h"

#include <algorithm>
#include <utility>

namespace weir::model {
namespace {

__extension__ using Wide = __int128;
using Event = Ejection::Event;
using History = Ejection::History;

bool IsAnswer(Event event) {
  return event == Event::kSuccess || event == Event::k5xx || event == Event::kGatewayError;
}

bool EndsMemory(Event event) { return event == Event::kEjected || event == Event::kReturned; }

// EJECT-2: how many of the last outcomes in a row `count`, of those that are
// `among`, since the host's last ejection.
template <class Among, class Counts>
std::uint64_t Run(const History& history, Among among, Counts counts) {
  std::uint64_t run = 0;
  for (auto at = history.rbegin(); at != history.rend() && !EndsMemory(*at); ++at) {
    if (!among(*at)) continue;
    if (!counts(*at)) break;
    ++run;
  }
  return run;
}

// Outcomes since the last interval ended or, if later, the last ejection.
std::vector<Event> OfInterval(const History& history) {
  std::vector<Event> events;
  for (auto at = history.rbegin(); at != history.rend(); ++at) {
    if (EndsMemory(*at) || *at == Event::kIntervalEnds) break;
    events.push_back(*at);
  }
  return events;
}

bool EjectedAfter(const History& history) {
  for (auto at = history.rbegin(); at != history.rend(); ++at) {
    if (EndsMemory(*at)) return *at == Event::kEjected;
  }
  return false;
}

}  // namespace

std::int64_t Ejection::Clock(std::int64_t now) {  // EJECT-11
  latest_ = std::max(latest_, now);
  return latest_;
}

std::int64_t Ejection::Longest() const {
  return std::max<std::int64_t>(300'000'000'000, policy_.base);
}

// EJECT-5, told from the beginning.
std::int64_t Ejection::Multiplier(const History& history) const {
  std::int64_t m = 0;
  bool ejected = false;
  bool was_ejected = false;  // in this interval
  for (const Event event : history) {
    if (event == Event::kEjected) {
      ejected = was_ejected = true;
      if (Wide{m} * policy_.base < Longest()) ++m;
    } else if (event == Event::kReturned) {
      ejected = false;
    } else if (event == Event::kIntervalEnds) {
      if (!was_ejected && m > 0) --m;
      was_ejected = ejected;
    }
  }
  return m;
}

bool Ejection::IsEjected(std::uint32_t id) const {
  const auto at = hosts_.find(id);
  return at != hosts_.end() && EjectedAfter(at->second.history);
}

std::uint64_t Ejection::Ejected() const {
  std::uint64_t count = 0;
  for (const auto& [id, host] : hosts_) count += EjectedAfter(host.history) ? 1 : 0;
  return count;
}

std::uint64_t Ejection::MayBeEjected() const {
  const std::uint64_t share = Hosts() * policy_.max_percent / 100;
  return share == 0 && policy_.at_least_one && Hosts() >= 2 ? 1 : share;
}

bool Ejection::Eject(Host& host, std::int64_t now) {
  if (Ejected() + 1 > MayBeEjected()) return false;
  host.history.push_back(Event::kEjected);
  const Wide time = Wide{Multiplier(host.history)} * policy_.base;
  host.until = now + static_cast<std::int64_t>(std::min<Wide>(time, Longest()));
  return true;
}

bool Ejection::Report(std::uint32_t id, Event outcome, std::int64_t now) {
  now = Clock(now);
  if (hosts_.count(id) == 0 || IsEjected(id)) return false;  // EJECT-9
  History& history = hosts_[id].history;
  // EJECT-1: told apart only where they have a number of their own.
  if (outcome == Event::kLocalFailure && policy_.consecutive_local == 0) {
    outcome = Event::kGatewayError;
  }
  history.push_back(outcome);
  const auto failed = [](Event e) { return e == Event::k5xx || e == Event::kGatewayError; };
  const auto gateway = [](Event e) { return e == Event::kGatewayError; };
  const auto local = [](Event e) { return e == Event::kLocalFailure; };
  const auto any = [](Event e) { return e != Event::kIntervalEnds; };
  const auto reached = [](std::uint64_t run, std::uint64_t number) {
    return number > 0 && run >= number;
  };
  bool eject = false;  // EJECT-3: by the runs that this outcome belongs to
  if (failed(outcome)) eject |= reached(Run(history, IsAnswer, failed), policy_.consecutive_5xx);
  if (failed(outcome)) {
    eject |= reached(Run(history, IsAnswer, gateway), policy_.consecutive_gateway);
  }
  if (local(outcome)) eject |= reached(Run(history, any, local), policy_.consecutive_local);
  return eject && Eject(hosts_[id], now);
}

void Ejection::CheckPassed(std::uint32_t id) {
  if (IsEjected(id)) hosts_[id].history.push_back(Event::kReturned);  // EJECT-10
}

// EJECT-4: who is to be ejected, in that order. With n rates x and their sum S,
// mean - x = (S - n x) / n, and sigma^2 is the sum of (S - n x)^2 over n^3.
std::vector<std::uint32_t> Ejection::FarBelowTheMean() const {
  std::vector<std::pair<std::int64_t, std::uint32_t>> rates;  // rate, id
  for (const auto& [id, host] : hosts_) {
    const std::vector<Event> events = OfInterval(host.history);
    const auto answers = std::count_if(events.begin(), events.end(), IsAnswer);
    const auto successes = std::count(events.begin(), events.end(), Event::kSuccess);
    if (IsEjected(id) || answers < 100) continue;
    rates.emplace_back(successes * 1'000'000 / answers, id);
  }
  if (rates.size() < 5) return {};
  std::sort(rates.begin(), rates.end());
  const auto n = static_cast<Wide>(rates.size());
  Wide sum = 0;
  for (const auto& [rate, id] : rates) sum += rate;
  Wide deviations = 0;
  for (const auto& [rate, id] : rates) deviations += (sum - n * rate) * (sum - n * rate);
  std::vector<std::uint32_t> ids;
  for (const auto& [rate, id] : rates) {
    const Wide below = sum - n * rate;
    // below / n > 1.9 sqrt(deviations / n^3)
    if (below > 0 && 100 * below * below * n > 361 * deviations) ids.push_back(id);
  }
  return ids;
}

void Ejection::EndInterval(std::int64_t now) {
  now = Clock(now);
  for (auto& [id, host] : hosts_) {
    if (IsEjected(id) && host.until <= now) host.history.push_back(Event::kReturned);  // EJECT-8
  }
  std::vector<std::uint32_t> ids;
  if (policy_.success_rate) ids = FarBelowTheMean();
  for (auto& [id, host] : hosts_) host.history.push_back(Event::kIntervalEnds);
  for (const std::uint32_t id : ids) Eject(hosts_[id], now);
}

}  // namespace weir::model
