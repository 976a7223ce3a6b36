// Octets on their way to a socket. Small pieces gather here and leave in one
// write; large ones go to the kernel at once, beside what had gathered.
#ifndef WEIR_PROXY_NET_OUT_BUFFER_H_
#define WEIR_PROXY_NET_OUT_BUFFER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/net/socket.h"

namespace weir::proxy::net {

class OutBuffer {
 public:
  std::string& tail() { return data_; }  // append here
  std::size_t pending() const { return data_.size() - begin_; }
  bool empty() const { return pending() == 0; }

  // Writes what is pending, then `extra`; what the kernel does not take of
  // `extra` is kept. `written` grows by the octets that left.
  IoState Flush(int fd, std::string_view extra, std::uint64_t& written) {
    const std::string_view first = std::string_view(data_).substr(begin_);
    const IoResult result = Write(fd, first, extra);
    written += result.count;
    if (result.count < first.size()) {
      begin_ += result.count;
      Compact();
      data_.append(extra);
    } else {
      Clear();
      data_.append(extra.substr(result.count - first.size()));
    }
    return result.state;
  }

  void Clear() {
    begin_ = 0;
    data_.clear();
    if (data_.capacity() > kKeep) data_ = std::string();
  }

 private:
  static constexpr std::size_t kKeep = 4096;
  void Compact() {
    if (begin_ < 65536) return;
    data_.erase(0, begin_);
    begin_ = 0;
  }

  std::string data_;
  std::size_t begin_ = 0;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_OUT_BUFFER_H_
