// Work handed to another thread's loop: closures, run in the order they came.
//
//   mailbox.Post([&worker] { worker.Drain(); });   // from any thread
#ifndef WEIR_PROXY_NET_MAILBOX_H_
#define WEIR_PROXY_NET_MAILBOX_H_

#include <functional>
#include <vector>

#include "proxy/net/fd.h"
#include "proxy/net/loop.h"
#include "runtime/base/mutex.h"

namespace weir::proxy::net {

class Mailbox final : public Handler {
 public:
  explicit Mailbox(Loop& loop);
  void Post(std::function<void()> work);
  void OnReady(Ready ready) override;

 private:
  Fd event_;
  runtime::Mutex mutex_;
  std::vector<std::function<void()>> work_ WEIR_GUARDED_BY(mutex_);
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_MAILBOX_H_
