// Octets read from a socket and not yet used, contiguous. Its block comes from
// the loop's pool and goes back there, so an idle connection holds none.
#ifndef WEIR_PROXY_NET_IN_BUFFER_H_
#define WEIR_PROXY_NET_IN_BUFFER_H_

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::proxy::net {

class BlockPool {
 public:
  static constexpr std::size_t kBlockSize = 16384;
  using Block = std::unique_ptr<char[]>;

  Block Take() {
    if (free_.empty()) return std::make_unique_for_overwrite<char[]>(kBlockSize);
    Block block = std::move(free_.back());
    free_.pop_back();
    return block;
  }
  void Give(Block block) {
    if (free_.size() < kKeep) free_.push_back(std::move(block));
  }

 private:
  static constexpr std::size_t kKeep = 256;
  std::vector<Block> free_;
};

class InBuffer {
 public:
  explicit InBuffer(BlockPool& pool) : pool_(pool) {}
  ~InBuffer() { Release(); }
  InBuffer(const InBuffer&) = delete;
  InBuffer& operator=(const InBuffer&) = delete;

  std::string_view unread() const { return {block_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }

  // Room to read into, empty when `max` octets are held. May move what is unread.
  std::span<char> Space(std::size_t max) {
    if (block_ == nullptr) {
      block_ = pool_.Take();
      capacity_ = BlockPool::kBlockSize;
      begin_ = end_ = 0;
    } else if (end_ == capacity_) {
      if (begin_ == 0 && capacity_ >= max) return {};
      Move(begin_ == 0 ? capacity_ * 2 : capacity_);
    }
    return {block_.get() + end_, capacity_ - end_};
  }
  void Produced(std::size_t octets) { end_ += octets; }
  void Append(std::string_view octets) {
    while (!octets.empty()) {
      const std::span<char> room = Space(SIZE_MAX);
      const std::size_t count = std::min(room.size(), octets.size());
      std::memcpy(room.data(), octets.data(), count);
      Produced(count);
      octets.remove_prefix(count);
    }
  }
  // Gives the block back once all is used.
  void Consume(std::size_t octets) {
    begin_ += octets;
    if (begin_ == end_) Release();
  }
  void Release() {
    if (block_ != nullptr && capacity_ == BlockPool::kBlockSize) pool_.Give(std::move(block_));
    block_.reset();
    begin_ = end_ = capacity_ = 0;
  }

 private:
  void Move(std::size_t capacity) {
    BlockPool::Block next = capacity == BlockPool::kBlockSize
                                ? pool_.Take()
                                : std::make_unique_for_overwrite<char[]>(capacity);
    const std::size_t size = end_ - begin_;
    std::memcpy(next.get(), block_.get() + begin_, size);
    if (capacity_ == BlockPool::kBlockSize) pool_.Give(std::move(block_));
    block_ = std::move(next);
    capacity_ = capacity;
    begin_ = 0;
    end_ = size;
  }

  BlockPool& pool_;
  BlockPool::Block block_;
  std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_IN_BUFFER_H_
