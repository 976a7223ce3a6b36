#include "compiler/witness/confirm.h"

#include <algorithm>

#include "compiler/replay/replay.h"
#include "spec/model/address.h"

namespace weir::compiler {
namespace {

std::string Check(const std::string& who, const model::Outcome& outcome, const Expected& expected) {
  const bool forwards = outcome.kind == model::Outcome::Kind::kForward;
  const bool as_expected = forwards == expected.forwards && outcome.route == expected.route &&
                           outcome.reason == expected.reason && outcome.limit == expected.limit &&
                           (forwards || outcome.status == expected.status);
  if (as_expected) return "";
  return who + " decides otherwise than was found: " + Show(outcome);
}

}  // namespace

model::RawRequest RawRequestOf(const Witness& witness) {
  model::RawRequest raw;
  raw.method = witness.method;
  raw.scheme = witness.scheme;
  raw.target = Target(witness);
  if (witness.host.empty()) {
    raw.minor_version = 0;
  } else {
    raw.fields.emplace_back("host", Authority(witness));
  }
  for (const auto& header : witness.headers) raw.fields.push_back(header);
  const bool told = std::ranges::any_of(
      witness.headers, [](const auto& header) { return header.first == "x-forwarded-for"; });
  if (witness.proxy && witness.client && !told) {
    raw.fields.emplace_back("x-forwarded-for", model::AddressText(*witness.client));
  }
  return raw;
}

model::Connection ConnectionOf(const Witness& witness) {
  model::Connection connection;
  connection.peer_address = witness.proxy.value_or(witness.client.value_or(kSomeAddress));
  connection.listener = witness.listener;
  connection.peer_identity = witness.peer;
  return connection;
}

std::string Confirm(const syntax::Policy& policy, std::uint32_t gateway,
                    const std::shared_ptr<const runtime::Table>& table, const Witness& witness,
                    const model::Identity& identity, const Expected& expected) {
  model::World world;
  world.charge = [](std::uint32_t, const model::LimitKey&) {
    return model::LimitVerdict::kAdmitted;
  };
  world.identify = [&](const syntax::Authentication&) { return identity; };
  return Confirm(policy, gateway, table, witness, [&] { return world; }, expected);
}

std::string Confirm(const syntax::Policy& policy, std::uint32_t gateway,
                    const std::shared_ptr<const runtime::Table>& table, const Witness& witness,
                    const std::function<model::World()>& world, const Expected& expected) {
  const model::RawRequest raw = RawRequestOf(witness);
  const model::Connection connection = ConnectionOf(witness);
  std::string wrong =
      Check("the model", model::Decide(policy, gateway, raw, connection, world()), expected);
  if (!wrong.empty() || table == nullptr) return wrong;
  const TableReplay replay(policy, gateway, table);
  return Check("the table", replay.Run(raw, connection, world()), expected);
}

}  // namespace weir::compiler
