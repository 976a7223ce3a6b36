// What `weir diff` says of one change at a time: diff/cases holds the changes of
// diff/base.weir with the regions and settings that each must come to, all of them
// and nothing else. Every request that is shown is played here again, on the models
// of both policies.
//
// With WEIR_GOLDEN_UPDATE set, diff/cases is written anew: read the difference.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "compiler/encode/diff.h"
#include "compiler/witness/confirm.h"
#include "dsl/resolve/load.h"
#include "spec/model/model.h"

namespace weir::compiler {
namespace {

const std::string kFolder = WEIR_SOURCE_DIR "/tests/differential/diff/";

std::string ReadFile(const std::string& name) {
  std::ifstream in(kFolder + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// "== FROM => TO && FROM => TO", and below it what is told; "\n" stands for a line's end.
struct Case {
  std::string head;
  std::vector<std::pair<std::string, std::string>> edits;
  std::vector<std::string> told;
};

std::vector<std::string> Split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t at; (at = text.find(separator, begin)) != std::string::npos;) {
    parts.push_back(text.substr(begin, at - begin));
    begin = at + separator.size();
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::vector<Case> Cases(std::string& comment) {
  std::vector<Case> cases;
  for (const std::string& line : Split(ReadFile("cases"), "\n")) {
    if (line.starts_with("== ")) {
      cases.push_back({line, {}, {}});
      for (const std::string& edit : Split(line.substr(3), " && ")) {
        const auto sides = Split(edit, " => ");
        EXPECT_EQ(sides.size(), 2u) << line;
        if (sides.size() != 2) continue;
        cases.back().edits.emplace_back(Replaced(sides[0], "\\n", "\n"),
                                        Replaced(sides[1], "\\n", "\n"));
      }
    } else if (cases.empty()) {
      comment += line + "\n";
    } else if (!line.empty()) {
      cases.back().told.push_back(line);
    }
  }
  return cases;
}

std::string InWords(const Treatment& treatment) {
  if (treatment.reason == "not-served") return "not served";
  std::string text = treatment.forwards ? "forwarded" : std::to_string(treatment.status);
  if (!treatment.forwards) text += " " + treatment.reason;
  for (const std::string& service : treatment.services) text += " " + service;
  return text + (treatment.route.empty() ? "" : " by " + treatment.route);
}

std::string InWords(Change change, const Shown& shown) {
  return std::string(ChangeName(change)) + ": " + InWords(shown.before) + " -> " +
         InWords(shown.after) + (shown.circumstance.empty() ? "" : ", " + shown.circumstance);
}

std::string InWords(const SettingChange& setting) {
  return setting.owner + ": " + setting.name + ": " + setting.before + " -> " + setting.after;
}

std::vector<std::string> Told(const DiffResult& result) {
  std::vector<std::string> told;
  for (const Region& region : result.regions) {
    told.push_back(InWords(region.change, region.shown));
    for (const SettingChange& setting : region.settings) told.push_back("  " + InWords(setting));
    for (const auto& [change, shown] : region.also) {
      told.push_back("  also " + InWords(change, shown));
    }
  }
  for (const SettingChange& setting : result.settings) {
    told.push_back("setting: " + InWords(setting));
  }
  for (const std::string& file : result.not_compared) told.push_back("not compared: " + file);
  for (const std::string& reason : result.unknown) told.push_back("unknown: " + reason);
  if (told.empty()) told.emplace_back("same");
  return told;
}

const syntax::Gateway* GatewayOf(const syntax::Policy& policy, const std::string& name,
                                 const Witness& witness) {
  for (const bool by_name : {true, false}) {
    for (const syntax::Gateway& gateway : policy.gateways) {
      if (by_name && gateway.name == name) return &gateway;
      for (const syntax::Listener& listener : gateway.listeners) {
        if (!by_name && listener.address == witness.address) return &gateway;
      }
    }
  }
  return nullptr;
}

// Whether the policy treats the witness as told.
bool IsTreatedSo(const syntax::Policy& policy, const std::string& name, const Shown& shown,
                 const Treatment& told, const model::Identity& caller) {
  const syntax::Gateway* gateway = GatewayOf(policy, name, shown.witness);
  const auto unserved = told.reason == "not-served";
  if (gateway == nullptr) return unserved;
  const auto listener = std::find_if(
      gateway->listeners.begin(), gateway->listeners.end(),
      [&](const syntax::Listener& one) { return one.address == shown.witness.address; });
  if (listener == gateway->listeners.end()) return unserved;
  const bool https = listener->protocol == syntax::Listener::Protocol::kHttps;
  if (unserved) {
    return (shown.witness.scheme == "https") != https ||
           (listener->mtls == syntax::Listener::Mtls::kStrict && !shown.witness.peer);
  }
  model::Connection connection = ConnectionOf(shown.witness);
  connection.listener = static_cast<std::uint32_t>(listener - gateway->listeners.begin());
  if (listener->mtls == syntax::Listener::Mtls::kOff) connection.peer_identity.reset();
  const auto place = static_cast<std::uint32_t>(gateway - policy.gateways.data());
  model::World world;
  world.charge = [](auto, const auto&) { return model::LimitVerdict::kAdmitted; };
  world.identify = [&](const auto&) { return caller; };
  const auto outcome = model::Decide(policy, place, RawRequestOf(shown.witness), connection, world);
  const bool forwards = outcome.kind == model::Outcome::Kind::kForward;
  const std::string route = outcome.route ? gateway->routes[*outcome.route].name : "";
  return forwards == told.forwards && outcome.reason == told.reason && route == told.route &&
         (forwards || outcome.status == told.status);
}

void ReplayAll(const syntax::Policy& before, const syntax::Policy& after,
               const DiffResult& result) {
  for (const Region& region : result.regions) {
    std::vector<Shown> all{region.shown};
    for (const auto& [change, shown] : region.also) all.push_back(shown);
    for (const Shown& shown : all) {
      EXPECT_TRUE(IsTreatedSo(before, region.gateway, shown, shown.before, shown.caller_before))
          << "before: " << InWords(region.change, shown) << "\n"
          << Curl(shown.witness);
      EXPECT_TRUE(IsTreatedSo(after, region.gateway, shown, shown.after, shown.caller_after))
          << "after: " << InWords(region.change, shown) << "\n"
          << Curl(shown.witness);
    }
  }
}

dsl::LoadResult LoadEdited(const Case& one) {
  std::string text = ReadFile("base.weir");
  for (const auto& [from, to] : one.edits) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "the base has no " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
  }
  return dsl::LoadText("after.weir", text);
}

TEST(Diff, EachChangeIsToldAsItIs) {
  const bool update = std::getenv("WEIR_GOLDEN_UPDATE") != nullptr;
  const dsl::LoadResult before = dsl::LoadText("before.weir", ReadFile("base.weir"));
  ASSERT_TRUE(before.policy);
  std::string comment;
  std::string written;
  for (const Case& one : Cases(comment)) {
    SCOPED_TRACE(one.head);
    const dsl::LoadResult after = LoadEdited(one);
    for (const auto& diagnostic : after.diagnostics) ADD_FAILURE() << diagnostic.message;
    if (!after.policy) continue;
    const DiffResult result = Diff({&*before.policy, kFolder}, {&*after.policy, kFolder});
    ReplayAll(*before.policy, *after.policy, result);
    const std::vector<std::string> told = Told(result);
    if (!update) {
      EXPECT_EQ(told, one.told);
    }
    EXPECT_EQ(result.same(), told == std::vector<std::string>{"same"});
    written += one.head + "\n";
    for (const std::string& line : told) written += line + "\n";
    written += "\n";
  }
  if (update) std::ofstream(kFolder + "cases", std::ios::binary) << comment << written;
}

}  // namespace
}  // namespace weir::compiler
