// The active check of one host: every `every` a fresh connection, and over HTTP
// a GET that must be answered with 2xx in time (spec/rules/health.md).
#ifndef WEIR_PROXY_UPSTREAM_HEALTH_CHECK_H_
#define WEIR_PROXY_UPSTREAM_HEALTH_CHECK_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "proxy/http/connection.h"
#include "proxy/net/loop.h"
#include "proxy/upstream/connector.h"
#include "proxy/upstream/host.h"

namespace weir::proxy::upstream {

struct CheckSettings {
  bool http = true;
  std::string path;
  std::int64_t every = 5'000'000'000;  // ns
  std::int64_t timeout = 1'000'000'000;
};

// Belongs to the main thread's loop; `host` has a `checked`.
class HealthCheck final : public UpstreamEvents, public UpstreamOwner, public net::Handler {
 public:
  // `turned` is called after each new verdict. `delay`: of the first check, ns.
  HealthCheck(net::Loop& loop, const Connector& connector, CheckSettings settings,
              std::shared_ptr<const Host> host, std::int64_t delay,
              std::function<void(const Host&)> turned);
  ~HealthCheck();

  const std::shared_ptr<const Host>& host() const { return host_; }
  // Goes on for the same host of a newer list: `host` shares its `checked`, which
  // stands for address and settings. Not inside of `turned`.
  void HandOver(std::shared_ptr<const Host> host, std::function<void(const Host&)> turned) {
    host_ = std::move(host);
    turned_ = std::move(turned);
  }

  void OnInterim(const ResponseMessage&) override {}
  void OnResponseHead(const ResponseMessage& message) override;
  void OnResponseData(std::string_view) override {}
  void OnResponseEnd(std::span<const runtime::Field>) override {}
  void OnUpstreamFailed(const UpstreamFailure&) override;
  void OnUpstreamCredit() override {}
  void OnStreamOver(UpstreamConnection& connection) override { connection.Close(); }
  void OnClosed(UpstreamConnection&) override { stream_ = nullptr; }
  void OnReady(net::Ready ready) override;  // of a bare socket

 private:
  void Start();
  void StartTcp();
  void StartHttp();
  void PutOff();
  void Done(bool passed);
  void Stop();

  net::Loop& loop_;
  const Connector& connector_;
  const CheckSettings settings_;
  std::shared_ptr<const Host> host_;
  std::function<void(const Host&)> turned_;
  net::Timer next_;
  net::Timer timeout_;
  std::int64_t deadline_ = 0;         // of the check under way
  net::Fd socket_;                    // of a TCP check
  UpstreamStream* stream_ = nullptr;  // of an HTTP check
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_HEALTH_CHECK_H_
