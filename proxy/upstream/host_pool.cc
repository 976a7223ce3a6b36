#include "proxy/upstream/host_pool.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "proxy/upstream/worker_pool.h"

namespace weir::proxy::upstream {

HostPool::HostPool(std::shared_ptr<WorkerPool> worker_pool, const net::SocketAddress& address,
                   const Connector& connector)
    : worker_pool_(std::move(worker_pool)), address_(address), connector_(connector) {
  worker_pool_->Enter(*this);
}

HostPool::~HostPool() {
  while (!all_.empty()) all_.back()->Close();
  worker_pool_->Leave(*this);
}

void HostPool::DropEnded() {
  while (!idle_.empty() && !idle_.back()->StillOpen()) {
    worker_pool_->CountStale();
    idle_.back()->Close();
  }
}

HostPool::Connection* HostPool::WithRoom() {
  if (!with_room_.empty()) return with_room_.back();
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.back();
  idle_.pop_back();
  return connection;
}

HostPool::Connection* HostPool::LeastUsed() const {
  Connection* least = nullptr;
  for (Connection* connection : all_) {
    if (connection->state != ConnectionState::kInUse || connection->capacity() == 1) continue;
    if (least == nullptr || connection->streams < least->streams) least = connection;
  }
  return least;
}

void HostPool::Drain(Connection& connection) {
  connection.draining = true;
  NoteRoom(connection);
}

// A connection whose capacity grows is noted when one of its requests ends.
void HostPool::NoteRoom(Connection& connection) {
  const bool room = connection.state == ConnectionState::kInUse && !connection.draining &&
                    connection.streams < connection.capacity() &&
                    worker_pool_->MayCarryMore(connection);
  const auto at = std::ranges::find(with_room_, &connection);
  if (room && at == with_room_.end()) with_room_.push_back(&connection);
  if (!room && at != with_room_.end()) with_room_.erase(at);
}

UpstreamStream& HostPool::Begin(Connection& connection, UpstreamEvents& events) {
  connection.state = ConnectionState::kInUse;
  ++connection.streams;
  ++connection.served;
  if (connection.capacity() != 1) NoteRoom(connection);
  return connection.Begin(events);
}

HostPool::Connection* HostPool::TakeOldest() {
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.front();
  idle_.erase(idle_.begin());
  return connection;
}

HostPool::Connection* HostPool::Connect(int& error) {
  net::Loop& loop = worker_pool_->loop();
  const std::int64_t by = loop.now() + worker_pool_->settings().connect_timeout;
  if (worker_pool_->budget().upstreams_full()) worker_pool_->MakeRoom();
  auto made = connector_.Connect(loop, address_, *this, by);
  const bool none_free = !made && (made.error() == EMFILE || made.error() == ENFILE);
  if (none_free && worker_pool_->MakeRoom()) made = connector_.Connect(loop, address_, *this, by);
  error = made ? 0 : made.error();
  return made ? Add(*made) : nullptr;
}

HostPool::Connection* HostPool::Adopt(net::Fd fd, std::uint32_t served) {
  const auto made = connector_.Adopt(worker_pool_->loop(), std::move(fd), *this);
  if (!made) return nullptr;
  (*made)->served = served;
  return Add(*made);
}

HostPool::Connection* HostPool::Add(Connection* connection) {
  connection->place = all_.size();
  all_.push_back(connection);
  worker_pool_->budget().UpstreamOpened();
  return connection;
}

void HostPool::Remove(Connection& connection) {
  if (!with_room_.empty()) std::erase(with_room_, &connection);
  all_[connection.place] = all_.back();
  all_[connection.place]->place = connection.place;
  all_.pop_back();
  worker_pool_->budget().UpstreamClosed();
}

net::Fd HostPool::Detach(Connection& connection) {
  Remove(connection);
  return connection.Detach();
}

void HostPool::Park(Connection& connection) {
  connection.state = ConnectionState::kIdle;
  connection.idle_since = worker_pool_->loop().now();
  idle_.push_back(&connection);
  connection.ExpireAt(worker_pool_->loop().now() + worker_pool_->settings().idle_timeout);
}

void HostPool::CloseIdle() {
  while (!idle_.empty()) idle_.back()->Close();
}

void HostPool::OnStreamOver(Connection& connection) {
  --connection.streams;
  if (connection.streams > 0) NoteRoom(connection);
  if (connection.streams == 0 && !with_room_.empty()) std::erase(with_room_, &connection);
  worker_pool_->Ended(*this, connection);
}

void HostPool::OnClosed(Connection& connection) {
  if (connection.state == ConnectionState::kIdle) {
    const auto idle = std::find(idle_.rbegin(), idle_.rend(), &connection);
    if (idle != idle_.rend()) idle_.erase(std::next(idle).base());
  }
  Remove(connection);
  worker_pool_->Closed(connection);
}

}  // namespace weir::proxy::upstream
