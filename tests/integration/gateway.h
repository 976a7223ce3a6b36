// A real weir-proxy in front of a recording upstream, and a client that reads
// answers strictly.
#ifndef WEIR_TESTS_INTEGRATION_GATEWAY_H_
#define WEIR_TESTS_INTEGRATION_GATEWAY_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/demo/process.h"
#include "tests/support/http1/strict.h"

namespace weir::tests {

// Serves, on every host: /admin and all below it with 403 of its own, the rest
// from 127.0.0.1:upstream.
class Gateway {
 public:
  explicit Gateway(std::uint16_t upstream);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  std::uint16_t port() const { return port_; }
  bool Ended() { return process_->Ended(0); }

 private:
  std::uint16_t port_ = 0;
  std::filesystem::path folder_;
  std::unique_ptr<demo::Process> process_;
};

class Client {
 public:
  explicit Client(std::uint16_t port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view octets);
  void EndSending();
  // The next final answer; nothing at the connection's end, after 5 s, or when
  // what comes is no strict answer: `why()` says which.
  std::optional<strict::Request> Next(std::string_view method);
  // The same, interim answers (1xx) among them.
  std::optional<strict::Request> NextOfAny(std::string_view method);
  // All octets up to the connection's end.
  std::string Rest();
  // Whether the connection ends here, without a further octet.
  bool AtEnd();
  const std::string& why() const { return why_; }

 private:
  bool ReadMore();
  int fd_ = -1;
  std::string unread_;
  std::string why_;
};

}  // namespace weir::tests

#endif  // WEIR_TESTS_INTEGRATION_GATEWAY_H_
