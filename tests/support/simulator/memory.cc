// Each block has its size, and whether it counts, before it. It ends where what was asked
// for ends, so that a sanitizer sees the byte behind it.
#include "tests/support/simulator/memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace weir::simulator {

struct Allocation {
  std::size_t size;
  std::size_t front;  // bytes before the block
  bool counts;

  static void* Take(std::size_t size, std::size_t alignment) {
    const std::size_t front = std::max(alignment, std::size_t{32});
    void* begin = nullptr;
    if (::posix_memalign(&begin, alignment, front + size) != 0) std::abort();
    char* const block = static_cast<char*>(begin) + front;
    const bool counts = ProxyMemory::counting_;
    new (block - sizeof(Allocation)) Allocation{size, front, counts};
    if (counts) {
      ProxyMemory::bytes_ += static_cast<std::int64_t>(size);
      ++ProxyMemory::blocks_;
    }
    return block;
  }
  static void Give(void* block) {
    if (block == nullptr) return;
    const Allocation about =
        *reinterpret_cast<Allocation*>(static_cast<char*>(block) - sizeof(Allocation));
    if (about.counts) {
      ProxyMemory::bytes_ -= static_cast<std::int64_t>(about.size);
      --ProxyMemory::blocks_;
    }
    std::free(static_cast<char*>(block) - about.front);
  }
};

namespace {

constexpr std::size_t kUsual = alignof(std::max_align_t);

}  // namespace
}  // namespace weir::simulator

using weir::simulator::Allocation;
using weir::simulator::kUsual;

void* operator new(std::size_t size) { return Allocation::Take(size, kUsual); }
void* operator new[](std::size_t size) { return Allocation::Take(size, kUsual); }
void* operator new(std::size_t size, std::align_val_t to) {
  return Allocation::Take(size, static_cast<std::size_t>(to));
}
void* operator new[](std::size_t size, std::align_val_t to) {
  return Allocation::Take(size, static_cast<std::size_t>(to));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return Allocation::Take(size, kUsual);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return Allocation::Take(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
  return Allocation::Take(size, static_cast<std::size_t>(to));
}
void* operator new[](std::size_t size, std::align_val_t to, const std::nothrow_t&) noexcept {
  return Allocation::Take(size, static_cast<std::size_t>(to));
}
void operator delete(void* block) noexcept { Allocation::Give(block); }
void operator delete[](void* block) noexcept { Allocation::Give(block); }
void operator delete(void* block, std::size_t) noexcept { Allocation::Give(block); }
void operator delete[](void* block, std::size_t) noexcept { Allocation::Give(block); }
void operator delete(void* block, std::align_val_t) noexcept { Allocation::Give(block); }
void operator delete[](void* block, std::align_val_t) noexcept { Allocation::Give(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept {
  Allocation::Give(block);
}
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept {
  Allocation::Give(block);
}
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  Allocation::Give(block);
}
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  Allocation::Give(block);
}
void operator delete(void* block, const std::nothrow_t&) noexcept { Allocation::Give(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { Allocation::Give(block); }
