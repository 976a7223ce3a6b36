// Blocks of kBlockSize bytes for what is on its way in or out. A loop has one
// pool; connections take blocks while they hold bytes and give them back, so an
// idle connection holds none.
#ifndef WEIR_PROXY_NET_BLOCK_POOL_H_
#define WEIR_PROXY_NET_BLOCK_POOL_H_

#include <cstddef>
#include <memory>
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
  std::size_t free() const { return free_.size(); }  // kept for the next Take

 private:
  static constexpr std::size_t kKeep = 256;
  std::vector<Block> free_;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_BLOCK_POOL_H_
