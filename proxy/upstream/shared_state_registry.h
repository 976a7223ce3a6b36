// State that outlives a reload, by kind, name and parameters: the same identity
// yields the same object as long as one reference to it is held.
//
//   auto pool = states.Get<Admission>(Identity("pool").Add(name).Add(limits.connections)...text(),
//                                     [&] { return std::make_shared<Admission>(limits); });
//
// Main thread only; what it gives out may be shared by all.
#ifndef WEIR_PROXY_UPSTREAM_SHARED_STATE_REGISTRY_H_
#define WEIR_PROXY_UPSTREAM_SHARED_STATE_REGISTRY_H_

#include <concepts>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/net/clock.h"

namespace weir::proxy::upstream {

// Parts with their lengths, so that no two lists of parts read the same.
class Identity {
 public:
  explicit Identity(std::string_view kind) : text_(kind) {}
  Identity& Add(std::string_view part) {
    text_.append("/").append(std::to_string(part.size())).append(":").append(part);
    return *this;
  }
  template <std::integral T>
  Identity& Add(T number) {
    return Add(std::string_view(std::to_string(number)));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

class SharedStateRegistry {
 public:
  explicit SharedStateRegistry(const net::Clock& clock) : clock_(clock) {}
  const net::Clock& clock() const { return clock_; }  // of what begins with a state

  template <class T, class Make>
  std::shared_ptr<T> Get(const std::string& identity, const Make& make) {
    std::weak_ptr<void>& known = known_[identity];
    if (auto held = known.lock()) return std::static_pointer_cast<T>(held);
    std::shared_ptr<T> made = make();
    known = made;
    return made;
  }
  void Forget() {  // drops entries that are no longer referenced
    std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  }

 private:
  const net::Clock& clock_;
  std::map<std::string, std::weak_ptr<void>> known_;
};

}  // namespace weir::proxy::upstream

#endif  // WEIR_PROXY_UPSTREAM_SHARED_STATE_REGISTRY_H_
