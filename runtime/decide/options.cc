#include "runtime/decide/options.h"

namespace weir::runtime {

ListenerOptions::ListenerOptions(const TableView& table, std::uint32_t listener) {
  const GatewayRecord& gateway = table.gateway();
  const ListenerRecord& record = table.listeners()[gateway.listeners.first + listener];
  options_.keep_encoded_slash = record.keep_encoded_slash != 0;
  options_.keep_slashes = record.keep_slashes != 0;
  options_.underscores = static_cast<Underscores>(record.underscores);
  for (const NetworkRecord& network : TableView::Slice(table.networks(), gateway.trusted_proxies)) {
    trusted_proxies_.push_back({network.base, network.prefix});
  }
  for (StringRef name : TableView::Slice(table.strings(), gateway.scalar_fields)) {
    scalar_fields_.push_back(table.text(name));
  }
}

}  // namespace weir::runtime
