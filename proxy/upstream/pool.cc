#include "proxy/upstream/pool.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "proxy/upstream/lane.h"

namespace weir::proxy::upstream {

using http1::Standing;

Pool::Pool(std::shared_ptr<Lane> lane, const net::SocketAddress& address)
    : lane_(std::move(lane)), address_(address) {
  lane_->Enter(*this);
}

Pool::~Pool() {
  while (!all_.empty()) all_.back()->Close();
  lane_->Leave(*this);
}

void Pool::DropEnded() {
  while (!idle_.empty() && !idle_.back()->StillOpen()) {
    lane_->CountStale();
    idle_.back()->Close();
  }
}

Pool::Connection* Pool::TakeNewest() {
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.back();
  idle_.pop_back();
  return connection;
}

Pool::Connection* Pool::TakeOldest() {
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.front();
  idle_.erase(idle_.begin());
  return connection;
}

Pool::Connection* Pool::Connect(int& error) {
  auto fd = net::Connect(address_);
  error = fd ? ENOMEM : fd.error();  // the former: the kernel watches no more descriptors
  return fd ? Add(std::move(*fd), false) : nullptr;
}

Pool::Connection* Pool::Adopt(net::Fd fd, std::uint32_t served) {
  Connection* connection = Add(std::move(fd), true);
  if (connection != nullptr) connection->served = served;
  return connection;
}

Pool::Connection* Pool::Add(net::Fd fd, bool connected) {
  net::Loop& loop = lane_->loop();
  auto* connection = new Connection(loop, std::move(fd), *this,
                                    loop.now() + lane_->settings().connect_timeout, connected);
  if (!connection->Watch()) {
    delete connection;
    return nullptr;
  }
  connection->place = all_.size();
  all_.push_back(connection);
  return connection;
}

void Pool::Remove(Connection& connection) {
  all_[connection.place] = all_.back();
  all_[connection.place]->place = connection.place;
  all_.pop_back();
}

net::Fd Pool::Detach(Connection& connection) {
  Remove(connection);
  return connection.Detach();
}

void Pool::Park(Connection& connection) {
  connection.standing = Standing::kIdle;
  idle_.push_back(&connection);
  connection.ExpireAt(lane_->loop().now() + lane_->settings().idle_timeout);
}

void Pool::CloseIdle() {
  while (!idle_.empty()) idle_.back()->Close();
}

void Pool::OnIdle(Connection& connection) {
  ++connection.served;
  lane_->Ended(*this, connection);
}

void Pool::OnClosed(Connection& connection) {
  if (connection.standing == Standing::kIdle) {
    const auto idle = std::find(idle_.rbegin(), idle_.rend(), &connection);
    if (idle != idle_.rend()) idle_.erase(std::next(idle).base());
  }
  Remove(connection);
  lane_->Closed(connection);
}

}  // namespace weir::proxy::upstream
