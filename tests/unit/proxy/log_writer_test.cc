// Log writers whose output is stuck: nobody may wait for them.
#include "proxy/observe/log_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace weir::proxy::observe {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// A pipe with a name, which the test reads or does not.
class Pipe {
 public:
  Pipe() {
    if (mkfifo(name().c_str(), 0600) != 0) std::abort();
    end_ = net::Fd(open(name().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  }
  std::string name() const { return folder_.path() / "log"; }
  // So many octets, or what came in 10 s.
  std::size_t Read(std::size_t octets) {
    std::size_t got = 0;
    const auto end = Clock::now() + std::chrono::seconds(10);
    for (char buffer[4096]; got < octets && Clock::now() < end;) {
      const ssize_t count = read(end_.get(), buffer, sizeof buffer);
      if (count > 0) {
        got += static_cast<std::size_t>(count);
      } else {
        std::this_thread::sleep_for(milliseconds(1));
      }
    }
    return got;
  }

 private:
  const tests::TemporaryFolder folder_;
  net::Fd end_;
};

constexpr std::size_t kMuch = 1 << 20;  // more than a pipe holds

TEST(LogWriter, LettingGoOfAStuckOneWaitsForNobodyAndLosesNothing) {
  Pipe pipe;
  auto writer = LogWriter::Open(LogWriter::Sink::kFile, pipe.name());
  ASSERT_TRUE(writer) << writer.error();
  (*writer)->Write(std::string(kMuch, 'a'));
  std::this_thread::sleep_for(milliseconds(20));  // it is under way, and stuck
  (*writer)->Write(std::string(kMuch, 'b'));
  const auto start = Clock::now();
  writer->reset();
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(1));
  EXPECT_FALSE(LogWriter::AwaitAll(milliseconds(100)));
  EXPECT_EQ(pipe.Read(2 * kMuch), 2 * kMuch);
  EXPECT_TRUE(LogWriter::AwaitAll(std::chrono::seconds(10)));
}

TEST(LogWriter, AwaitAllWaitsForTheLastRecords) {
  Pipe pipe;
  auto writer = LogWriter::Open(LogWriter::Sink::kFile, pipe.name());
  ASSERT_TRUE(writer) << writer.error();
  (*writer)->Write(std::string(kMuch, 'a'));
  writer->reset();
  std::size_t read = 0;
  std::thread reader([&] { read = pipe.Read(kMuch); });
  EXPECT_TRUE(LogWriter::AwaitAll(std::chrono::seconds(10)));
  reader.join();
  EXPECT_EQ(read, kMuch);
}

}  // namespace
}  // namespace weir::proxy::observe
