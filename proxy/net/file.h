// Files read whole: regular ones, and no more of them than expected.
#ifndef WEIR_PROXY_NET_FILE_H_
#define WEIR_PROXY_NET_FILE_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

namespace weir::proxy::net {

// Read rather than mapped: overwriting the file in place must not change what is
// in use. The error is a sentence with the name in it.
std::expected<std::string, std::string> ReadWhole(const std::string& file,
                                                  std::size_t most = SIZE_MAX);

// Whether a file is another than it was.
//
//   if (!watch.Changed()) return;
//   watch.Look();                  // first: a change while it is read is seen later
//   const auto octets = ReadWhole(file);
//   if (!octets) watch.NotRead();  // no descriptor was free, say: Changed() until it is read
class FileWatch {
 public:
  FileWatch() = default;  // of nothing
  explicit FileWatch(std::string file) : file_(std::move(file)) { Look(); }
  // True: it changed since the last look (or since it was made), or could not be
  // read then; and is there.
  bool Changed();
  void Look();
  void NotRead() { unread_ = true; }  // what the last look saw
  bool unread() const { return unread_; }

 private:
  std::string file_;
  struct stat seen_{};
  bool unread_ = false;
};

}  // namespace weir::proxy::net

#endif  // WEIR_PROXY_NET_FILE_H_
