#include "proxy/net/timer.h"

namespace weir::proxy::net {

void TimerHeap::Put(std::size_t place, Entry entry) {
  entries_[place] = entry;
  entry.timer->place_ = place;
}

void TimerHeap::Up(std::size_t place) {
  const Entry entry = entries_[place];
  while (place > 0) {
    const std::size_t parent = (place - 1) / 2;
    if (entries_[parent].at <= entry.at) break;
    Put(place, entries_[parent]);
    place = parent;
  }
  Put(place, entry);
}

void TimerHeap::Down(std::size_t place) {
  const Entry entry = entries_[place];
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= entries_.size()) break;
    if (child + 1 < entries_.size() && entries_[child + 1].at < entries_[child].at) ++child;
    if (entry.at <= entries_[child].at) break;
    Put(place, entries_[child]);
    place = child;
  }
  Put(place, entry);
}

void TimerHeap::Push(Timer* timer, std::int64_t at) {
  entries_.push_back({at, timer});
  Up(entries_.size() - 1);
}

void TimerHeap::Remove(std::size_t place) {
  entries_[place].timer->place_ = Timer::kNowhere;
  const Entry last = entries_.back();
  entries_.pop_back();
  if (place == entries_.size()) return;
  Put(place, last);
  Up(place);
  Down(last.timer->place_);
}

void TimerHeap::Run(std::int64_t now) {
  while (!entries_.empty() && entries_.front().at <= now) {
    Timer* timer = entries_.front().timer;
    Remove(0);
    if (timer->deadline_ == Timer::kNever) continue;
    if (timer->deadline_ > now) {  // it was moved meanwhile
      Push(timer, timer->deadline_);
      continue;
    }
    timer->deadline_ = Timer::kNever;
    timer->action_();
  }
}

std::int64_t TimerHeap::Next() const { return entries_.empty() ? INT64_MAX : entries_.front().at; }

Timer::~Timer() {
  if (place_ != kNowhere) heap_->Remove(place_);
}

void Timer::Arm(std::int64_t at) {
  deadline_ = at;
  if (place_ == kNowhere) {
    heap_->Push(this, at);
  } else if (heap_->entries_[place_].at > at) {
    heap_->entries_[place_].at = at;
    heap_->Up(place_);
  }
}

}  // namespace weir::proxy::net
