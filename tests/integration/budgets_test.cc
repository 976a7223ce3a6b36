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

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEIR_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEIR_SHADOW_MEMORY 1
#endif
#endif

std::string ManyRoutes(const std::string& denied) {
  std::string text =
      "service a { endpoints [127.0.0.1:3001] }\ngateway edge {\n"
      "  listen http 127.0.0.1:8080\n";
  for (int i = 0; i < 60; ++i) {
    const std::string n = std::to_string(i), some = std::to_string(i % 20);
    text += "  route r" + n + " { match path \"/p" + n + "/**\"  match header x-" + some +
            " == \"v" + n + "\"  deny when header." + denied + some + " == \"1\"  forward a }\n";
  }
  return text + "}\nprove \"none\" { no request where header.y-1 == \"1\" is forwarded }\n";
}

// Wherever memory runs out: the answer is unknown or what it would have been.
TEST(Budgets, OutOfMemoryIsUnknown) {
#ifdef WEIR_SHADOW_MEMORY
  GTEST_SKIP() << "what a sanitizer reserves counts as the process's memory";
#endif
  const Folder folder;
  folder.Write("old.weir", ManyRoutes("y-"));
  folder.Write("new.weir", ManyRoutes("z-"));
  const auto within = [&](std::size_t megabytes, const std::string& line) {
    return folder.Call("sh -c 'ulimit -d " + std::to_string(megabytes * 1000) + "; exec " + line +
                       "'");
  };
  std::size_t least = 1;  // for the program itself
  while (within(least, "weir lint --rules").status != 0) ASSERT_LT(++least, 100u);
  for (const char* line :
       {"weir lint old.weir", "weir prove old.weir", "weir diff old.weir new.weir"}) {
    const Called whole = folder.Call(line);
    ASSERT_TRUE(whole.status == 0 || whole.status == 1) << line << whole.out << whole.err;
    std::size_t unknown = 0;
    std::size_t megabytes = least;
    for (bool enough = false; !enough; megabytes += 3) {
      ASSERT_LT(megabytes, least + 100) << line;
      const Called called = within(megabytes, line);
      enough = called.status == whole.status;
      if (enough) continue;
      ++unknown;
      EXPECT_EQ(called.status, 3) << line << " in " << megabytes << " MB: " << called.err;
      EXPECT_TRUE((called.out + called.err).contains("the last resort"))
          << called.out << called.err;
    }
    EXPECT_GT(unknown, 0u) << line;
  }
}

}  // namespace
}  // namespace weir::tests
