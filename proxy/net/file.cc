#include "proxy/net/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proxy/net/fd.h"

namespace weir::proxy::net {
namespace {

bool Same(const struct stat& a, const struct stat& b) {
  return a.st_ino == b.st_ino && a.st_dev == b.st_dev && a.st_size == b.st_size &&
         a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

}  // namespace

// A pipe would make the loop wait.
std::expected<std::string, std::string> ReadWhole(const std::string& file, std::size_t most) {
  const auto failed = [&](const std::string& why) {
    return std::unexpected("cannot read " + file + ": " + why);
  };
  const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat about{};
  if (!fd || ::fstat(fd.get(), &about) != 0) return failed(std::strerror(errno));
  if (S_ISDIR(about.st_mode)) return failed("it is a directory");
  if (!S_ISREG(about.st_mode)) return failed("it is not a regular file");
  const auto too_large = [&] {
    return failed("it is larger than " + std::to_string(most) + " octets");
  };
  if (static_cast<std::uint64_t>(about.st_size) > most) return too_large();
  std::string octets;
  for (char buffer[1 << 16];;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(std::strerror(errno));
    if (got == 0) return octets;
    octets.append(buffer, static_cast<std::size_t>(got));
    if (octets.size() > most) return too_large();
  }
}

void FileWatch::Look() {
  ::stat(file_.c_str(), &seen_);
  unread_ = false;
}

bool FileWatch::Changed() {
  struct stat now{};
  if (::stat(file_.c_str(), &now) != 0 || (Same(now, seen_) && !unread_)) return false;
  seen_ = now;
  return true;
}

}  // namespace weir::proxy::net
