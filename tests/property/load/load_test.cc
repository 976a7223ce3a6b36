// The bounds of `amplification` and `sustained load` beside what happens: random
// meshes and adversaries, simulated by spec/model. What is measured never exceeds the
// bound, nor any claim that is said to hold; where the bound is reached an adversary
// does; and each planted mistake, of the checker or of the proxy, shows.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>

#include "compiler/checks/amplification.h"
#include "compiler/checks/load_claim.h"
#include "tests/property/load/mutants.h"
#include "tests/property/load/simulation.h"
#include "tests/support/random/seed.h"

namespace weir::testing {
namespace {

using compiler::LoadVerdict;
using compiler::ServiceLoad;
using fuzz::Choices;
using syntax::AmplificationClaim;

struct Tally {
  std::map<std::string, std::uint64_t> seen;
};

// A request from outside may come to any listener.
void LetArrive(const Mesh& mesh, Choices& choices, Simulation& simulation) {
  const auto gateway = [&] {
    return choices.Below(static_cast<std::uint32_t>(mesh.policy.gateways.size()));
  };
  const bool aimed = choices.Chance(60), burst = choices.Chance(40);
  std::uint32_t to = gateway(), listener = 0;
  std::string path = choices.Of({"/a", "/b", "/c"});
  std::int64_t time = 0;
  const std::uint32_t quiet = choices.Chance(50) ? choices.Below(40) : 0;
  for (std::uint32_t left = quiet + 1 + choices.Below(25); left > 0; --left) {
    if (!aimed) to = gateway();
    if (!aimed) path = choices.Of({"/a", "/b", "/c"});
    const auto& listeners = mesh.policy.gateways[to].listeners;
    listener = choices.Below(static_cast<std::uint32_t>(listeners.size()));
    simulation.Arrive(time, to, listener, path, left > quiet || choices.Chance(30));
    if (!burst) time += std::int64_t{choices.Below(4000)} * 1'000'000;
  }
}

Adversary RandomAdversary(Choices& choices) {
  Adversary adversary;
  adversary.fails = choices.Of(std::vector<std::uint32_t>{10, 50, 90, 100, 100});
  adversary.stale = choices.Of(std::vector<std::uint32_t>{0, 10, 60});
  adversary.patient = choices.Chance(25);
  adversary.most_calls = choices.Of(std::vector<std::uint32_t>{50, 100, 100});
  return adversary;
}

double Value(std::uint64_t thousandths) { return static_cast<double>(thousandths) / 1000; }

// Requests and time that have gone by allow no more than this.
double Allowed(double factor, double added, std::int64_t per, const LoadMoment& moment) {
  return factor * static_cast<double>(moment.requests) +
         added * static_cast<double>(moment.time / per + 1) + 1e-6;
}

AmplificationClaim RandomClaim(const ServiceLoad& load, Choices& choices) {
  AmplificationClaim claim;
  const auto near = [&](double value) {
    const double share = 0.5 + choices.Below(101) / 100.0;  // half to one and a half
    return static_cast<std::uint64_t>(std::llround(std::min(value, 1e6) * share * 1000));
  };
  const bool sustained = choices.Chance(80);
  const auto tries = static_cast<double>(load.amplification);
  const double factor = sustained && choices.Chance(70) ? load.sustained.Rounded() : tries;
  claim.bound_thousandths = choices.Chance(40)
                                ? near(factor)
                                : static_cast<std::uint64_t>(std::ceil(factor * 1000 - 1e-6));
  if (!sustained) return claim;
  claim.measure = AmplificationClaim::Measure::kSustainedLoad;
  claim.added_per = {std::int64_t{1 + choices.Below(25)} * kSecond};
  claim.added_thousandths = near(load.added.Rounded());
  return claim;
}

std::optional<std::string> Exceeds(const ServiceLoad& load, const Simulation& run, Choices& choices,
                                   Tally& tally) {
  const std::uint32_t s = load.service;
  std::uint64_t most = 0;
  for (const auto& tries : run.tries()) most = std::max(most, tries[s]);
  if (!load.bounded) {
    ++tally.seen["without bound"];
    return std::nullopt;
  }
  if (most > load.amplification)
    return std::to_string(most) + " tries, bound " + std::to_string(load.amplification);
  tally.seen["bound reached"] += most == load.amplification && most > 1;
  for (const LoadMoment& moment : run.moments()) {
    const auto tries = static_cast<double>(moment.tries[s]);
    if (tries > Allowed(load.sustained.Rounded(), load.added.Rounded(), 10 * kSecond, moment))
      return std::to_string(moment.tries[s]) + " tries for " + std::to_string(moment.requests) +
             " requests in " + std::to_string(moment.time / kSecond) + " s, bound " +
             load.sustained.Text() + " + " + load.added.Text() + " per 10 s";
  }
  for (int i = 0; i < 6; ++i) {
    const AmplificationClaim claim = RandomClaim(load, choices);
    const LoadVerdict verdict = compiler::Judge(load, claim);
    ++tally.seen[verdict == LoadVerdict::kHolds    ? "claim holds"
                 : verdict == LoadVerdict::kBroken ? "claim broken"
                                                   : "claim unknown"];
    if (verdict != LoadVerdict::kHolds) continue;
    const bool one = claim.measure == AmplificationClaim::Measure::kAmplification;
    if (one && static_cast<double>(most) > Value(claim.bound_thousandths)) return "a claim of one";
    for (const LoadMoment& moment : run.moments()) {
      if (!one && static_cast<double>(moment.tries[s]) >
                      Allowed(Value(claim.bound_thousandths), Value(claim.added_thousandths),
                              std::max<std::int64_t>(claim.added_per.nanoseconds, 1), moment))
        return "a claim of " + std::to_string(claim.bound_thousandths) + " + " +
               std::to_string(claim.added_thousandths) + " thousandths";
    }
  }
  return std::nullopt;
}

// What of a mesh is more than the bounds of `policy` allow. They are those of the
// mesh's own policy, or of one that a mistake has bent.
std::optional<std::string> Compare(const Mesh& mesh, const syntax::Policy& policy, Choices& choices,
                                   const Twist& twist, Tally& tally) {
  const auto loads = compiler::Amplification(policy);
  for (int i = 0; i < 2; ++i) {
    Simulation run(mesh, choices, RandomAdversary(choices), twist);
    LetArrive(mesh, choices, run);
    // A loop has no end.
    const bool ends = std::ranges::all_of(loads, &ServiceLoad::bounded);
    run.Run(ends ? 4'000 : 1'000);
    for (const auto& [what, count] : run.seen()) tally.seen[what] += count > 0;
    for (std::uint32_t s = 0; s < policy.services.size(); ++s) {
      const auto load = std::ranges::find(loads, s, &ServiceLoad::service);
      const bool came = !run.moments().empty() && run.moments().back().tries[s] > 0;
      if (load == loads.end() && came)
        return "service " + policy.services[s].name + ": tries where none can come";
      if (load == loads.end()) continue;
      if (const auto more = Exceeds(*load, run, choices, tally))
        return "service " + policy.services[s].name + ": " + *more;
    }
  }
  return std::nullopt;
}

TEST(Load, NothingExceedsTheBound) {
  Tally tally;
  const std::uint64_t cases = CasesOr(150);
  for (std::uint64_t i = 0; i < cases; ++i) {
    Choices choices(Seed() + i);
    const Mesh mesh = RandomMesh(choices);
    const auto more = Compare(mesh, mesh.policy, choices, {}, tally);
    ASSERT_FALSE(more) << "WEIR_SEED=" << Seed() + i << " WEIR_CASES=1\n"
                       << *more << "\n"
                       << mesh.text;
  }
  for (const auto& [what, count] : tally.seen)
    std::printf("%8llu %s\n", static_cast<unsigned long long>(count), what.c_str());
  if (cases < 150) return;
  for (const char* what : {"without bound", "bound reached", "claim holds", "claim broken", "retry",
                           "budget refused", "hedge", "resend", "mirror", "timeout",
                           "joined by address", "intercepted", "application calls"})
    EXPECT_GT(tally.seen[what], cases / 25) << what;
}

// All fails, as slowly as it takes for each try to have a budget of its own.
TEST(Load, APatientAdversaryReachesTheAmplification) {
  std::uint64_t most = 0;
  for (std::uint64_t i = 0; i < CasesOr(40); ++i) {
    Choices choices(Seed() + i);
    const Mesh mesh = RandomChain(choices);
    Simulation run(mesh, choices, {.fails = 100, .stale = 0, .patient = true, .most_calls = 100});
    run.Arrive(0, 0, 0, "/");
    run.Run(1'000'000);
    for (const ServiceLoad& load : compiler::Amplification(mesh.policy)) {
      EXPECT_TRUE(load.bounded);
      EXPECT_EQ(run.tries()[0][load.service], load.amplification)
          << "WEIR_SEED=" << Seed() + i << " " << mesh.policy.services[load.service].name << "\n"
          << mesh.text;
      most = std::max(most, load.amplification);
    }
  }
  EXPECT_GE(most, 64u);
}

// By the path that a rewrite writes, not by the one that came: the route on the way
// back is another, and the way ends.
TEST(Load, AnotherRouteOfItsOwnListener) {
  Choices choices(Seed());
  const Mesh mesh = MeshOf(
      "service self { endpoints [10.0.0.1:8080] }\nservice old { endpoints [10.0.1.2:3000] }\n"
      "service new { endpoints [10.0.1.3:3000] }\n"
      "retry r { attempts 3 on [5xx] budget 0% minimum 1 }\n"
      "gateway g { listen http 10.0.0.1:8080\n"
      "  route a { match path \"/a\" request { rewrite \"/b\" } retry r timeout none forward self "
      "}\n"
      "  route b { match path \"/b\" retry r timeout none forward new }\n"
      "  route c { match path \"/a/**\" retry r timeout none forward old } }\n",
      {0});
  Simulation run(mesh, choices, {.fails = 100, .stale = 0, .patient = true});
  run.Arrive(0, 0, 0, "/a");
  run.Run();
  const auto loads = compiler::Amplification(mesh.policy);
  const std::uint64_t bounds[] = {3, 3, 9};
  ASSERT_EQ(loads.size(), 3u);
  for (const ServiceLoad& load : loads) EXPECT_EQ(load.amplification, bounds[load.service]);
  EXPECT_EQ(run.tries()[0][0], 3u);
  EXPECT_EQ(run.tries()[0][2], 9u);
}

// Where one budget has a part in it: many requests that fail at once come to the
// factor, and a few that fail one window after the other to what is added.
TEST(Load, OneBudgetIsUsedUp) {
  for (std::uint64_t i = 0; i < CasesOr(20); ++i) {
    Choices choices(Seed() + i);
    const std::uint32_t attempts = 2 + choices.Below(4), minimum = 1 + choices.Below(5);
    const std::uint32_t percent = 10 * choices.Below(6), windows = 40;
    const Mesh mesh = MeshOf("service s { endpoints [10.0.1.1:3000] }\nretry r { attempts " +
                                 std::to_string(attempts) + " on [5xx] budget " +
                                 std::to_string(percent) + "% minimum " + std::to_string(minimum) +
                                 " }\ngateway g { listen http 10.0.0.1:8080  processes 1\n" +
                                 "  route all { retry r timeout none forward s } }\n",
                             {0});
    const ServiceLoad load = compiler::Amplification(mesh.policy).at(0);

    Simulation many(mesh, choices, {.fails = 100, .stale = 0, .patient = true});
    for (int k = 0; k < 1000; ++k) many.Arrive(0, 0, 0, "/");
    many.hold = true;
    const auto fail_all = [&] {
      const auto held = std::exchange(many.held, {});
      for (const auto& done : held) done({.status = 503, .request_octets_sent = true});
    };
    for (int k = 1; k < 40; ++k) many.At(k * kSecond / 4, fail_all);
    many.Run(1'000'000);
    const LoadMoment& burst = many.moments().back();
    EXPECT_EQ(burst.tries[0], 1000 + std::max(minimum, 10 * percent)) << mesh.text;
    EXPECT_GE(static_cast<double>(burst.tries[0]), 1000 * load.sustained.Rounded()) << mesh.text;

    // So many that no request runs out of tries.
    const std::uint32_t requests = 100 * (1 + minimum * windows / 40);
    Simulation few(mesh, choices, {.fails = 100, .stale = 0, .patient = true});
    for (std::uint32_t k = 0; k < requests; ++k) few.Arrive(0, 0, 0, "/");
    few.hold = true;
    std::size_t next = 0;
    const auto fail = [&](std::size_t count) {
      for (; count > 0 && next < few.held.size(); --count) {
        const auto done = few.held[next++];
        done({.status = 503, .request_octets_sent = true});
      }
    };
    few.At(12 * kSecond / 10, [&] { fail(std::max(minimum, requests * percent / 100)); });
    for (std::uint32_t w = 1; w < windows; ++w)
      few.At((12 + 102 * std::int64_t{w}) * kSecond / 10, [&] { fail(minimum); });
    few.Run(1'000'000);
    const LoadMoment& end = few.moments().back();
    const double beyond = static_cast<double>(end.tries[0]) - load.sustained.Rounded() * requests;
    EXPECT_GE(beyond, load.added.Rounded() * (windows - 1) - 1e-6) << mesh.text;
    // So a claim of less is broken, and is said to be.
    AmplificationClaim claim{.measure = AmplificationClaim::Measure::kSustainedLoad,
                             .service = {},
                             .bound_thousandths = 1000 + 10 * percent,
                             .added_thousandths = 900 * minimum,
                             .added_per = {10 * kSecond}};
    EXPECT_GT(
        static_cast<double>(end.tries[0]),
        Allowed(Value(claim.bound_thousandths), Value(claim.added_thousandths), 10 * kSecond, end))
        << mesh.text;
    EXPECT_EQ(compiler::Judge(load, claim),
              load.amplification <= 1 + percent / 100 ? LoadVerdict::kHolds : LoadVerdict::kBroken)
        << mesh.text;
  }
}

TEST(Load, EachMistakeShows) {
  for (const LoadMutant& mutant : LoadMutants()) {
    std::uint64_t cases = 0;
    bool found = false;
    Tally tally;
    for (std::uint64_t i = 0; !found && cases < 3'000 && i < 20'000; ++i) {
      Choices choices(Seed() + i);
      const Mesh mesh = RandomMesh(choices);
      syntax::Policy bent = mesh.policy;
      if (mutant.bend != nullptr && !mutant.bend(bent)) continue;
      ++cases;
      found = Compare(mesh, bent, choices, mutant.twist, tally).has_value();
      if (!found) continue;
      Choices again(Seed() + i);  // without the mistake nothing shows
      const Mesh same = RandomMesh(again);
      const auto more = Compare(same, same.policy, again, {}, tally);
      ASSERT_FALSE(more) << "WEIR_SEED=" << Seed() + i << "\n" << *more << "\n" << same.text;
    }
    std::printf("%6llu cases: %s\n", static_cast<unsigned long long>(cases), mutant.mistake);
    EXPECT_TRUE(found) << mutant.mistake;
  }
}

}  // namespace
}  // namespace weir::testing
