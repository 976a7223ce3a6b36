// Bytes that came and are not used yet, contiguous. Its block comes from the
// loop's pool and goes back there once all is used.
#ifndef WEIR_PROXY_NET_IN_BUFFER_H_
#define WEIR_PROXY_NET_IN_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "proxy/net/block_pool.h"

namespace weir::proxy::net {

class InBuffer {
 public:
  explicit InBuffer(BlockPool& pool) : pool_(pool) {}
  ~InBuffer() { Release(); }
  InBuffer(const InBuffer&) = delete;
  InBuffer& operator=(const InBuffer&) = delete;

  std::string_view unread() const { return {block_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  // Room for at least `least` bytes (one or more). May move what is unread.
  std::span<char> Space(std::size_t least = 1) {
    if (block_ == nullptr) {
      Use(least);
    } else if (capacity_ - end_ < least) {
      // What is half used makes room by moving; else room doubles, so an appended
      // byte costs a bounded number of moves.
      const std::size_t held = end_ - begin_;
      const bool half_used = begin_ >= capacity_ / 2 && capacity_ - held >= least;
      Move(half_used ? capacity_ : std::max(2 * capacity_, held + least));
    }
    return {block_.get() + end_, capacity_ - end_};
  }
  void Produced(std::size_t bytes) { end_ += bytes; }
  void Append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(Space(bytes.size()).data(), bytes.data(), bytes.size());
    Produced(bytes.size());
  }
  // Gives the block back once all is used.
  void Consume(std::size_t bytes) {
    begin_ += bytes;
    if (begin_ == end_) Release();
  }
  void Release() {
    if (block_ != nullptr && capacity_ == BlockPool::kBlockSize) pool_.Give(std::move(block_));
    block_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void Use(std::size_t capacity) {
    const bool pooled = capacity <= BlockPool::kBlockSize;
    capacity_ = pooled ? BlockPool::kBlockSize : capacity;
    block_ = pooled ? pool_.Take() : std::make_unique_for_overwrite<char[]>(capacity);
  }
  void Move(std::size_t capacity) {
    const std::string_view held = unread();
    BlockPool::Block before = std::move(block_);
    const bool pooled = capacity_ == BlockPool::kBlockSize;
    Use(capacity);
    if (!held.empty()) std::memcpy(block_.get(), held.data(), held.size());
    if (pooled) pool_.Give(std::move(before));
    begin_ = 0;
    end_ = held.size();
  }

  BlockPool& pool_;
  BlockPool::Block block_;
  std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_IN_BUFFER_H_
