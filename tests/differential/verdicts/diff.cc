// `diff`: each request that is shown is treated as told by the models of both policies;
// where a request of the universe is treated otherwise, a region of that class tells it;
// nothing is told of a change of layout, and a setting is always told.
#include <algorithm>

#include "compiler/encode/diff.h"
#include "compiler/witness/confirm.h"
#include "tests/differential/verdicts/change.h"
#include "tests/differential/verdicts/judge.h"

namespace weir::testing {
namespace {

using compiler::Change;
using compiler::DiffResult;
using compiler::Region;
using compiler::Shown;
using compiler::Treatment;
using syntax::Gateway;
using syntax::Listener;
using syntax::Policy;

std::string Words(const std::optional<model::Outcome>& outcome) {
  if (!outcome) return "not served";
  return outcome->reason + " " + std::to_string(outcome->status);
}

class DiffOf {
 public:
  DiffOf(Trial& trial, Tally& tally)
      : trial_(trial),
        tally_(tally),
        before_(trial.policy),
        changed_(RandomChange(trial.policy, trial.choices, trial.focus)),
        after_(changed_.policy) {}

  Falsehood Run() {
    const Policy seen_before = trial_.seen(before_), seen_after = trial_.seen(after_);
    const DiffResult result = compiler::Diff(seen_before, seen_after);
    if (auto wrong = Judge(result)) return changed_.what + ": " + *wrong;
    return std::nullopt;
  }

 private:
  Falsehood Judge(const DiffResult& result) {
    for (const std::string& reason : result.unknown) tally_.Undecided("diff: " + reason);
    for (const Region& region : result.regions) {
      tally_.verdicts[std::string(compiler::ChangeName(region.change))]++;
      if (auto wrong = JudgeShown(region, region.change, region.shown)) return wrong;
      for (const auto& [change, shown] : region.also) {
        if (auto wrong = JudgeShown(region, change, shown)) return wrong;
      }
    }
    if (result.same()) tally_.verdicts["same"]++;
    if (!result.settings.empty()) tally_.verdicts["setting"]++;
    if (changed_.layout && !result.same() && result.unknown.empty()) {
      return "something is told where only layout differs";
    }
    if (changed_.setting && result.same()) return "a setting differs, and nothing is told";
    if (!result.unknown.empty() || changed_.identity) return std::nullopt;
    for (std::uint32_t g = 0; g < before_.gateways.size(); ++g) {
      if (auto wrong = JudgeUniverse(result, g, trial_.universe[g])) return wrong;
      const auto now = After(g);
      if (!now) continue;
      const auto fresh = UniverseOf(after_, *now, 30, trial_.choices);
      if (auto wrong = JudgeUniverse(result, g, fresh)) return wrong;
    }
    return std::nullopt;
  }

  std::optional<std::uint32_t> After(std::uint32_t g) const {
    if (changed_.erased_gateway == g) return std::nullopt;
    return g;
  }

  // What becomes of it; none: it is not served there.
  static std::optional<model::Outcome> Play(const Policy& policy, std::uint32_t g,
                                            const model::RawRequest& raw,
                                            model::Connection connection, const Identify& identify,
                                            model::Trace* trace) {
    const Listener& listener = policy.gateways[g].listeners[connection.listener];
    if ((listener.protocol == Listener::Protocol::kHttps) != (raw.scheme == "https")) return {};
    if (listener.mtls == Listener::Mtls::kStrict && !connection.peer_identity) return {};
    if (listener.mtls == Listener::Mtls::kOff) connection.peer_identity.reset();
    return Decide(policy, g, raw, connection, identify, trace);
  }

  std::vector<std::string> ServicesOf(const std::optional<model::Outcome>& outcome) const {
    std::vector<std::string> names;
    if (!outcome || outcome->kind != model::Outcome::Kind::kForward) return names;
    for (const auto place : outcome->services) names.push_back(before_.services[place].name);
    return names;
  }

  // The place of the gateway that a region is about: it is named as the new side has it.
  std::optional<std::uint32_t> GatewayOf(const Region& region) const {
    for (std::uint32_t g = 0; g < before_.gateways.size(); ++g) {
      const auto now = After(g);
      const std::string& name = now ? after_.gateways[*now].name : before_.gateways[g].name;
      if (name == region.gateway) return g;
    }
    return std::nullopt;
  }

  Falsehood JudgeShown(const Region& region, Change change, const Shown& shown) {
    tally_.evidence["requests shown by diff"]++;
    const auto g = GatewayOf(region);
    if (!g) return "a region of no gateway: " + region.gateway;
    const auto play = [&](const Policy& policy, const model::Identity& caller) {
      return Play(
          policy, *g, compiler::RawRequestOf(shown.witness), compiler::ConnectionOf(shown.witness),
          [&](const syntax::Authentication&) { return caller; }, nullptr);
    };
    const auto a = play(before_, shown.caller_before);
    const auto b = After(*g) ? play(after_, shown.caller_after) : std::nullopt;
    const auto as_told = [](const Treatment& told, const std::optional<model::Outcome>& is) {
      if (!is) return told.reason == "not-served";
      const bool forwards = is->kind == model::Outcome::Kind::kForward;
      return told.forwards == forwards && told.reason == is->reason &&
             (forwards || told.status == is->status);
    };
    const std::string request = "\n  " + compiler::Curl(shown.witness) + " " + shown.circumstance;
    if (!as_told(shown.before, a)) {
      return "shown as " + shown.before.reason + " before, the model says " + Words(a) + request;
    }
    if (!as_told(shown.after, b)) {
      return "shown as " + shown.after.reason + " now, the model says " + Words(b) + request;
    }
    const bool was = a && a->kind == model::Outcome::Kind::kForward;
    const bool is = b && b->kind == model::Outcome::Kind::kForward;
    if ((change == Change::kOpened) != (is && !was) ||
        (change == Change::kClosed) != (was && !is)) {
      return "shown as " + std::string(compiler::ChangeName(change)) + request;
    }
    return std::nullopt;
  }

  static bool Tells(const DiffResult& result, const std::string& gateway,
                    std::optional<Change> change) {
    return std::ranges::any_of(result.regions, [&](const Region& region) {
      if (region.gateway != gateway) return false;
      return !change || region.change == *change ||
             std::ranges::any_of(region.also,
                                 [&](const auto& also) { return also.first == change; });
    });
  }

  Falsehood JudgeUniverse(const DiffResult& result, std::uint32_t g,
                          const std::vector<Sent>& universe) {
    const auto now = After(g);
    const std::string& name = now ? after_.gateways[*now].name : before_.gateways[g].name;
    for (const Sent& sent : universe) {
      const auto play = [&](const Policy& policy, std::uint32_t place, model::Trace& trace) {
        trace.response = {{"x-a", "one"}, {"vary", "x-b"}};
        return Play(
            policy, place, sent.raw, sent.connection,
            [&](const syntax::Authentication& asked) { return FoundBy(policy, sent, asked); },
            &trace);
      };
      model::Trace trace_before, trace_after;
      const auto a = play(before_, g, trace_before);
      const auto b = now ? play(after_, *now, trace_after) : std::nullopt;
      tally_.evidence["requests held against diff"]++;
      const bool was = a && a->kind == model::Outcome::Kind::kForward;
      const bool is = b && b->kind == model::Outcome::Kind::kForward;
      const std::string became =
          Words(a) + " became " + Words(b) + ", and is not told: " + Describe(sent);
      if (changed_.tried && result.regions.empty() && !(Shows(a) == Shows(b))) {
        // spec/diff.md: it can miss the requests, never the setting.
        tally_.evidence["requests that trying settings out has missed"]++;
        if (result.same()) return "same, it is said: " + became;
        continue;
      }
      if (changed_.tried) continue;
      if (is && !was && !Tells(result, name, Change::kOpened)) return "not opened: " + became;
      if (was && !is && !Tells(result, name, Change::kClosed)) return "not closed: " + became;
      if (was && is && ServicesOf(a) != ServicesOf(b) && !Tells(result, name, {})) {
        return "not moved: " + became;
      }
      const bool other_end = a.has_value() != b.has_value() ||
                             (a && (a->reason != b->reason || a->status != b->status));
      if (other_end && !Tells(result, name, {})) return "not changed: " + became;
      if (!(Shows(a) == Shows(b)) && result.same()) return "same, it is said: " + became;
      if (trace_before.response != trace_after.response && result.same()) {
        return "same, it is said, and the response differs: " + Describe(sent);
      }
    }
    return std::nullopt;
  }

  // What shows of an outcome to anybody but the policy's author.
  static std::optional<model::Outcome> Shows(std::optional<model::Outcome> outcome) {
    if (!outcome) return outcome;
    outcome->rule.reset();
    outcome->route.reset();
    outcome->charges.clear();
    return outcome;
  }

  Trial& trial_;
  Tally& tally_;
  const Policy& before_;
  const Changed changed_;
  const Policy& after_;
};

}  // namespace

Falsehood JudgeDiff(Trial& trial, Tally& tally) {
  if (auto wrong = DiffOf(trial, tally).Run()) return "diff: " + *wrong;
  return std::nullopt;
}

}  // namespace weir::testing
