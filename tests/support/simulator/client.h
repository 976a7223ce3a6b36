// A client of the simulation: one connection at a time, requests one behind the other,
// sent and read as fast or slowly as its history says. It judges what it is answered
// byte by byte, and writes it into the ledger.
#ifndef WEIR_TESTS_SUPPORT_SIMULATOR_CLIENT_H_
#define WEIR_TESTS_SUPPORT_SIMULATOR_CLIENT_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/simulator/message.h"
#include "tests/support/simulator/site.h"

namespace weir::simulator {

class Client final : public Actor, private MessageReader::Sink {
 public:
  Client(Site& site, std::uint16_t port, std::uint16_t number)
      : site_(site), port_(port), number_(number) {}
  ~Client() override { site_.kernel.Forget(*this); }

  // Queues the request behind what it has sent; Deliver sends it.
  void Ask(Request& request);
  void AskGarbage();
  void Deliver(std::size_t bytes);
  std::size_t undelivered() const { return outgoing_.size(); }
  void SetReading(bool reading);
  void Read(std::size_t bytes);  // while it does not read by itself
  void EndSending();
  void Reset();
  void Close();
  void Act() override;

  // Nothing of it is under way, and it is connected.
  bool waits() const { return wire_ != nullptr && awaited_.empty() && outgoing_.empty(); }
  const Wire* wire() const { return wire_.get(); }
  // What closed its connection when nothing was under way, and how long nothing had been.
  struct IdleClose {
    std::int64_t waited = 0;
    bool first = false;  // no request had come at all
  };
  std::deque<IdleClose> idle_closes;

 private:
  struct Awaited {
    Request* request = nullptr;                      // null: garbage
    std::uint64_t begin = 0, head_end = 0, end = 0;  // as counts of bytes delivered
  };
  bool Connect();
  void Leave();
  void Over(bool broken);
  void Take(std::size_t most);

  bool OnHead(const strict::Request& head) override;
  void OnBody(std::string_view bytes) override;
  void OnEnd() override;
  Awaited* Front() { return awaited_.empty() ? nullptr : &awaited_.front(); }

  Site& site_;
  const std::uint16_t port_, number_;
  std::shared_ptr<Wire> wire_;
  std::optional<MessageReader> reader_;
  std::string outgoing_;
  std::uint64_t queued_ = 0, delivered_ = 0;
  std::deque<Awaited> awaited_;
  std::int64_t quiet_since_ = 0;
  bool reading_ = true, answered_ = false, last_ = false, sending_over_ = false;
};

}  // namespace weir::simulator

#endif  // WEIR_TESTS_SUPPORT_SIMULATOR_CLIENT_H_
