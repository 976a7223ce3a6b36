#include "runtime/decide/options.h"

#include "runtime/base/ascii.h"

namespace weir::runtime {

ListenerOptions::ListenerOptions(const TableView& table, std::uint32_t listener) {
  const GatewayRecord& gateway = table.gateway();
  const ListenerRecord& record = table.listeners()[gateway.listeners.first + listener];
  options_.path = {record.keep_encoded_slash != 0, record.keep_slashes != 0,
                   static_cast<PathParameters>(record.path_parameters)};
  options_.first_query = record.first_query != 0;
  options_.first_cookies = record.first_cookies != 0;
  options_.underscores = static_cast<Underscores>(record.underscores);
  for (const NetworkRecord& network : TableView::Slice(table.networks(), gateway.trusted_proxies)) {
    trusted_proxies_.push_back({network.base, network.prefix});
  }
  const auto names = [&](Range range, std::vector<std::string_view>& into) {
    for (StringRef name : TableView::Slice(table.strings(), range))
      into.push_back(table.text(name));
  };
  names(gateway.scalar_fields, scalar_fields_);
  names(gateway.scalar_queries, scalar_queries_);
  names(gateway.scalar_cookies, scalar_cookies_);
}

std::string DeploymentName(const Table& table) {
  std::string name(table.text(table.gateway().name));
  name.push_back('-');
  for (std::size_t i = 0; i < 6; ++i) AppendHex(static_cast<char>(table.source_hash()[i]), name);
  return name;
}

}  // namespace weir::runtime
