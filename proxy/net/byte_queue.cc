#include "proxy/net/byte_queue.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace weir::proxy::net {

void ByteQueue::Append(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    if (first_ == pieces_.size() || pieces_.back().end == BlockPool::kBlockSize) {
      pieces_.push_back({pool_.Take()});
    }
    Piece& last = pieces_.back();
    const std::size_t count = std::min(bytes.size(), BlockPool::kBlockSize - last.end);
    std::memcpy(last.block.get() + last.end, bytes.data(), count);
    last.end += static_cast<std::uint32_t>(count);
    bytes.remove_prefix(count);
  }
}

std::size_t ByteQueue::Peek(std::span<iovec> parts) const {
  std::size_t count = 0;
  for (std::size_t i = first_; i < pieces_.size() && count < parts.size(); ++i) {
    const Piece& piece = pieces_[i];
    parts[count++] = {piece.block.get() + piece.begin, piece.end - piece.begin};
  }
  return count;
}

void ByteQueue::Drain(std::size_t bytes) {
  assert(bytes <= size_);
  size_ -= bytes;
  while (bytes > 0) {
    Piece& piece = pieces_[first_];
    const std::size_t count = std::min<std::size_t>(bytes, piece.end - piece.begin);
    piece.begin += static_cast<std::uint32_t>(count);
    bytes -= count;
    if (piece.begin == piece.end) DropFirst();
  }
}

// Handles move here at times, bytes never.
void ByteQueue::DropFirst() {
  constexpr std::size_t kTidy = 16;
  pool_.Give(std::move(pieces_[first_].block));
  ++first_;
  if (first_ == pieces_.size()) {
    pieces_.clear();
    first_ = 0;
  } else if (first_ == kTidy) {
    pieces_.erase(pieces_.begin(), pieces_.begin() + kTidy);
    first_ = 0;
  }
}

void ByteQueue::Clear() {
  for (std::size_t i = first_; i < pieces_.size(); ++i) pool_.Give(std::move(pieces_[i].block));
  pieces_.clear();
  first_ = size_ = 0;
}

}  // namespace weir::proxy::net
