// How much memory the proxy holds in a simulated run: what is allocated while a
// ProxyMemory lives, and not freed since. Linking this replaces operator new.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_MEMORY_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_MEMORY_H_

#include <cstdint>

namespace weir::simulator {

class ProxyMemory {
 public:
  ProxyMemory() : before_(counting_) { counting_ = true; }
  ~ProxyMemory() { counting_ = before_; }
  static std::int64_t bytes() { return bytes_; }
  static std::int64_t blocks() { return blocks_; }

 private:
  friend class OtherMemory;
  friend struct Allocation;
  static thread_local inline bool counting_ = false;
  static inline std::int64_t bytes_ = 0, blocks_ = 0;
  const bool before_;
};

// Within one: what the simulation allocates on the proxy's calls.
class OtherMemory {
 public:
  OtherMemory() : before_(ProxyMemory::counting_) { ProxyMemory::counting_ = false; }
  ~OtherMemory() { ProxyMemory::counting_ = before_; }

 private:
  const bool before_;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_MEMORY_H_
