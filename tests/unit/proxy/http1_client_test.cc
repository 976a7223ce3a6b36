// A client's connection without sockets, on a clock that the test sets: how long
// it waits for what, and what its peer sees of an answer.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "proxy/http1/client_connection.h"
#include "tests/unit/proxy/scripted_transport.h"

namespace weir::proxy::http1 {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr net::Ready kReadable{.readable = true};
constexpr net::Ready kWritable{.writable = true};
constexpr const char* kGet = "GET /x HTTP/1.1\r\nhost: gw\r\n\r\n";

// Takes requests, and answers when the test says so.
class Host final : public ClientHost, public ClientEvents {
 public:
  ClientEvents* OnRequest(proxy::ClientConnection&, ClientStream& on,
                          const RequestMessage& message) override {
    stream = &on;
    targets.emplace_back(message.raw.target);
    if (answers) Answer();
    return this;
  }
  ClientEvents* OnRefused(proxy::ClientConnection&, ClientStream& on,
                          const RefusedMessage& message) override {
    stream = &on;
    refused.push_back(message.refusal.status);
    method = message.method;
    target = message.target;
    message.refusal.status == 499 ? on.Abort() : Answer();
    return this;
  }
  void OnWaiting(proxy::ClientConnection& connection) override { waiting = &connection; }
  void OnBusy(proxy::ClientConnection&) override { waiting = nullptr; }
  void OnClosed(proxy::ClientConnection&) override {
    closed = true;
    reset = transport->reset;
  }
  bool Ending() const override { return ending; }

  void OnRequestData(std::string_view data) override { body += data; }
  void OnRequestEnd(std::span<const runtime::Field>) override { body += "|"; }
  void OnRequestBad(const runtime::Refusal& refusal) override {
    refused.push_back(refusal.status);
    Answer();
  }
  void OnClientGone() override { gone = true; }
  void OnClientCredit() override {}

  void Answer(MoreInput more = MoreInput::kAccepted, const std::string& text = "ok") {
    stream->DropBody();
    const ResponseMessage message{200, {}, {BodySize::Kind::kLength, text.size()}, {}};
    EXPECT_TRUE(stream->SendHead(message, more));
    stream->SendData(text);
    stream->SendEnd({});
    stream->Finish();
  }

  const net::ScriptedTransport* transport = nullptr;  // gone soon after it is closed
  ClientStream* stream = nullptr;
  std::vector<std::string> targets;
  std::vector<int> refused;
  std::string method, target, body;
  proxy::ClientConnection* waiting = nullptr;
  bool answers = true, closed = false, reset = false, gone = false, ending = false;
};

class Http1Client : public testing::Test {
 protected:
  Http1Client() {
    auto transport = std::make_unique<net::ScriptedTransport>();
    host_.transport = transport_ = transport.get();
    auto stream =
        std::make_unique<net::Stream>(loop_, std::move(transport), net::Stream::State::kOpen);
    stream_ = stream.get();
    connection_ = new ClientConnection(loop_, std::move(stream), host_, {}, {}, timeouts_);
  }
  ~Http1Client() override {
    if (!host_.closed) connection_->Close();
    loop_.RunDeferredWork();
  }
  void Comes(const std::string& bytes) {
    transport_->in.push_back({bytes});
    stream_->OnReady(kReadable);
  }
  // True: the connection is still there afterwards.
  bool Outlives(std::int64_t span) {
    clock_.now += span;
    loop_.RunOnce();
    return !host_.closed;
  }
  std::string& sent() { return transport_->sent; }

  net::VirtualClock clock_;
  net::Loop loop_{clock_};
  Host host_;
  ClientTimeouts timeouts_;
  net::ScriptedTransport* transport_ = nullptr;
  net::Stream* stream_ = nullptr;
  ClientConnection* connection_ = nullptr;
};

TEST_F(Http1Client, AKeptConnectionEndsAfterItsTime) {
  Comes(kGet);
  EXPECT_TRUE(sent().ends_with("\r\n\r\nok"));
  EXPECT_TRUE(Outlives(75 * kSecond - 1));
  EXPECT_FALSE(Outlives(1));
}

TEST_F(Http1Client, OneThatSaysNothingEndsSooner) {
  EXPECT_TRUE(Outlives(10 * kSecond - 1));
  EXPECT_FALSE(Outlives(1));
  EXPECT_TRUE(host_.refused.empty()) << "nothing came that could be answered";
}

// The timer of a kept connection is moved earlier by the first byte of a head.
TEST_F(Http1Client, ASlowHeadOnAKeptConnectionIsRefusedInTime) {
  Comes(kGet);
  ASSERT_TRUE(Outlives(kSecond));
  Comes("GET /slow HT");
  ASSERT_TRUE(Outlives(9 * kSecond));
  EXPECT_TRUE(host_.refused.empty());
  Comes("TP/1.1\r\n");  // what comes does not prolong it
  Outlives(kSecond);
  EXPECT_EQ(host_.refused, std::vector<int>{408});
  EXPECT_EQ(host_.method, "GET");
  EXPECT_EQ(host_.target, "/slow");
}

TEST_F(Http1Client, AHeadThatBeginsLateHasItsWholeTime) {
  ASSERT_TRUE(Outlives(9 * kSecond));
  Comes("GET ");
  ASSERT_TRUE(Outlives(9 * kSecond));
  EXPECT_TRUE(host_.refused.empty());
  Comes("/x HTTP/1.1\r\nhost: gw\r\n\r\n");
  EXPECT_EQ(host_.targets, std::vector<std::string>{"/x"});
}

TEST_F(Http1Client, AClientThatTakesNothingIsGivenUp) {
  transport_->rooms = {1, net::ScriptedTransport::kNoRoom, 1, net::ScriptedTransport::kNoRoom};
  Comes(kGet);
  ASSERT_TRUE(Outlives(59 * kSecond));
  stream_->OnReady(kWritable);  // one byte goes
  ASSERT_TRUE(Outlives(59 * kSecond));
  Comes("GET /y HTTP/1.1\r\n");  // bytes that come do not prolong it
  EXPECT_FALSE(Outlives(kSecond));
}

// To HTTP/1.0 an answer may end with the connection: one that was cut must not look whole.
TEST_F(Http1Client, AnAnswerThatIsGivenUpEndsByReset) {
  host_.answers = false;
  Comes("GET /x HTTP/1.0\r\nhost: gw\r\n\r\n");
  transport_->rooms = {100, net::ScriptedTransport::kNoRoom};
  EXPECT_TRUE(
      host_.stream->SendHead({200, {}, {BodySize::Kind::kUnknown, 0}, {}}, MoreInput::kAccepted));
  host_.stream->SendData(std::string(1000, 'x'));
  host_.stream->Flush();
  ASSERT_TRUE(Outlives(60 * kSecond - 1));
  EXPECT_FALSE(Outlives(1));
  EXPECT_TRUE(host_.gone);
  EXPECT_TRUE(host_.reset);
}

TEST_F(Http1Client, AnAnswerThatItsRequestCutsShortEndsByReset) {
  host_.answers = false;
  Comes("PUT /x HTTP/1.0\r\nhost: gw\r\ncontent-length: 9\r\n\r\n");
  host_.stream->AllowBody(1000);
  EXPECT_TRUE(
      host_.stream->SendHead({200, {}, {BodySize::Kind::kUnknown, 0}, {}}, MoreInput::kAccepted));
  host_.stream->SendData("half");
  host_.stream->Flush();
  transport_->in = {{"", net::IoState::kEnd}};
  stream_->OnReady({.readable = true, .ended = true});
  EXPECT_TRUE(host_.gone);
  EXPECT_TRUE(host_.reset);
}

TEST_F(Http1Client, OneThatLeavesAfterItsAnswerIsClosedWithoutReset) {
  Comes(kGet);
  transport_->in = {{"", net::IoState::kEnd}};
  stream_->OnReady({.readable = true, .ended = true});
  EXPECT_TRUE(host_.closed);
  EXPECT_FALSE(host_.reset);
}

TEST_F(Http1Client, ABodyMayPauseButNotForLong) {
  timeouts_.body_rate = 0;
  host_.answers = false;
  Comes("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 6\r\n\r\nab");
  host_.stream->AllowBody(1000);
  loop_.RunOnce();
  EXPECT_EQ(host_.body, "ab");
  ASSERT_TRUE(Outlives(29 * kSecond));
  Comes("cd");
  ASSERT_TRUE(Outlives(29 * kSecond));
  EXPECT_TRUE(host_.refused.empty());
  Outlives(kSecond);
  EXPECT_EQ(host_.refused, std::vector<int>{408});
}

// ---- the rate of a body --------------------------------------------------------

class Http1BodyRate : public Http1Client {
 protected:
  void Begin(std::size_t length = 1'000'000) {
    host_.answers = false;
    Comes("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: " + std::to_string(length) + "\r\n\r\n");
    Allow(65536);
  }
  void Allow(std::size_t bytes) {
    host_.stream->AllowBody(bytes);
    loop_.RunOnce();
  }
  bool Refused(std::int64_t span) {
    clock_.now += span;
    loop_.RunOnce();
    return !host_.refused.empty();
  }
};

TEST_F(Http1BodyRate, ADripIsCutWhenItsGraceIsOver) {
  Begin();
  Comes("a");
  ASSERT_FALSE(Refused(4 * kSecond));
  Comes("b");
  ASSERT_FALSE(Refused(kSecond));  // two bytes earn 8 ms
  EXPECT_TRUE(Refused(9'000'000));
  EXPECT_EQ(host_.refused, std::vector<int>{408});
}

TEST_F(Http1BodyRate, NothingAtAllIsCutToo) {
  Begin();
  ASSERT_FALSE(Refused(5 * kSecond - 1));
  EXPECT_TRUE(Refused(1));
}

TEST_F(Http1BodyRate, WhoCameFastMayPause) {
  Begin();
  Comes(std::string(240 * 20, 'x'));
  ASSERT_FALSE(Refused(25 * kSecond - 1));
  EXPECT_TRUE(Refused(1));
}

TEST_F(Http1BodyRate, OneAtTheRateGoesOn) {
  Begin();
  for (int i = 0; i < 60; ++i) {
    ASSERT_FALSE(Refused(kSecond)) << i;
    Comes(std::string(250, 'x'));
  }
}

// It could not have sent: its upstream took nothing.
TEST_F(Http1BodyRate, TheTimeInWhichItIsNotReadDoesNotCount) {
  Begin();
  ASSERT_FALSE(Refused(3 * kSecond));
  Allow(0);
  ASSERT_FALSE(Refused(100 * kSecond));
  Allow(65536);
  ASSERT_FALSE(Refused(2 * kSecond - 1));
  EXPECT_TRUE(Refused(1));
}

TEST_F(Http1BodyRate, ItEndsWithTheAnswersHead) {
  Begin();
  EXPECT_TRUE(
      host_.stream->SendHead({200, {}, {BodySize::Kind::kUnknown, 0}, {}}, MoreInput::kAccepted));
  host_.stream->Flush();
  Comes("a");
  EXPECT_FALSE(Refused(1000 * kSecond)) << "the exchange's idle timeout counts from here on";
}

// The timer may be running when the head is sent.
TEST_F(Http1BodyRate, ATimeThatRanEndsWithTheAnswersHead) {
  Begin();
  ASSERT_FALSE(Refused(4 * kSecond));
  EXPECT_TRUE(
      host_.stream->SendHead({200, {}, {BodySize::Kind::kUnknown, 0}, {}}, MoreInput::kAccepted));
  EXPECT_FALSE(Refused(kSecond));
  EXPECT_FALSE(Refused(1000 * kSecond));
  Comes("ab");
  EXPECT_EQ(host_.body, "ab");
}

TEST_F(Http1BodyRate, ItCanBeWaived) {
  Begin();
  host_.stream->WaiveBodyTimes();
  Comes("a");
  EXPECT_FALSE(Refused(1000 * kSecond));
}

TEST_F(Http1BodyRate, TheNextBodyHasItsTimesAgain) {
  Begin(1);
  host_.stream->WaiveBodyTimes();
  ASSERT_FALSE(Refused(1000 * kSecond));
  Comes("a");
  host_.Answer();
  Begin();
  EXPECT_TRUE(Refused(5 * kSecond));
}

TEST_F(Http1BodyRate, TheNextRequestStartsAnew) {
  Begin(2);
  ASSERT_FALSE(Refused(4 * kSecond));
  Comes("ab");
  host_.Answer();
  Begin();
  ASSERT_FALSE(Refused(5 * kSecond - 1));
  EXPECT_TRUE(Refused(1));
}

// It may have ended its side only: how long it waits is the exchange's to say.
TEST_F(Http1Client, AHalfClosedClientGetsALateAnswer) {
  host_.answers = false;
  transport_->in = {{kGet, net::IoState::kDone, true}};
  stream_->OnReady({.readable = true, .ended = true});
  EXPECT_EQ(host_.targets.size(), 1u);
  ASSERT_TRUE(Outlives(300 * kSecond));
  EXPECT_FALSE(host_.gone);
  host_.Answer();
  EXPECT_TRUE(sent().ends_with("\r\n\r\nok"));
}

// Whatever it had begun to send when it ended its direction: the answer that waits for
// room leaves whole, and the connection ends without a reset, which would destroy it.
class Http1HalfClosed : public Http1Client, public testing::WithParamInterface<const char*> {};

TEST_P(Http1HalfClosed, TheAnswerThatWaitsIsSentToItsEnd) {
  const std::string text(1000, 'x');
  host_.answers = false;
  const bool last = std::string_view(GetParam()) == "last";
  Comes(last ? "GET /x HTTP/1.1\r\nhost: gw\r\nconnection: close\r\n\r\n" : kGet);
  transport_->rooms = {100, net::ScriptedTransport::kNoRoom};
  host_.Answer(MoreInput::kAccepted, text);
  transport_->in = {{"", net::IoState::kEnd}};
  if (!last && *GetParam() != '\0') transport_->in.push_front({GetParam()});
  stream_->OnReady({.readable = true, .ended = true});
  if (host_.targets.size() == 2) host_.stream->AllowBody(1000);
  ASSERT_TRUE(Outlives(0));
  transport_->rooms = {};
  stream_->OnReady(kWritable);
  EXPECT_TRUE(sent().ends_with(text));
  Outlives(2 * kSecond);
  EXPECT_TRUE(host_.closed);
  EXPECT_FALSE(host_.reset);
}

INSTANTIATE_TEST_SUITE_P(
    Ends, Http1HalfClosed,
    testing::Values("", "last", "GET /y HT",
                    "PUT /y HTTP/1.1\r\nhost: gw\r\ncontent-length: 9\r\n\r\n",
                    "PUT /y HTTP/1.1\r\nhost: gw\r\ncontent-length: 9\r\n\r\nhalf"));

// The rest of a body that nobody wants is not what its answer waits for.
TEST_F(Http1Client, AnAnswerIsSentToItsEndThoughItsRequestIsCut) {
  const std::string text(1000, 'x');
  host_.answers = false;
  Comes("PUT /x HTTP/1.1\r\nhost: gw\r\ncontent-length: 9\r\n\r\n");
  transport_->rooms = {100, net::ScriptedTransport::kNoRoom};
  host_.Answer(MoreInput::kAccepted, text);
  transport_->in = {{"half"}, {"", net::IoState::kEnd}};
  stream_->OnReady({.readable = true, .ended = true});
  EXPECT_FALSE(host_.closed);
  transport_->rooms = {};
  stream_->OnReady(kWritable);
  EXPECT_TRUE(sent().ends_with(text));
  EXPECT_FALSE(host_.reset);
}

// ---- ending soon, giving way ------------------------------------------------------

TEST_F(Http1Client, ARequestThatComesJustAfterTheDrainBeganIsAnsweredAsTheLast) {
  Comes(kGet);
  host_.ending = true;
  connection_->EndSoon();
  ASSERT_TRUE(Outlives(kSecond - 1));
  sent().clear();
  Comes(kGet);
  EXPECT_EQ(host_.targets.size(), 2u);
  EXPECT_NE(sent().find("connection: close\r\n"), std::string::npos) << sent();
  EXPECT_TRUE(transport_->ended);
}

TEST_F(Http1Client, OneThatStaysIdleEndsAfterTheGrace) {
  Comes(kGet);
  host_.ending = true;
  connection_->EndSoon();
  ASSERT_TRUE(Outlives(kSecond - 1));
  EXPECT_FALSE(Outlives(1));
}

TEST_F(Http1Client, AHeadThatHasBegunIsWaitedForWhenTheDrainBegins) {
  Comes("GET /x HT");
  host_.ending = true;
  connection_->EndSoon();
  ASSERT_TRUE(Outlives(5 * kSecond));
  Comes("TP/1.1\r\nhost: gw\r\n\r\n");
  EXPECT_NE(sent().find("connection: close\r\n"), std::string::npos) << sent();
}

TEST_F(Http1Client, OneThatWasTakingItsAnswerWhenTheDrainBeganHasTheGraceToo) {
  transport_->rooms = {1, net::ScriptedTransport::kNoRoom};
  Comes(kGet);
  host_.ending = true;
  connection_->EndSoon();
  stream_->OnReady(kWritable);
  EXPECT_TRUE(sent().ends_with("\r\n\r\nok"));
  ASSERT_TRUE(Outlives(kSecond - 1));
  EXPECT_FALSE(Outlives(1));
}

// The timer and the request's edge can come in one round.
TEST_F(Http1Client, ARequestThatIsThereIsServedThoughTheTimeIsOver) {
  Comes(kGet);
  transport_->in = {{kGet}};
  ASSERT_TRUE(Outlives(75 * kSecond));
  stream_->OnReady(kReadable);
  EXPECT_EQ(host_.targets.size(), 2u);
}

TEST_F(Http1Client, WhoWaitsForARequestGivesWay) {
  Comes(kGet);
  EXPECT_EQ(host_.waiting, connection_);
  transport_->in = {{kGet}};
  EXPECT_FALSE(connection_->GiveWay()) << "a request is there";
  stream_->OnReady(kReadable);
  EXPECT_TRUE(connection_->GiveWay());
  EXPECT_TRUE(host_.closed);
  EXPECT_TRUE(host_.refused.empty());
}

TEST_F(Http1Client, AHeadThatIsNotWholeGivesWayAndIsRecorded) {
  Comes("GET /half HT");
  EXPECT_TRUE(connection_->GiveWay());
  EXPECT_TRUE(host_.closed);
  EXPECT_EQ(host_.refused, std::vector<int>{499});
  EXPECT_EQ(host_.target, "/half");
}

TEST_F(Http1Client, ARequestUnderWayDoesNotGiveWay) {
  host_.answers = false;
  Comes(kGet);
  EXPECT_EQ(host_.waiting, nullptr);
  EXPECT_FALSE(connection_->GiveWay());
}

TEST_F(Http1Client, OneThatLingersGivesWay) {
  Comes("garbage\r\n\r\n");
  ASSERT_FALSE(host_.closed);
  EXPECT_EQ(host_.waiting, connection_);
  EXPECT_TRUE(connection_->GiveWay());
  EXPECT_TRUE(host_.closed);
}

// ---- turns ------------------------------------------------------------------------

TEST_F(Http1Client, AfterAFewRequestsOthersGetTheirTurn) {
  std::string all;
  for (int i = 0; i < 40; ++i) all += kGet;
  Comes(all);
  const std::size_t first = host_.targets.size();
  EXPECT_GE(first, 1u);
  EXPECT_LE(first, 8u);
  loop_.RunOnce();
  EXPECT_EQ(host_.targets.size(), 2 * first) << "as many in each turn";
  for (int i = 0; i < 40; ++i) loop_.RunOnce();
  EXPECT_EQ(host_.targets.size(), 40u);
}

TEST_F(Http1Client, AfterManySmallPiecesOfABodyOthersGetTheirTurn) {
  host_.answers = false;
  Comes("POST /x HTTP/1.1\r\nhost: gw\r\ntransfer-encoding: chunked\r\n\r\n");
  host_.stream->AllowBody(65536);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += "1\r\na\r\n";
  Comes(all + "0\r\n\r\n");
  EXPECT_GT(host_.body.size(), 0u);
  EXPECT_LT(host_.body.size(), 600u);
  for (int i = 0; i < 10; ++i) loop_.RunOnce();
  EXPECT_EQ(host_.body, std::string(1000, 'a') + "|");
}

// A head cut anywhere, behind a head, before a body: one outcome.
TEST_F(Http1Client, RequestsAreTheSameHoweverTheyAreCut) {
  const std::string bytes =
      "GET /1 HTTP/1.1\r\nhost: gw\r\n\r\n"
      "POST /2 HTTP/1.1\r\nhost: gw\r\ncontent-length: 3\r\n\r\nabc"
      "GET /3 HTTP/1.1\r\nhost: gw\r\n\r\n";
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    host_.targets.clear();
    Comes(bytes.substr(0, cut));
    Comes(bytes.substr(cut));
    ASSERT_EQ(host_.targets, (std::vector<std::string>{"/1", "/2", "/3"})) << cut;
    ASSERT_FALSE(host_.closed) << "a small body that nobody wants is dropped: " << cut;
  }
  EXPECT_TRUE(host_.refused.empty());
}

TEST_F(Http1Client, WhoRefusesMoreInputEndsTheConnectionWithTheAnswer) {
  host_.answers = false;
  Comes(kGet);
  host_.Answer(MoreInput::kRefused);
  EXPECT_NE(sent().find("connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(transport_->ended);
  EXPECT_FALSE(host_.closed) << "closing now could destroy what was said";
  transport_->in = {{"rest of something"}, {"", net::IoState::kEnd}};
  stream_->OnReady(kReadable);
  EXPECT_TRUE(host_.closed);
  EXPECT_EQ(host_.targets.size(), 1u);
}

TEST_F(Http1Client, InterimAnswersGoBeforeTheLast) {
  host_.answers = false;
  Comes(kGet);
  const runtime::Field link{"link", "</style.css>; rel=preload"};
  EXPECT_TRUE(host_.stream->SendInterim({103, {&link, 1}, {}, {}}));
  EXPECT_FALSE(host_.stream->SendInterim({101, {}, {}, {}}));
  EXPECT_FALSE(host_.stream->SendInterim({200, {}, {}, {}}));
  host_.Answer();
  EXPECT_EQ(sent(),
            "HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n"
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
}

TEST_F(Http1Client, AnOldClientGetsNoInterimAnswer) {
  host_.answers = false;
  Comes("GET /x HTTP/1.0\r\nhost: gw\r\n\r\n");
  EXPECT_FALSE(host_.stream->SendInterim({103, {}, {}, {}}));
  host_.Answer();
  EXPECT_TRUE(sent().starts_with("HTTP/1.1 200 OK\r\n"));
}

// The end of a chunked answer would show that it is cut; of any other it would not.
TEST_F(Http1Client, AnAbortIsSeenAsOne) {
  host_.answers = false;
  Comes(kGet);
  ASSERT_TRUE(
      host_.stream->SendHead({200, {}, {BodySize::Kind::kLength, 10}, {}}, MoreInput::kAccepted));
  host_.stream->SendData("half");
  host_.stream->Abort();
  EXPECT_TRUE(host_.closed);
  EXPECT_TRUE(transport_->reset);
}

TEST_F(Http1Client, ATruncatedHeadIsRecorded) {
  transport_->in = {{"GET /x HT"}, {"", net::IoState::kTruncated}};
  stream_->OnReady(kReadable);
  EXPECT_EQ(host_.refused, std::vector<int>{499});
  EXPECT_EQ(host_.target, "/x");
  EXPECT_TRUE(host_.closed);
}

}  // namespace
}  // namespace weir::proxy::http1
