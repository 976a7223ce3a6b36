// The same policy gives the same bytes, whatever else runs on the machine: the
// checker counts steps, not time.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/weir_command.h"
#include "tests/support/shapes/shapes.h"

namespace weir::tests {
namespace {

// Threads that do nothing but take the processor.
class Burner {
 public:
  Burner() {
    for (int i = 0; i < 4; ++i) {
      threads_.emplace_back([this] {
        while (!stop_.load(std::memory_order_relaxed)) {
        }
      });
    }
  }
  ~Burner() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Burner(const Burner&) = delete;
  Burner& operator=(const Burner&) = delete;

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

TEST(Budgets, LintSaysTheSameUnderLoad) {
  const Folder folder;
  for (const Shape& shape : Shapes()) {
    folder.Write("policy.weir", shape.make(std::min<std::size_t>(shape.usual / 5 + 1, 12)));
    const Called alone = folder.Call("weir lint policy.weir --all");
    EXPECT_TRUE(alone.status == 0 || alone.status == 1 || alone.status == 3)
        << shape.name << ": " << alone.status << alone.err;
    const Burner burner;
    const Called loaded = folder.Call("weir lint policy.weir --all");
    EXPECT_EQ(loaded.status, alone.status) << shape.name;
    EXPECT_EQ(loaded.out, alone.out) << shape.name;
  }
}

}  // namespace
}  // namespace weir::tests
