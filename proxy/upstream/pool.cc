#include "proxy/upstream/pool.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "proxy/upstream/lane.h"

namespace weir::proxy::upstream {

Pool::Pool(std::shared_ptr<Lane> lane, const net::SocketAddress& address,
           const Connector& connector)
    : lane_(std::move(lane)), address_(address), connector_(connector) {
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

Pool::Connection* Pool::WithRoom() {
  if (!with_room_.empty()) return with_room_.back();
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.back();
  idle_.pop_back();
  return connection;
}

Pool::Connection* Pool::LeastUsed() const {
  Connection* least = nullptr;
  for (Connection* connection : all_) {
    if (connection->standing != Standing::kInUse || connection->capacity() == 1) continue;
    if (least == nullptr || connection->streams < least->streams) least = connection;
  }
  return least;
}

void Pool::Drain(Connection& connection) {
  connection.draining = true;
  NoteRoom(connection);
}

// Who grows its capacity is seen to have room when one of its requests ends.
void Pool::NoteRoom(Connection& connection) {
  const bool room = connection.standing == Standing::kInUse && !connection.draining &&
                    connection.streams < connection.capacity() && lane_->MayCarryMore(connection);
  const auto at = std::ranges::find(with_room_, &connection);
  if (room && at == with_room_.end()) with_room_.push_back(&connection);
  if (!room && at != with_room_.end()) with_room_.erase(at);
}

UpstreamStream& Pool::Begin(Connection& connection, UpstreamEvents& events) {
  connection.standing = Standing::kInUse;
  ++connection.streams;
  ++connection.served;
  if (connection.capacity() != 1) NoteRoom(connection);
  return connection.Begin(events);
}

Pool::Connection* Pool::TakeOldest() {
  if (idle_.empty()) return nullptr;
  Connection* connection = idle_.front();
  idle_.erase(idle_.begin());
  return connection;
}

Pool::Connection* Pool::Connect(int& error) {
  net::Loop& loop = lane_->loop();
  const std::int64_t by = loop.now() + lane_->settings().connect_timeout;
  if (lane_->budget().upstreams_full()) lane_->MakeRoom();
  auto made = connector_.Connect(loop, address_, *this, by);
  const bool none_free = !made && (made.error() == EMFILE || made.error() == ENFILE);
  if (none_free && lane_->MakeRoom()) made = connector_.Connect(loop, address_, *this, by);
  error = made ? 0 : made.error();
  return made ? Add(*made) : nullptr;
}

Pool::Connection* Pool::Adopt(net::Fd fd, std::uint32_t served) {
  const auto made = connector_.Adopt(lane_->loop(), std::move(fd), *this);
  if (!made) return nullptr;
  (*made)->served = served;
  return Add(*made);
}

Pool::Connection* Pool::Add(Connection* connection) {
  connection->place = all_.size();
  all_.push_back(connection);
  lane_->budget().UpstreamOpened();
  return connection;
}

void Pool::Remove(Connection& connection) {
  if (!with_room_.empty()) std::erase(with_room_, &connection);
  all_[connection.place] = all_.back();
  all_[connection.place]->place = connection.place;
  all_.pop_back();
  lane_->budget().UpstreamClosed();
}

net::Fd Pool::Detach(Connection& connection) {
  Remove(connection);
  return connection.Detach();
}

void Pool::Park(Connection& connection) {
  connection.standing = Standing::kIdle;
  connection.idle_since = lane_->loop().now();
  idle_.push_back(&connection);
  connection.ExpireAt(lane_->loop().now() + lane_->settings().idle_timeout);
}

void Pool::CloseIdle() {
  while (!idle_.empty()) idle_.back()->Close();
}

void Pool::OnStreamOver(Connection& connection) {
  --connection.streams;
  if (connection.streams > 0) NoteRoom(connection);
  if (connection.streams == 0 && !with_room_.empty()) std::erase(with_room_, &connection);
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
