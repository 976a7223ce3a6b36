#include "proxy/upstream/endpoints_file.h"

#include <optional>
#include <set>
#include <utility>

#include "runtime/base/json.h"

namespace weir::proxy::upstream {
namespace {

constexpr std::int64_t kMaxWeight = 1'000'000;
constexpr std::size_t kMaxZone = 128;

// What is wrong with one member; empty: nothing.
std::string Read(const std::string& name, const json::Value& value, Endpoint& endpoint) {
  if (name == "address") {
    const auto address = value.is_string()
                             ? net::ParseSocketAddress(value.get_ref<const std::string&>())
                             : std::nullopt;
    if (!address || address->port == 0) return "\"address\" is not a literal ADDRESS:PORT";
    endpoint.address = *address;
  } else if (name == "weight") {
    const auto weight = json::Integer(value);
    if (!weight || *weight < 0 || *weight > kMaxWeight) return "\"weight\" is not 0 to 1000000";
    endpoint.weight = static_cast<std::uint32_t>(*weight);
  } else if (name == "zone") {
    if (!value.is_string()) return "\"zone\" is no string";
    endpoint.zone = value.get<std::string>();
    if (endpoint.zone.size() > kMaxZone) return "\"zone\" is longer than 128 octets";
  } else if (name == "ready") {
    if (!value.is_boolean()) return "\"ready\" is neither true nor false";
    endpoint.ready = value.get<bool>();
  } else {
    return "\"" + name + "\" is no member of an endpoint";
  }
  return {};
}

}  // namespace

std::expected<std::vector<Endpoint>, std::string> ParseEndpoints(std::string_view text) {
  const auto object = json::ParseObject(text);
  if (!object) return std::unexpected("it is not one JSON object");
  const json::Value* list = json::Member(*object, "endpoints");
  if (list == nullptr || !list->is_array() || object->size() != 1) {
    return std::unexpected("its one member is not a list \"endpoints\"");
  }
  if (list->size() > kMaxEndpoints) return std::unexpected("it lists more than 10000 endpoints");
  std::vector<Endpoint> out;
  std::set<net::SocketAddress> seen;
  for (const json::Value& item : *list) {
    const auto wrong = [&](const std::string& why) {
      return std::unexpected("endpoint " + std::to_string(out.size() + 1) + ": " + why);
    };
    if (!item.is_object()) return wrong("it is no object");
    Endpoint endpoint;
    if (!item.contains("address")) return wrong("it has no \"address\"");
    for (const auto& [name, value] : item.items()) {
      if (const std::string why = Read(name, value, endpoint); !why.empty()) return wrong(why);
    }
    if (!seen.insert(endpoint.address).second) {
      return wrong(net::ToString(endpoint.address) + " is listed twice");
    }
    out.push_back(std::move(endpoint));
  }
  return out;
}

}  // namespace weir::proxy::upstream
