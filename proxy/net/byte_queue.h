// Bytes on their way out, first in, first out, in blocks of the loop's pool.
//
//   queue.Append(head);
//   std::array<iovec, 8> parts;
//   const std::size_t count = queue.Peek(parts);   // where the first bytes lie
//   queue.Drain(sent);                             // and these have left
//
// What was appended stays where it is until it is drained: a write that is under
// way may go on naming it while more is appended.
#ifndef WEIR_PROXY_NET_BYTE_QUEUE_H_
#define WEIR_PROXY_NET_BYTE_QUEUE_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "proxy/net/block_pool.h"

namespace weir::proxy::net {

class ByteQueue {
 public:
  explicit ByteQueue(BlockPool& pool) : pool_(pool) {}
  ~ByteQueue() { Clear(); }
  ByteQueue(const ByteQueue&) = delete;
  ByteQueue& operator=(const ByteQueue&) = delete;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void Append(std::string_view bytes);
  // Fills `parts` with the first bytes, in order; how many parts it filled.
  std::size_t Peek(std::span<iovec> parts) const;
  void Drain(std::size_t bytes);  // at most size()
  void Clear();

 private:
  struct Piece {
    BlockPool::Block block;
    std::uint32_t begin = 0, end = 0;
  };
  void DropFirst();

  BlockPool& pool_;
  std::vector<Piece> pieces_;
  std::size_t first_ = 0;  // of pieces_; those before it have left
  std::size_t size_ = 0;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_BYTE_QUEUE_H_
