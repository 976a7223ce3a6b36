#include "compiler/replay/request.h"

namespace weir::compiler {

RuntimeRequest::RuntimeRequest(const syntax::Gateway& gateway, const model::RawRequest& raw,
                               const model::Connection& connection) {
  for (const auto& [name, value] : raw.fields) fields_.push_back({name, value});
  raw_.method = raw.method;
  raw_.target = raw.target;
  raw_.scheme = raw.scheme;
  raw_.minor_version = raw.minor_version;
  raw_.fields = fields_;
  facts_.peer_address = {connection.peer_address.octets};
  facts_.listener = connection.listener;
  facts_.listener_port = gateway.listeners[connection.listener].address.port;
  facts_.via = connection.via;
  facts_.loops_allowed = connection.loops_allowed;
  if (connection.peer_identity) facts_.peer_identity = *connection.peer_identity;
}

}  // namespace weir::compiler
