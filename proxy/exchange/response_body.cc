#include "proxy/exchange/response_body.h"

#include <utility>

namespace weir::proxy {

void ResponseBody::Pass(std::string_view data, std::size_t place) {
  if (place < filters_.size()) {
    Rest rest(*this, place + 1);
    return filters_[place]->Data(data, rest);
  }
  if (data.empty()) return;
  bytes_ += data.size();
  client_->SendData(data);
}

void ResponseBody::Send(std::string_view data) { Pass(data, 0); }

// Front to back: what one filter releases passes all filters behind it.
void ResponseBody::End(std::span<const runtime::Field> trailers) {
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    Rest rest(*this, i + 1);
    filters_[i]->End(rest);
  }
  client_->SendEnd(trailers);
}

std::size_t ResponseBody::Credit() const {
  std::size_t credit = client_->Credit();
  for (std::size_t i = filters_.size(); i-- > 0;) credit = filters_[i]->Credit(credit);
  return credit;
}

void ResponseBody::ScheduleFlush() {
  if (!std::exchange(deferred_, true)) loop_.Defer(this);
}

void ResponseBody::RunDeferred() {
  deferred_ = false;
  if (client_ == nullptr) return;
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    Rest rest(*this, i + 1);
    filters_[i]->Flush(rest);
  }
  client_->Flush();
  owner_.OnResponseRoom();
}

void ResponseBody::Reset() {
  client_ = nullptr;
  filters_.clear();
  bytes_ = 0;
}

}  // namespace weir::proxy
