// Client connections that wait for a request, the longest waiting first: who is
// closed when connections are short.
#ifndef WEIR_PROXY_SERVER_WAITING_CLIENTS_H_
#define WEIR_PROXY_SERVER_WAITING_CLIENTS_H_

#include "proxy/http/connection.h"

namespace weir::proxy::server {

// A list through the connections themselves, so that each request costs two
// steps that allocate nothing. Those in it must not be deleted.
class WaitingClients {
 public:
  void Add(ClientConnection& connection) {  // as the one that waits the shortest
    Remove(connection);
    connection.waiting = {.listed = true, .longer = newest_, .shorter = nullptr};
    (newest_ != nullptr ? newest_->waiting.shorter : oldest_) = &connection;
    newest_ = &connection;
  }
  void Remove(ClientConnection& connection) {
    const ClientConnection::Waiting links = connection.waiting;
    if (!links.listed) return;
    (links.longer != nullptr ? links.longer->waiting.shorter : oldest_) = links.shorter;
    (links.shorter != nullptr ? links.shorter->waiting.longer : newest_) = links.longer;
    connection.waiting = {};
  }
  ClientConnection* oldest() const { return oldest_; }

 private:
  ClientConnection* oldest_ = nullptr;
  ClientConnection* newest_ = nullptr;
};

}  // namespace weir::proxy::server

#endif  // WEIR_PROXY_SERVER_WAITING_CLIENTS_H_
