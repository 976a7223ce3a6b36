#include "proxy/net/loop.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace weir::proxy::net {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t ReadClock(clockid_t clock) {
  timespec t{};
  ::clock_gettime(clock, &t);
  return t.tv_sec * kSecond + t.tv_nsec;
}

bool Control(int epoll, int fd, Handler* handler, std::uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = handler;
  return ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

}  // namespace

std::int64_t MonotonicNow() { return ReadClock(CLOCK_MONOTONIC); }

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), scratch_(kScratchSize) { ReadClocks(); }

void Loop::ReadClocks() {
  now_ = ReadClock(CLOCK_MONOTONIC);
  unix_ms_ = ReadClock(CLOCK_REALTIME) / 1'000'000;
}

bool Loop::WatchEdges(int fd, Handler* handler) {
  return Control(epoll_.get(), fd, handler, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

bool Loop::WatchReading(int fd, Handler* handler) {
  return Control(epoll_.get(), fd, handler, EPOLLIN);
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
  std::array<epoll_event, 256> events;
  while (!stopped_.load(std::memory_order_relaxed)) {
    int wait = -1;
    if (!again_.empty()) {
      wait = 0;
    } else if (timers_.Next() != INT64_MAX) {
      const std::int64_t left = timers_.Next() - MonotonicNow();
      wait = left <= 0 ? 0 : static_cast<int>(std::min<std::int64_t>(left / 1'000'000 + 1, 60'000));
    }
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), wait);
    ReadClocks();
    for (int i = 0; i < count; ++i) {
      static_cast<Handler*>(events[i].data.ptr)->OnEvents(events[i].events);
    }
    again_now_.swap(again_);
    for (std::size_t i = 0; i < again_now_.size(); ++i) {
      if (again_now_[i] != nullptr) again_now_[i]->OnEvents(0);
    }
    again_now_.clear();
    timers_.Run(now_);
    RunDeferredWork();
  }
}

}  // namespace weir::proxy::net
