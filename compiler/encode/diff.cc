// Gateways of one name share a universe: the same request is put to both. A
// listener that only one side has takes requests that the other side does not
// serve at all.
#include "compiler/encode/diff.h"

#include <algorithm>
#include <set>
#include <utility>

#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/difference.h"

namespace weir::compiler {
namespace {

using syntax::Policy;

struct Side {
  const Policy* policy = nullptr;
  const syntax::Gateway* gateway = nullptr;  // null: no gateway of this name
  std::vector<std::uint32_t> listeners;
  std::vector<Row> rows;
};

const syntax::Gateway* Named(const Policy& policy, const std::string& name) {
  for (const auto& gateway : policy.gateways) {
    if (gateway.name == name) return &gateway;
  }
  return nullptr;
}

void EncodeSide(Universe& u, Side& side) {
  Formula served = kFalse;
  if (side.gateway != nullptr) {
    std::vector<bool> own(u.listeners().size());
    for (std::uint32_t listener : side.listeners) own[listener] = true;
    served = u.Chosen(u.At({Part::kListener, "", ""}), own);
    side.rows = EncodeGateway(u, *side.policy, *side.gateway, side.listeners);
    for (Row& row : side.rows) row.when = u.f.And(row.when, served);
  }
  Row none;
  none.when = u.f.Not(served);
  none.reason = "not-served";
  side.rows.push_back(std::move(none));
}

// Whoever sends no credential sends none to the other policy either.
void CorrelateCredentials(Universe& u) {
  std::vector<Formula> none;
  for (std::uint32_t d = 0; d < u.dimensions().size(); ++d) {
    if (u.dimensions()[d].key.part == Part::kJwt) none.push_back(u.Is(d, kNoCredential));
  }
  for (std::size_t i = 1; i < none.size(); ++i) {
    u.constraints.push_back(u.f.Choose(none[0], none[i], u.f.Not(none[i])));
  }
}

Treatment TreatmentOf(const Row& row) {
  return {row.forwards, row.status, row.reason, row.route_name, row.services};
}

Change Classify(const Row& before, const Row& after) {
  if (before.forwards != after.forwards) {
    return after.forwards ? Change::kOpened : Change::kClosed;
  }
  const auto set = [](const Row& row) {
    return std::set<std::string>(row.services.begin(), row.services.end());
  };
  if (before.forwards && set(before) != set(after)) return Change::kMoved;
  return Change::kChanged;
}

std::vector<AspectChange> ChangesOf(const Row& before, const Row& after) {
  std::set<std::string> names;
  for (const auto& [name, text] : before.aspects) names.insert(name);
  for (const auto& [name, text] : after.aspects) names.insert(name);
  std::vector<AspectChange> changes;
  for (const std::string& name : names) {
    const auto text = [&](const Row& row) {
      const auto place = row.aspects.find(name);
      return place == row.aspects.end() ? std::string() : place->second;
    };
    if (text(before) != text(after)) changes.push_back({name, text(before), text(after)});
  }
  return changes;
}

Region RegionOf(const Universe& u, const std::string& gateway, const Side& before,
                const Side& after, const Disagreement& found) {
  const Row& old_row = before.rows[found.first];
  const Row& new_row = after.rows[found.second];
  Region region;
  region.gateway = gateway;
  region.change = Classify(old_row, new_row);
  region.before = TreatmentOf(old_row);
  region.after = TreatmentOf(new_row);
  // A gateway that came or went differs as a whole; its details say nothing more.
  if (old_row.reason != "not-served" && new_row.reason != "not-served") {
    region.aspects = ChangesOf(old_row, new_row);
  }
  const bool by_new = new_row.forwards || old_row.reason == "not-served";
  const Side& side = by_new ? after : before;
  const Row& row = by_new ? new_row : old_row;
  region.witness = Decode(u, found.request, row.place, side.listeners);
  region.circumstance = Circumstance(u, found.request, row.place);
  // A credential that only the other policy asks for belongs to the request as well.
  const Side& other_side = by_new ? before : after;
  const Row& other_row = by_new ? old_row : new_row;
  Witness other = Decode(u, found.request, other_row.place, other_side.listeners);
  if (!region.witness.jwt && other.jwt) {
    region.witness.jwt = true;
    region.witness.claims = std::move(other.claims);
  }
  if (!region.witness.consumer) region.witness.consumer = std::move(other.consumer);
  if (region.circumstance.empty()) {
    region.circumstance = Circumstance(u, found.request, other_row.place);
  }
  return region;
}

// Plays the region's request on the model of one side.
std::string Replays(const Universe& u, const Side& side, const Row& row,
                    const Disagreement& found) {
  if (row.reason == "not-served") return "";
  const auto gateway = static_cast<std::uint32_t>(side.gateway - side.policy->gateways.data());
  return Confirm(
      *side.policy, gateway, nullptr, Decode(u, found.request, row.place, side.listeners),
      IdentityOf(u, found.request, row.place), {row.forwards, row.status, row.reason, row.route});
}

void DiffGateway(const std::string& name, Side before, Side after, const DiffOptions& options,
                 DiffResult& result) {
  Universe u;
  for (Side* side : {&before, &after}) {
    if (side->gateway != nullptr) side->listeners = AddListeners(u, *side->gateway);
  }
  EncodeSide(u, before);
  EncodeSide(u, after);
  CorrelateCredentials(u);
  const auto classes = ClassesOf(u);
  if (!classes) {
    result.unknown.push_back(name + ": " + classes.error());
    return;
  }
  Symbolic symbolic(u, *classes);
  DifferenceOptions difference;
  difference.budget_ms = options.budget_ms;
  difference.max_regions = options.max_regions;
  const Differences found =
      FindDifferences(u, symbolic, "diff of " + name, before.rows, after.rows, difference);
  for (const Disagreement& region : found.regions) {
    std::string wrong = Replays(u, before, before.rows[region.first], region);
    if (wrong.empty()) wrong = Replays(u, after, after.rows[region.second], region);
    if (wrong.empty())
      result.regions.push_back(RegionOf(u, name, before, after, region));
    else
      result.unknown.push_back(name + ": a region's request does not replay: " + wrong);
  }
  result.more |= found.more;
  if (!found.unknown.empty()) result.unknown.push_back(name + ": " + found.unknown);
}

}  // namespace

std::string_view ChangeName(Change change) {
  constexpr std::string_view kNames[] = {"opened", "closed", "moved", "changed"};
  return kNames[static_cast<std::size_t>(change)];
}

DiffResult Diff(const Policy& before, const Policy& after, const DiffOptions& options) {
  DiffResult result;
  std::vector<std::string> names;
  for (const Policy* policy : {&before, &after}) {
    for (const auto& gateway : policy->gateways) {
      if (std::find(names.begin(), names.end(), gateway.name) == names.end()) {
        names.push_back(gateway.name);
      }
    }
  }
  for (const std::string& name : names) {
    DiffGateway(name, {&before, Named(before, name), {}, {}}, {&after, Named(after, name), {}, {}},
                options, result);
  }
  return result;
}

}  // namespace weir::compiler
