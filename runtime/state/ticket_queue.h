// First in, first out, from whose middle one can leave; every step takes constant
// time. A ticket's id is never 0 and names a place and its generation, so a ticket
// that is out of the queue is known for what it is when it comes again.
#ifndef WEIR_RUNTIME_STATE_TICKET_QUEUE_H_
#define WEIR_RUNTIME_STATE_TICKET_QUEUE_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace weir::runtime {

struct Ticket {
  std::uint32_t worker = 0;
  std::uint64_t id = 0;
};

class TicketQueue {
 public:
  Ticket Push(std::uint32_t worker);
  std::optional<Ticket> Pop();
  bool Remove(const Ticket& ticket);  // false: it is not in the queue
  std::uint32_t size() const { return size_; }
  std::uint64_t head() const { return head_ == kNone ? 0 : TicketOf(head_).id; }  // its id; 0: none

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;
  struct Node {
    std::uint32_t worker = 0;
    std::uint32_t generation = 0;  // odd while in the queue
    std::uint32_t before = kNone;
    std::uint32_t after = kNone;  // also links the free ones
  };

  Ticket TicketOf(std::uint32_t place) const {
    return {nodes_[place].worker, std::uint64_t{nodes_[place].generation} << 32 | place};
  }
  void Unlink(std::uint32_t place);

  std::vector<Node> nodes_;
  std::uint32_t head_ = kNone;
  std::uint32_t tail_ = kNone;
  std::uint32_t free_ = kNone;
  std::uint32_t size_ = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_STATE_TICKET_QUEUE_H_
