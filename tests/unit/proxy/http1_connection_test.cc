// A connection to an upstream on a real loop: what its events must tell.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "proxy/http1/upstream_connection.h"
#include "proxy/net/loop.h"
#include "proxy/net/plain_transport.h"
#include "proxy/net/socket.h"
#include "proxy/net/stream.h"

namespace weir::proxy::http1 {
namespace {

class Owner final : public UpstreamOwner {
 public:
  void OnStreamOver(proxy::UpstreamConnection& connection) override { idle = &connection; }
  void OnClosed(proxy::UpstreamConnection&) override { closed = true; }
  proxy::UpstreamConnection* idle = nullptr;
  bool closed = false;
};

class Events final : public UpstreamEvents {
 public:
  explicit Events(net::Loop& loop) : loop_(loop) {}
  void OnInterim(const ResponseMessage&) override {}
  void OnResponseHead(const ResponseMessage&) override {}
  void OnResponseData(std::string_view data) override { octets += data.size(); }
  void OnResponseEnd(std::span<const runtime::Field>) override {
    ended = true;
    loop_.Stop();
  }
  void OnUpstreamFailed(const UpstreamFailure&) override { loop_.Stop(); }
  void OnUpstreamCredit() override {
    credited = true;
    loop_.Stop();
  }
  bool credited = false, ended = false;
  std::size_t octets = 0;

 private:
  net::Loop& loop_;
};

class Http1Connection : public testing::Test {
 protected:
  Http1Connection()
      : listener_(*net::Listen(*net::ParseSocketAddress("127.0.0.1:0"))), events_(loop_) {
    auto fd = net::Connect(net::LocalAddress(listener_.get()));
    auto stream =
        std::make_unique<net::Stream>(loop_, std::make_unique<net::PlainTransport>(std::move(*fd)),
                                      net::Stream::State::kHandshake);
    stream->Watch();
    connection_ = new UpstreamConnection(loop_, std::move(stream), owner_, loop_.now() + kPatience);
    connection_->Begin(events_);
  }
  ~Http1Connection() override {
    if (!owner_.closed) connection_->Close();
    loop_.RunDeferredWork();
  }

  static constexpr std::int64_t kPatience = 5'000'000'000;
  net::Loop loop_;
  net::Fd listener_;
  Owner owner_;
  Events events_;
  UpstreamConnection* connection_ = nullptr;
};

// The body fills the window before the connection stands, and all of it leaves
// in the first write: nothing but that write tells that there is room again.
TEST_F(Http1Connection, RoomIsToldWhenTheFirstWriteMakesIt) {
  ASSERT_TRUE(connection_->SendHead(
      {"PUT", "http", "/x", "", false, "h", {}, {BodySize::Kind::kLength, 200'000}}));
  connection_->SendData(std::string(kStreamWindow, 'x'));
  ASSERT_EQ(connection_->Credit(), 0u);
  net::Timer guard(loop_.timers(), [this] { loop_.Stop(); });
  guard.Arm(loop_.now() + kPatience);
  loop_.Run();
  EXPECT_TRUE(events_.credited);
  EXPECT_GT(connection_->Credit(), 0u);
}

// The read that ends the answer fills the buffer, so what follows is still in
// the kernel, and no event will tell of it: such a connection is not used again.
TEST_F(Http1Connection, OctetsAfterAFullReadEndTheConnection) {
  ASSERT_TRUE(connection_->SendHead({"GET", "http", "/x", "", false, "h", {}, {}}));
  connection_->SendEnd({});
  connection_->Flush();
  const net::Fd peer(::accept(listener_.get(), nullptr, nullptr));
  const std::string head = "HTTP/1.1 200 OK\r\ncontent-length: ";
  std::string answer;
  for (std::size_t body = net::Loop::kScratchSize; answer.size() != net::Loop::kScratchSize;
       --body) {
    answer = head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
  }
  answer += "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nstolen";
  ASSERT_EQ(::send(peer.get(), answer.data(), answer.size(), 0),
            static_cast<ssize_t>(answer.size()));
  net::Timer guard(loop_.timers(), [this] { loop_.Stop(); });
  guard.Arm(loop_.now() + kPatience);
  loop_.Run();
  EXPECT_TRUE(events_.ended);
  EXPECT_TRUE(owner_.closed);
  EXPECT_EQ(owner_.idle, nullptr);
}

}  // namespace
}  // namespace weir::proxy::http1
