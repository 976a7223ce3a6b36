#include "runtime/state/ticket_queue.h"

namespace weir::runtime {

Ticket TicketQueue::Push(std::uint32_t worker) {
  std::uint32_t place = free_;
  if (place == kNone) {
    place = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  } else {
    free_ = nodes_[place].after;
  }
  Node& node = nodes_[place];
  node.worker = worker;
  ++node.generation;
  node.before = tail_;
  node.after = kNone;
  (tail_ == kNone ? head_ : nodes_[tail_].after) = place;
  tail_ = place;
  ++size_;
  return TicketOf(place);
}

std::optional<Ticket> TicketQueue::Pop() {
  if (head_ == kNone) return {};
  const Ticket ticket = TicketOf(head_);
  Unlink(head_);
  return ticket;
}

bool TicketQueue::Remove(const Ticket& ticket) {
  const auto place = static_cast<std::uint32_t>(ticket.id);
  const auto generation = static_cast<std::uint32_t>(ticket.id >> 32);
  if (place >= nodes_.size() || generation % 2 == 0 || nodes_[place].generation != generation) {
    return false;
  }
  Unlink(place);
  return true;
}

void TicketQueue::Unlink(std::uint32_t place) {
  Node& node = nodes_[place];
  (node.before == kNone ? head_ : nodes_[node.before].after) = node.after;
  (node.after == kNone ? tail_ : nodes_[node.after].before) = node.before;
  ++node.generation;
  node.after = free_;
  free_ = place;
  --size_;
}

}  // namespace weir::runtime
