// Outcomes as an example writes them.
#include "compiler/examples/examples.h"

namespace weir::compiler {
namespace {

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

const std::string* LocationOf(const model::Outcome& outcome) {
  for (const auto& [name, value] : outcome.response_fields) {
    if (name == "location") return &value;
  }
  return nullptr;
}

}  // namespace

std::string InWords(const syntax::Policy& policy, const syntax::ExampleOutcome& outcome) {
  using Kind = syntax::ExampleOutcome::Kind;
  std::string words = outcome.kind == Kind::kForward   ? "forward"
                      : outcome.kind == Kind::kRespond ? "respond"
                                                       : "redirect";
  if (outcome.status) words += " " + std::to_string(*outcome.status);
  if (outcome.service) words += " " + policy[*outcome.service].name;
  if (outcome.route) words += " route " + *outcome.route;
  if (outcome.path) words += " path " + Quoted(*outcome.path);
  return words;
}

std::string InWords(const syntax::Policy& policy, std::uint32_t gateway,
                    const model::Outcome& outcome) {
  std::string words;
  if (outcome.kind == model::Outcome::Kind::kForward) {
    words = "forward";
    for (std::uint32_t service : outcome.services) words += " " + policy.services[service].name;
    words += " path " + Quoted(outcome.upstream_path);
  } else if (outcome.reason == "redirect") {
    const std::string* location = LocationOf(outcome);
    words =
        "redirect " + std::to_string(outcome.status) + " to " + Quoted(location ? *location : "");
  } else {
    words = "respond " + std::to_string(outcome.status) + " (" + outcome.reason + ")";
  }
  if (outcome.route) words += " by route " + policy.gateways[gateway].routes[*outcome.route].name;
  return words;
}

}  // namespace weir::compiler
