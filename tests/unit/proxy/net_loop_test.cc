// Timers on a clock that the test sets, interests on real descriptors, and
// sockets of both families.
#include "proxy/net/loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "proxy/net/socket.h"
#include "proxy/net/timer.h"
#include "tests/unit/proxy/scripted_transport.h"

namespace weir::proxy::net {
namespace {

class Timers : public testing::Test {
 protected:
  void At(std::int64_t now) {
    clock_.now = now;
    loop_.RunOnce();
  }
  VirtualClock clock_;
  Loop loop_{clock_};
};

TEST_F(Timers, OneMovedEarlierFiresEarlier) {
  int fired = 0;
  Timer timer(loop_.timers(), [&] { ++fired; });
  Timer other(loop_.timers(), [] {});
  timer.Arm(75);
  other.Arm(50);
  timer.Arm(10);
  EXPECT_EQ(loop_.timers().Next(), 10);
  At(9);
  EXPECT_EQ(fired, 0);
  At(10);
  EXPECT_EQ(fired, 1);
  At(100);
  EXPECT_EQ(fired, 1) << "the earlier deadline replaced the later one";
}

TEST_F(Timers, OneMovedLaterOrCancelledDoesNotFireAtItsFirstTime) {
  int fired = 0;
  Timer timer(loop_.timers(), [&] { ++fired; });
  timer.Arm(10);
  timer.Arm(20);
  At(10);
  EXPECT_EQ(fired, 0);
  At(20);
  EXPECT_EQ(fired, 1);
  timer.Arm(30);
  timer.Cancel();
  At(30);
  EXPECT_EQ(fired, 1);
  timer.Arm(25);  // in the past: at once
  At(31);
  EXPECT_EQ(fired, 2);
}

// Many timers, moved both ways, cancelled and deleted at random, beside a map.
TEST_F(Timers, EachFiresAtItsLastDeadline) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    std::map<int, std::int64_t> due;
    std::vector<int> fired;
    std::array<std::unique_ptr<Timer>, 20> timers;
    std::int64_t now = 1;
    At(now);
    for (int step = 0; step < 300; ++step) {
      const int i = static_cast<int>(random() % timers.size());
      auto& timer = timers[static_cast<std::size_t>(i)];
      if (timer == nullptr) {
        timer = std::make_unique<Timer>(loop_.timers(), [&fired, i] { fired.push_back(i); });
      }
      switch (random() % 6) {
        case 0:
          timer->Cancel();
          due.erase(i);
          break;
        case 1:
          timer.reset();
          due.erase(i);
          break;
        default:
          due[i] = now + 1 + static_cast<std::int64_t>(random() % 100);
          timer->Arm(due[i]);
      }
      now += static_cast<std::int64_t>(random() % 5);
      fired.clear();
      At(now);
      std::vector<int> expected;
      for (const auto& [which, at] : due) {
        if (at <= now) expected.push_back(which);
      }
      std::sort(fired.begin(), fired.end());
      ASSERT_EQ(fired, expected) << "seed " << seed << ", step " << step;
      std::erase_if(due, [&](const auto& entry) { return entry.second <= now; });
    }
  }
}

TEST_F(Timers, TheLoopsTimesAreTheClocks) {
  clock_.now = 5'000'000'000;
  EXPECT_EQ(loop_.clock().Monotonic(), 5'000'000'000) << "now";
  EXPECT_EQ(loop_.now(), 1'000'000'000) << "of the last round";
  loop_.RunOnce();
  EXPECT_EQ(loop_.now(), 5'000'000'000);
  EXPECT_EQ(loop_.unix_ms(), 1'700'000'005'000);
}

class Hears final : public Handler {
 public:
  void OnReady(Ready ready) override {
    ++times;
    last = ready;
  }
  int times = 0;
  Ready last;
};

TEST(Interests, AreWatchedChangedAndUnwatched) {
  Loop loop;
  std::array<int, 2> ends;
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
  const Fd near(ends[0]), far(ends[1]);
  Hears handler;
  ASSERT_TRUE(loop.Watch(near.get(), &handler, Interest::kRead));
  loop.RunOnce();
  EXPECT_EQ(handler.times, 0) << "room is not asked for";
  ASSERT_EQ(::write(far.get(), "x", 1), 1);
  loop.RunOnce();
  loop.RunOnce();
  EXPECT_EQ(handler.times, 2) << "as long as it waits";
  EXPECT_TRUE(handler.last.readable);
  EXPECT_FALSE(handler.last.writable);
  ASSERT_TRUE(loop.Change(near.get(), &handler, Interest::kWrite));
  loop.RunOnce();
  EXPECT_TRUE(handler.last.writable);
  EXPECT_FALSE(handler.last.readable);
  ASSERT_TRUE(loop.Change(near.get(), &handler, Interest::kReadWrite));
  loop.RunOnce();
  EXPECT_TRUE(handler.last.writable && handler.last.readable);
  ASSERT_TRUE(loop.Change(near.get(), &handler, Interest::kEdges));
  loop.RunOnce();
  handler.times = 0;
  loop.RunOnce();
  EXPECT_EQ(handler.times, 0) << "once for each edge";
  ::shutdown(far.get(), SHUT_WR);
  loop.RunOnce();
  EXPECT_TRUE(handler.last.ended);
  EXPECT_FALSE(handler.last.failed);
  handler.times = 0;
  loop.Unwatch(near.get());
  ASSERT_EQ(::write(near.get(), "x", 1), 1);
  loop.RunOnce();
  EXPECT_EQ(handler.times, 0);
}

TEST(Sockets, BothFamiliesListenConnectAndTellThePeer) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
    const auto listener = Listen(*ParseSocketAddress(text));
    ASSERT_TRUE(listener) << listener.error();
    const SocketAddress bound = LocalAddress(listener->get());
    EXPECT_EQ(bound.address, ParseSocketAddress(text)->address);
    EXPECT_NE(bound.port, 0);
    EXPECT_EQ(ParseSocketAddress(ToString(bound)), bound);
    EXPECT_FALSE(CheckFree(bound)) << text;
    const auto connected = Connect(bound);
    ASSERT_TRUE(connected) << text;
    for (int i = 0; i < 1000 && !HasConnection(listener->get()); ++i) ::usleep(1000);
    const auto accepted = Accept(listener->get());
    ASSERT_TRUE(accepted) << text;
    EXPECT_EQ(accepted->peer, LocalAddress(connected->get())) << text;
    EXPECT_EQ(SocketError(connected->get()), 0);
  }
}

}  // namespace
}  // namespace weir::proxy::net
