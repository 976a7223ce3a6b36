// A request on its way to its decision: asks the limits' store and the verifier of
// credentials for what the decision needs.
//
// A store may answer later; until then the request is suspended. It goes on with
// the store's answer, or at the store's deadline as each limit's `store-down` says,
// or not at all: Cancel, when the client goes or the worker stops.
#ifndef WEIR_PROXY_EXCHANGE_DECIDING_H_
#define WEIR_PROXY_EXCHANGE_DECIDING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "proxy/config/serving.h"
#include "proxy/exchange/context.h"
#include "proxy/exchange/limit_store.h"
#include "proxy/net/timer.h"
#include "runtime/decide/decision.h"

namespace weir::proxy {

class Deciding final : private LimitWaiter {
 public:
  class Owner {
   public:
    // Once, perhaps from within Start: kAnswer or kForward.
    virtual void OnDecided(runtime::Step step) = 0;

   protected:
    ~Owner() = default;
  };

  Deciding(ExchangeContext& context, Owner& owner);

  void Start(const runtime::CanonicalRequest& request, Serving& serving);
  void Cancel();  // nothing is heard of it any more
  void Reset();   // forgets the decision

  bool suspended() const { return suspended_; }
  // Null before Start.
  const runtime::Decision* decision() const { return decision_ ? &*decision_ : nullptr; }
  const char* detail() const { return detail_; }  // of who the caller is, for the log

 private:
  void OnCharged(std::span<const runtime::LimitVerdict> verdicts) override;
  void OnDeadline();
  void Continue(runtime::Step step);
  // False: the store answers later.
  bool Charge(runtime::Step& step);
  runtime::Step Take(std::span<const runtime::LimitVerdict> verdicts);
  runtime::Step Verify();

  ExchangeContext& context_;
  Owner& owner_;
  const runtime::CanonicalRequest* request_ = nullptr;
  Serving* serving_ = nullptr;
  std::optional<runtime::Decision> decision_;
  std::shared_ptr<const void> identity_hold_;
  const char* detail_ = "";
  bool suspended_ = false;
  net::Timer deadline_;
};

}  // namespace weir::proxy

#endif  // WEIR_PROXY_EXCHANGE_DECIDING_H_
