#include "proxy/server/listeners.h"

#include <charconv>
#include <utility>

namespace weir::proxy::server {

std::expected<ListenOverride, std::string> ParseListenOverride(const std::string& text) {
  const auto bad = [&] {
    return std::unexpected("--listen takes NAME/INDEX=ADDRESS:PORT, not \"" + text + "\"");
  };
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return bad();
  const std::size_t slash = text.rfind('/', equals);
  if (slash == std::string::npos) return bad();
  ListenOverride out;
  out.name = text.substr(0, slash);
  const char* first = text.data() + slash + 1;
  const char* last = text.data() + equals;
  if (const auto [end, error] = std::from_chars(first, last, out.index);
      error != std::errc() || end != last) {
    return bad();
  }
  const auto address = net::ParseSocketAddress(text.substr(equals + 1));
  if (!address) return bad();
  out.address = *address;
  return out;
}

std::expected<ListenerPlan, std::string> Listeners::Bind(std::string key, std::uint32_t index,
                                                         net::SocketAddress address) const {
  ListenerPlan plan{std::move(key), index, address, {}};
  if (auto free = net::CheckFree(address); !free) return std::unexpected(free.error());
  for (std::size_t i = 0; i < workers_; ++i) {
    auto socket = net::Listen(plan.bound);
    if (!socket) return std::unexpected(socket.error());
    if (i == 0) plan.bound = net::LocalAddress(socket->get());  // port 0 is chosen once
    plan.sockets.push_back(std::move(*socket));
  }
  return plan;
}

std::expected<std::vector<ListenerPlan>, std::string> Listeners::Plan(
    const runtime::Table& table) const {
  const auto records = runtime::Table::Slice(table.listeners(), table.gateway().listeners);
  const std::string_view name = table.text(table.gateway().name);
  for (const ListenOverride& override : overrides_) {
    if (override.name != name || override.index >= records.size()) {
      return std::unexpected("--listen names " + override.name + "/" +
                             std::to_string(override.index) + ", which the table of \"" +
                             std::string(name) + "\" does not have");
    }
  }
  std::vector<ListenerPlan> plan;
  for (std::uint32_t i = 0; i < records.size(); ++i) {
    net::SocketAddress address{records[i].address, static_cast<std::uint16_t>(records[i].port)};
    std::string key;
    for (const ListenOverride& override : overrides_) {
      if (override.index != i) continue;
      address = override.address;
      key = "override " + std::to_string(i) + " ";
    }
    key += net::ToString(address);
    if (const auto open = open_.find(key); open != open_.end()) {
      plan.push_back({key, i, open->second, {}});
      continue;
    }
    auto bound = Bind(std::move(key), i, address);
    if (!bound) return std::unexpected(bound.error());
    plan.push_back(std::move(*bound));
  }
  return plan;
}

void Listeners::Commit(const std::vector<ListenerPlan>& plan) {
  open_.clear();
  for (const ListenerPlan& listener : plan) open_[listener.key] = listener.bound;
}

}  // namespace weir::proxy::server
