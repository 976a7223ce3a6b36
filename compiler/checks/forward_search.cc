// With fewer earlier routes more requests get through to this one, so "none" in
// an extract of the gateway is none in the whole. The methods in question are
// never OPTIONS, so preflights play no part.
#include "compiler/checks/forward_search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/checks/gateway_extract.h"
#include "compiler/encode/classes.h"
#include "compiler/encode/confirm.h"
#include "compiler/encode/decode.h"
#include "compiler/encode/order.h"
#include "compiler/encode/symbolic.h"

namespace weir::compiler {
ForwardSearch::ForwardSearch(const syntax::Policy& policy, std::uint32_t gateway,
                             ForwardBudget budget)
    : policy_(policy), gateway_(gateway), budget_(budget), requests_(policy, gateway) {}

ForwardSearch::Found ForwardSearch::UnsafeMethod(std::uint32_t route) {
  std::set<std::uint32_t> places{route};
  for (std::size_t round = 0; round < budget_.rounds; ++round) {
    Answer answer = Ask(route, places);
    if (!answer.taken_by) return std::move(answer.found);
    places.insert(*answer.taken_by);
  }
  return {{},
          "too many earlier routes take what it matches (" + std::to_string(places.size()) +
              " were looked at)"};
}

ForwardSearch::Answer ForwardSearch::Ask(std::uint32_t route,
                                         const std::set<std::uint32_t>& places) {
  syntax::Gateway part = WithRoutes(policy_.gateways[gateway_], places);
  for (syntax::Route& each : part.routes) each.cors.reset();
  const auto own = static_cast<std::uint32_t>(std::distance(places.begin(), places.find(route)));
  Universe u;
  const std::vector<std::uint32_t> listeners = AddListeners(u, part);
  const std::vector<Row> rows = EncodeGateway(u, policy_, part, listeners, Unsendable::kApart);
  const auto row = std::ranges::find_if(
      rows, [&](const Row& each) { return each.forwards && each.route == own; });
  if (row == rows.end()) return {};
  const std::uint32_t method = u.At({Part::kMethod, "", ""});
  const Formula post = u.f.And(row->when, u.Equals(method, "POST"));
  std::vector<Formula> other{row->when};
  for (const char* name : {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"}) {
    other.push_back(u.f.Not(u.Equals(method, name)));
  }
  const Formula any = u.f.And(other);
  const auto classes = ClassesOf(u);
  if (!classes) return {{{}, classes.error()}, {}};
  Symbolic symbolic(u, *classes);
  auto found = symbolic.Find("a POST is forwarded", post, budget_.query_ms);
  if (found.kind != Symbolic::Found::Kind::kSome) {
    found = symbolic.Find("an unsafe method is forwarded", any, budget_.query_ms);
  }
  if (found.kind == Symbolic::Found::Kind::kNone) return {};
  if (found.kind == Symbolic::Found::Kind::kUnknown) return {{{}, found.reason}, {}};
  RouteRequests::Sent sent{Decode(u, found.request, row->place, listeners),
                           IdentityOf(u, found.request, row->place)};
  Witness looked_up = sent.witness;
  looked_up.client = ConnectionOf(sent.witness).peer_address;
  const auto taken_by = requests_.engine().FirstMatch(looked_up);
  if (taken_by && *taken_by < route) return {{}, taken_by};
  std::string wrong = requests_.Forwards(sent, route);
  if (!wrong.empty()) return {{{}, std::move(wrong)}, {}};
  return {{std::move(sent), ""}, {}};
}

}  // namespace weir::compiler
