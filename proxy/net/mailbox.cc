#include "proxy/net/mailbox.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

namespace weir::proxy::net {

Mailbox::Mailbox(Loop& loop) : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  loop.Watch(event_.get(), this, Interest::kRead);
}

void Mailbox::Post(std::function<void()> work) {
  {
    const runtime::MutexLock lock(mutex_);
    work_.push_back(std::move(work));
  }
  ::eventfd_write(event_.get(), 1);
}

void Mailbox::OnReady(Ready) {
  eventfd_t count = 0;
  ::eventfd_read(event_.get(), &count);
  std::vector<std::function<void()>> work;
  {
    const runtime::MutexLock lock(mutex_);
    work.swap(work_);
  }
  for (auto& item : work) item();
}

}  // namespace weir::proxy::net
