// One gateway on one side of a comparison: its rows, and what becomes of a
// request that is played on it. Gateways of both sides are paired by name, then
// by an address that both listen on; listeners by address and port.
#ifndef WEIR_COMPILER_ENCODE_DIFF_SIDE_H_
#define WEIR_COMPILER_ENCODE_DIFF_SIDE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/encode/diff.h"
#include "compiler/encode/order.h"
#include "compiler/encode/universe.h"
#include "compiler/replay/replay.h"
#include "spec/model/model.h"

namespace weir::compiler {

struct Side {
  DiffInput input;
  const syntax::Gateway* gateway = nullptr;  // null: this side has no such gateway
  // Names of this side that are other names on the other side: what they are
  // called there. Only the old side has any.
  std::map<std::string, std::string> renamed_services;
  std::shared_ptr<const TableReplay> replay = nullptr;  // null: no table is compared

  const syntax::Policy& policy() const { return *input.policy; }
  std::uint32_t place() const {
    return static_cast<std::uint32_t>(gateway - input.policy->gateways.data());
  }
  std::string ServiceName(std::uint32_t service) const;
};

struct ListenerPair {
  std::optional<std::uint32_t> before;  // place in the gateway's listeners
  std::optional<std::uint32_t> after;
};

std::vector<ListenerPair> PairListeners(const Side& before, const Side& after);

// The places of gateways, old and new; one side may be missing.
std::vector<std::pair<std::optional<std::uint32_t>, std::optional<std::uint32_t>>> PairGateways(
    const syntax::Policy& before, const syntax::Policy& after);

// The side's rows. Scopes of credentials are called by `scopes`' names, where it
// has any.
std::vector<Row> RowsOf(Universe& universe, const Side& side,
                        const std::vector<std::uint32_t>& listeners,
                        const std::map<std::string, std::string>& scopes);

// In place of a reason where a side's table does otherwise than the model: such a
// request is never shown.
inline constexpr std::string_view kTableDiffers = "the table decides otherwise";

// What becomes of it on one side; nothing when it is not served at all: no such
// listener, another protocol, or no client certificate where one is demanded.
std::optional<model::Outcome> Play(const Side& side, std::optional<std::uint32_t> listener,
                                   const Witness& witness, const model::Identity& identity);

Treatment TreatmentOf(const Side& side, const std::optional<model::Outcome>& outcome);

// How much `before` differs from `after` for whoever looks at which requests pass.
Change Classify(const Treatment& before, const Treatment& after);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_SIDE_H_
