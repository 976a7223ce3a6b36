#include "proxy/net/loop.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir::proxy::net {
namespace {

std::uint32_t Events(Interest interest) {
  switch (interest) {
    case Interest::kRead:
      return EPOLLIN;
    case Interest::kWrite:
      return EPOLLOUT;
    case Interest::kReadWrite:
      return EPOLLIN | EPOLLOUT;
    case Interest::kEdges:
      return EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  }
  return 0;
}

bool Control(int epoll, int operation, int fd, Handler* handler, Interest interest) {
  epoll_event event{};
  event.events = Events(interest);
  event.data.ptr = handler;
  return ::epoll_ctl(epoll, operation, fd, &event) == 0;
}

Ready ToReady(std::uint32_t events) {
  return {.readable = (events & EPOLLIN) != 0,
          .writable = (events & EPOLLOUT) != 0,
          .ended = (events & EPOLLRDHUP) != 0,
          .failed = (events & (EPOLLHUP | EPOLLERR)) != 0};
}

}  // namespace

Loop::Loop(const Clock& clock)
    : clock_(clock), epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(kScratchSize) {
  ReadClocks();
}

void Loop::ReadClocks() {
  now_ = clock_.Monotonic();
  unix_ms_ = clock_.UnixMilliseconds();
}

bool Loop::Watch(int fd, Handler* handler, Interest interest) {
  return Control(epoll_.get(), EPOLL_CTL_ADD, fd, handler, interest);
}

bool Loop::Change(int fd, Handler* handler, Interest interest) {
  return Control(epoll_.get(), EPOLL_CTL_MOD, fd, handler, interest);
}

void Loop::Unwatch(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }

void Loop::Forget(Handler* handler) {
  std::replace(again_.begin(), again_.end(), handler, static_cast<Handler*>(nullptr));
  std::replace(again_now_.begin(), again_now_.end(), handler, static_cast<Handler*>(nullptr));
}

void Loop::RunDeferredWork() {
  while (!deferred_.empty()) {
    deferred_now_.swap(deferred_);
    for (Deferred* deferred : deferred_now_) deferred->RunDeferred();
    deferred_now_.clear();
  }
}

void Loop::Run() {
  while (!stopped_.load(std::memory_order_relaxed)) Round(Wait());
}

void Loop::RunOnce() { Round(0); }

int Loop::Wait() const {
  const std::int64_t next = NextDue();
  if (next == INT64_MAX) return -1;
  if (next <= now_) return 0;
  const std::int64_t left = next - clock_.Monotonic();
  return left <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 60'000));
}

void Loop::Round(int wait) {
  std::array<epoll_event, 256> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait);
  ReadClocks();
  for (int i = 0; i < count; ++i) {
    static_cast<Handler*>(events[i].data.ptr)->OnReady(ToReady(events[i].events));
  }
  again_now_.swap(again_);
  for (std::size_t i = 0; i < again_now_.size(); ++i) {
    if (again_now_[i] != nullptr) again_now_[i]->OnReady({});
  }
  again_now_.clear();
  timers_.Run(now_);
  RunDeferredWork();
}

}  // namespace weir::proxy::net
