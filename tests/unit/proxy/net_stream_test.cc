// A stream over a scripted transport: what it reads, tells and sends for each
// way that a read or write can go.
#include "proxy/net/stream.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/proxy/scripted_transport.h"

namespace weir::proxy::net {
namespace {

constexpr Ready kReadable{.readable = true};
constexpr Ready kWritable{.writable = true};
constexpr Ready kEnding{.readable = true, .ended = true};
constexpr Ready kFailing{.readable = true, .writable = true, .ended = true, .failed = true};

// Writes down what it is told; uses all that it is offered unless a test says otherwise.
class Recorder final : public StreamHandler {
 public:
  void OnOpen(bool stands) override { told += stands ? "open;" : "refused;"; }
  std::size_t InputWanted() const override { return wanted; }
  std::size_t OnInput(std::string_view bytes) override {
    offered.emplace_back(bytes);
    const std::size_t used = uses ? uses(bytes) : bytes.size();
    input.append(bytes.substr(0, used));
    return used;
  }
  void OnEnd(End how) override {
    told += how == End::kClean ? "end;" : how == End::kTruncated ? "truncated;" : "reset;";
  }
  void OnWritable(std::size_t before) override {
    told += "room;";
    waited.push_back(before);
  }
  void OnLost() override { told += "lost;"; }
  void OnSettled() override { ++settled; }

  std::size_t wanted = 1 << 20;
  std::function<std::size_t(std::string_view)> uses;
  std::vector<std::string> offered;
  std::string input, told;
  std::vector<std::size_t> waited;
  int settled = 0;
};

class NetStream : public testing::Test {
 protected:
  NetStream() { Make(Stream::State::kOpen); }
  void Make(Stream::State state) {
    auto transport = std::make_unique<ScriptedTransport>();
    transport_ = transport.get();
    stream_ = std::make_unique<Stream>(loop_, std::move(transport), state);
    stream_->SetHandler(&handler_);
    ASSERT_TRUE(stream_->Watch());
  }
  void Pass(std::int64_t span) {
    clock_.now += span;
    loop_.RunOnce();
  }
  ScriptedTransport& transport() { return *transport_; }

  VirtualClock clock_;
  Loop loop_{clock_};
  Recorder handler_;
  std::unique_ptr<Stream> stream_;
  ScriptedTransport* transport_ = nullptr;
};

// ---- in -------------------------------------------------------------------------

// As a session gives them: one record a read, however many came in one burst.
TEST_F(NetStream, AShortReadDoesNotEndTheReading) {
  transport().in = {{"first "}, {"second "}, {"third"}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input, "first second third");
  EXPECT_EQ(transport().reads, 4);
  EXPECT_FALSE(stream_->readable());
  EXPECT_EQ(handler_.settled, 1);
}

// However much waits, in the transport or kept: others come in between.
TEST_F(NetStream, AHandlerEndsItsTurn) {
  handler_.uses = [this](std::string_view) {
    stream_->EndTurn();
    return std::size_t{2};
  };
  transport().in = {{"aabb"}, {"ccdd", IoState::kDone, true}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input, "aa");
  for (const char* so_far : {"aabb", "aabbcc", "aabbccdd", "aabbccdd"}) {
    loop_.RunOnce();
    EXPECT_EQ(handler_.input, so_far);
  }
}

TEST_F(NetStream, OnlyTheTransportKnowsThatAReadDrained) {
  transport().in = {{"all", IoState::kDone, true}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(transport().reads, 1);
  EXPECT_FALSE(stream_->readable());
  transport().in = {{"more", IoState::kDone, true}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input, "allmore");
}

// No further edge tells of an end that was announced with the last bytes.
TEST_F(NetStream, AnAnnouncedEndIsReadThoughAReadDrained) {
  transport().in = {{"last", IoState::kDone, true}, {"", IoState::kEnd}};
  stream_->OnReady(kEnding);
  EXPECT_EQ(handler_.input, "last");
  EXPECT_EQ(handler_.told, "end;");
  stream_->OnReady(kEnding);
  EXPECT_EQ(handler_.told, "end;") << "told once";
}

TEST_F(NetStream, EachEndIsToldAsWhatItWas) {
  const std::pair<IoState, const char*> ends[] = {
      {IoState::kEnd, "end;"}, {IoState::kTruncated, "truncated;"}, {IoState::kFailed, "reset;"}};
  for (const auto& [state, told] : ends) {
    handler_ = {};
    Make(Stream::State::kOpen);
    transport().in = {{"x"}, {"", state}};
    stream_->OnReady(kReadable);
    EXPECT_EQ(handler_.told, told);
    EXPECT_EQ(handler_.input, "x");
  }
}

TEST_F(NetStream, WhatIsLeftComesAgainWithWhatFollows) {
  handler_.uses = [](std::string_view bytes) -> std::size_t {
    return bytes.find('\n') == std::string_view::npos ? 0 : bytes.find('\n') + 1;
  };
  transport().in = {{"one\ntw"}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(stream_->unread(), "tw");
  EXPECT_FALSE(stream_->Quiet()) << "something waits here";
  transport().in = {{"o\nthree\n"}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input, "one\ntwo\nthree\n");
  EXPECT_EQ(stream_->unread(), "");
  EXPECT_TRUE(stream_->Quiet());
}

TEST_F(NetStream, NothingIsReadThatIsNotWanted) {
  handler_.wanted = 0;
  transport().in = {{"abcdef"}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(transport().reads, 0);
  handler_.wanted = 4;
  stream_->Resume();
  EXPECT_EQ(transport().reads, 0) << "not from within a call";
  handler_.uses = [&](std::string_view bytes) {
    handler_.wanted = 0;
    return bytes.size();
  };
  loop_.RunOnce();
  EXPECT_EQ(handler_.input, "abcd");
  EXPECT_EQ(transport().largest, 4u);
}

// The handler may be another one from some byte on, and gets what is left.
TEST_F(NetStream, ANewHandlerGetsWhatTheLastLeft) {
  Recorder next;
  handler_.uses = [&](std::string_view) -> std::size_t {
    stream_->SetHandler(&next);
    return 5;
  };
  transport().in = {{"PROXYGET /"}, {" HTTP"}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input, "PROXY");
  EXPECT_EQ(next.input, "GET / HTTP");
}

// Whoever sends without end does not keep the loop.
TEST_F(NetStream, ATurnEnds) {
  for (int i = 0; i < 8; ++i) transport().in.push_back({std::string(Loop::kScratchSize, 'x')});
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.input.size(), 4 * Loop::kScratchSize);
  loop_.RunOnce();
  EXPECT_EQ(handler_.input.size(), 8 * Loop::kScratchSize);
}

// Whatever is wanted and used, and wherever a read would block: all bytes, in order.
TEST_F(NetStream, EveryByteComesOnceAndInOrder) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    handler_ = {};
    Make(Stream::State::kOpen);
    std::string all;
    handler_.uses = [&](std::string_view bytes) -> std::size_t {
      handler_.wanted = random() % 3 == 0 ? 0 : 1 + random() % 5000;
      return random() % (bytes.size() + 1);
    };
    for (int i = 0; i < 40; ++i) {
      std::string piece(1 + random() % 3000, static_cast<char>('a' + i % 26));
      all += piece;
      transport().in.push_back({std::move(piece), IoState::kDone, random() % 2 == 0});
      if (random() % 2 == 0) stream_->OnReady(kReadable);
      handler_.wanted = 1 + random() % 5000;
      if (random() % 2 == 0) stream_->Resume();
      loop_.RunOnce();
    }
    handler_.uses = nullptr;
    handler_.wanted = SIZE_MAX;
    stream_->Resume();
    stream_->OnReady(kReadable);
    while (handler_.input.size() < all.size()) {
      const std::size_t before = handler_.input.size();
      stream_->OnReady(kReadable);
      loop_.RunOnce();
      ASSERT_GT(handler_.input.size(), before) << "seed " << seed;
    }
    ASSERT_EQ(handler_.input, all) << "seed " << seed;
  }
}

// ---- out ------------------------------------------------------------------------

TEST_F(NetStream, WhatIsAppendedLeavesWithAFlush) {
  stream_->Append("head ");
  stream_->Write("small");
  EXPECT_EQ(transport().sent, "");
  stream_->Flush();
  EXPECT_EQ(transport().sent, "head small");
  EXPECT_EQ(transport().writes, 1);
  EXPECT_EQ(stream_->written(), 10u);
}

TEST_F(NetStream, WhatIsLargeLeavesAtOnceBehindWhatWaited) {
  const std::string large(40'000, 'x');
  stream_->Append("head ");
  stream_->Write(large);
  EXPECT_EQ(transport().sent, "head " + large);
  EXPECT_EQ(transport().writes, 1);
}

TEST_F(NetStream, PartsThatLeaveAndPlacesToBlock) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    handler_ = {};
    Make(Stream::State::kOpen);
    std::string all;
    for (int i = 0; i < 30; ++i) {
      const std::string piece(random() % 30'000, static_cast<char>('a' + i % 26));
      all += piece;
      for (int k = 0; k < 3; ++k) {
        transport().rooms.push_back(random() % 3 == 0 ? ScriptedTransport::kNoRoom
                                                      : 1 + random() % 20'000);
      }
      random() % 2 == 0 ? stream_->Write(piece) : stream_->Append(piece);
      if (random() % 2 == 0) stream_->Flush();
      if (random() % 2 == 0) stream_->OnReady(kWritable);
      ASSERT_EQ(stream_->written(), transport().sent.size());
      ASSERT_EQ(stream_->pending(), all.size() - transport().sent.size());
    }
    transport().rooms.clear();
    stream_->OnReady(kWritable);
    stream_->Flush();
    ASSERT_EQ(transport().sent, all) << "seed " << seed;
    ASSERT_FALSE(stream_->blocked());
  }
}

TEST_F(NetStream, RoomIsToldAfterThereWasNone) {
  stream_->OnReady(kWritable);
  EXPECT_EQ(handler_.told, "") << "there was room all along";
  transport().rooms = {3, ScriptedTransport::kNoRoom};
  stream_->Append("abcdef");
  stream_->Flush();
  EXPECT_TRUE(stream_->blocked());
  stream_->Flush();
  EXPECT_EQ(transport().writes, 2) << "nothing is tried before the loop tells of room";
  stream_->OnReady(kWritable);
  EXPECT_EQ(handler_.told, "room;");
  EXPECT_EQ(handler_.waited, std::vector<std::size_t>{3});
  EXPECT_EQ(transport().sent, "abcdef");
}

TEST_F(NetStream, TheWriteTimerWaitsForBytesThatGo) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  stream_->SetWriteTimeout(60 * kSecond);
  transport().rooms = {1, ScriptedTransport::kNoRoom, ScriptedTransport::kNoRoom, 1,
                       ScriptedTransport::kNoRoom};
  stream_->Append("abcdef");
  stream_->Flush();
  Pass(59 * kSecond);
  stream_->OnReady({.readable = true, .writable = true});  // none left: no progress
  Pass(kSecond - 1);
  EXPECT_EQ(handler_.told, "room;");
  stream_->OnReady(kWritable);  // one byte leaves
  Pass(59 * kSecond);
  EXPECT_EQ(handler_.told, "room;room;");
  Pass(kSecond);
  EXPECT_EQ(handler_.told, "room;room;lost;");
}

TEST_F(NetStream, TheWriteTimerEndsWhenAllHasLeft) {
  stream_->SetWriteTimeout(1000);
  transport().rooms = {ScriptedTransport::kNoRoom};
  stream_->Append("abc");
  stream_->Flush();
  stream_->OnReady(kWritable);
  Pass(1'000'000);
  EXPECT_EQ(handler_.told, "room;");
}

// The peer may have answered before it closed.
TEST_F(NetStream, AfterAFailedWriteInputIsReadToItsEnd) {
  transport().failing = true;
  transport().in = {{"the answer", IoState::kDone, true}};
  stream_->Append("abc");
  stream_->Flush();
  EXPECT_TRUE(stream_->broken());
  EXPECT_EQ(stream_->pending(), 0u);
  EXPECT_EQ(handler_.told, "") << "not from within a call";
  loop_.RunOnce();
  EXPECT_EQ(handler_.input, "the answer");
  EXPECT_EQ(handler_.told, "lost;reset;");
  stream_->Append("more");
  stream_->Flush();
  EXPECT_EQ(transport().writes, 1);
}

TEST_F(NetStream, AFailureIsToldBeforeWhatCame) {
  transport().in = {{"late"}, {"", IoState::kFailed}};
  stream_->OnReady(kFailing);
  EXPECT_EQ(handler_.told, "lost;reset;");
  EXPECT_EQ(handler_.input, "late");
}

// ---- beginning and end ------------------------------------------------------------

TEST_F(NetStream, WhatWaitedForTheHandshakeLeavesAfterIt) {
  Make(Stream::State::kHandshake);
  transport().handshake = IoState::kWouldBlock;
  stream_->Append("hello");
  stream_->Flush();
  stream_->OnReady(kReadable);
  EXPECT_EQ(handler_.told, "");
  EXPECT_EQ(transport().writes, 0);
  EXPECT_EQ(transport().reads, 0);
  transport().handshake = IoState::kDone;
  transport().in = {{"welcome"}};
  stream_->OnReady({.readable = true, .writable = true});
  EXPECT_EQ(handler_.told, "open;room;");
  EXPECT_EQ(transport().sent, "hello");
  EXPECT_EQ(handler_.input, "welcome");
}

TEST_F(NetStream, AHandshakeThatFailsIsToldOnce) {
  Make(Stream::State::kHandshake);
  transport().handshake = IoState::kFailed;
  stream_->OnReady(kFailing);
  EXPECT_EQ(handler_.told.substr(0, 8), "refused;");
}

TEST_F(NetStream, AResetIsOneAndACloseIsNot) {
  stream_->Close();
  EXPECT_TRUE(transport().closed);
  EXPECT_FALSE(transport().reset);
  stream_->OnReady(kFailing);
  EXPECT_EQ(handler_.told, "") << "nothing is told of a closed stream";
  Make(Stream::State::kOpen);
  stream_->Reset();
  EXPECT_TRUE(transport().closed);
  EXPECT_TRUE(transport().reset);
}

TEST_F(NetStream, AnEndThatWouldBlockIsSentWhenThereIsRoom) {
  transport().ends = {IoState::kWouldBlock};
  EXPECT_TRUE(stream_->EndWriting());
  EXPECT_FALSE(transport().ended);
  stream_->OnReady(kWritable);
  EXPECT_TRUE(transport().ended);
  transport().ends = {IoState::kFailed};
  EXPECT_FALSE(stream_->EndWriting());
}

// Another stream stands where the first stood: a turn or a time-out that was left
// behind would come to it.
TEST_F(NetStream, OneThatIsDestroyedLeavesNothingBehind) {
  for (const bool turn : {true, false}) {
    std::optional<Stream> place;
    const auto make = [&] {
      auto transport = std::make_unique<ScriptedTransport>();
      transport_ = transport.get();
      place.emplace(loop_, std::move(transport), Stream::State::kOpen);
      place->SetHandler(&handler_);
      place->SetWriteTimeout(10);
    };
    make();
    if (turn) {
      handler_.wanted = 0;
      place->OnReady(kReadable);
      handler_.wanted = 100;
      place->Resume();
    } else {
      transport().rooms = {ScriptedTransport::kNoRoom};
      place->Write("x");
      place->Flush();
    }
    place.reset();
    make();
    transport().in.push_back({"late"});
    const std::string told = handler_.told;
    Pass(100);
    EXPECT_EQ(transport().reads, 0) << turn;
    EXPECT_EQ(handler_.told, told) << turn;
    EXPECT_TRUE(place->open());
  }
}

TEST_F(NetStream, QuietIsAskedOfTheTransport) {
  handler_.wanted = 0;
  stream_->OnReady(kReadable);
  EXPECT_TRUE(stream_->readable());
  transport().quiet = false;
  EXPECT_FALSE(stream_->Quiet());
  EXPECT_TRUE(stream_->readable());
  transport().quiet = true;  // what came was the session's own
  EXPECT_TRUE(stream_->Quiet());
  EXPECT_FALSE(stream_->readable());
}

}  // namespace
}  // namespace weir::proxy::net
