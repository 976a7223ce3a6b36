// A response's body through filters: what comes out, and how much may come in.
#include "proxy/exchange/response_body.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/proxy/exchange_fakes.h"

namespace weir::proxy {
namespace {

// Each byte becomes two.
class Doubling final : public BodyFilter {
 public:
  void Data(std::string_view data, BodySink& next) override {
    std::string out;
    for (const char c : data) out.append(2, c);
    next.Send(out);
  }
  void Flush(BodySink&) override {}
  void End(BodySink& next) override { next.Send("."); }
  std::size_t Credit(std::size_t credit) const override { return credit / 2; }
};

// Holds what it is given until it is flushed, up to ten bytes.
class Holding final : public BodyFilter {
 public:
  void Data(std::string_view data, BodySink&) override { held_ += data; }
  void Flush(BodySink& next) override { next.Send(std::exchange(held_, {})); }
  void End(BodySink& next) override { Flush(next); }
  std::size_t Credit(std::size_t credit) const override {
    const std::size_t most = std::min<std::size_t>(credit, 10);
    return most - std::min(most, held_.size());
  }

 private:
  std::string held_;
};

class ResponseBodyTest : public testing::Test, public ResponseBody::Owner {
 protected:
  void OnResponseRoom() override { ++rooms_; }

  net::VirtualClock clock_;
  net::Loop loop_{clock_};
  FakeClient client_;
  ResponseBody body_{loop_, *this};
  Doubling doubling_;
  Holding holding_;
  int rooms_ = 0;
};

TEST_F(ResponseBodyTest, PassesUnchangedWithoutFilters) {
  body_.Start(client_);
  client_.credit = 9;
  EXPECT_EQ(body_.Credit(), 9u);
  body_.Send("abc");
  EXPECT_EQ(body_.Credit(), 6u);
  body_.End({});
  EXPECT_EQ(client_.body, "abc");
  EXPECT_TRUE(client_.response_ended);
  EXPECT_EQ(body_.bytes(), 3u);
}

TEST_F(ResponseBodyTest, CreditIsWhatTheFiltersMakeOfIt) {
  body_.Start(client_);
  body_.Add(doubling_);
  client_.credit = 9;
  EXPECT_EQ(body_.Credit(), 4u);
  body_.Send("abcd");
  EXPECT_EQ(client_.body, "aabbccdd");
  EXPECT_EQ(body_.Credit(), 0u);
  EXPECT_EQ(body_.bytes(), 8u);  // of the client's, not of the upstream's
}

TEST_F(ResponseBodyTest, TheEndPassesFromFrontToBack) {
  body_.Start(client_);
  body_.Add(holding_);
  body_.Add(doubling_);
  body_.Send("ab");
  EXPECT_EQ(client_.body, "");
  body_.End({});
  EXPECT_EQ(client_.body, "aabb.");
}

TEST_F(ResponseBodyTest, AFlushLetsGoOfWhatIsHeldOnceABatch) {
  body_.Start(client_);
  body_.Add(doubling_);
  body_.Add(holding_);
  EXPECT_EQ(body_.Credit(), 5u);
  body_.Send("ab");
  body_.ScheduleFlush();
  body_.Send("c");
  body_.ScheduleFlush();
  EXPECT_EQ(body_.Credit(), 2u);
  EXPECT_EQ(client_.flushes, 0);
  loop_.RunOnce();
  EXPECT_EQ(client_.body, "aabbcc");
  EXPECT_EQ(client_.flushes, 1);
  EXPECT_EQ(rooms_, 1);
  EXPECT_EQ(body_.Credit(), 5u);
}

TEST_F(ResponseBodyTest, NothingIsFlushedOnceItIsOver) {
  body_.Start(client_);
  body_.Add(holding_);
  body_.Send("ab");
  body_.ScheduleFlush();
  body_.Reset();
  loop_.RunOnce();
  EXPECT_EQ(client_.body, "");
  EXPECT_EQ(client_.flushes, 0);
  EXPECT_EQ(rooms_, 0);
}

}  // namespace
}  // namespace weir::proxy
