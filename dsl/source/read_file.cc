#include "dsl/source/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir::dsl {
namespace {

ReadError TooLarge(const std::string& path) {
  return {"file-too-large", "'" + path + "' is larger than 16 MiB"};
}

std::expected<std::string, ReadError> ReadAll(int descriptor, const std::string& path,
                                              std::size_t expected_size) {
  std::string text;
  text.resize(expected_size + 1);  // one more, to see the end without growing
  std::size_t used = 0;
  while (true) {
    if (used == text.size()) text.resize(std::min(text.size() * 2, kMaxFileOctets + 1));
    ssize_t got = read(descriptor, text.data() + used, text.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return std::unexpected(
          ReadError{"unreadable-file", "'" + path + "' cannot be read: " + std::strerror(errno)});
    }
    used += static_cast<std::size_t>(got);
    if (used > kMaxFileOctets) return std::unexpected(TooLarge(path));
    if (got == 0) break;
  }
  text.resize(used);
  return text;
}

}  // namespace

std::expected<std::string, ReadError> ReadFile(const std::string& path) {
  if (path.find('\0') != std::string::npos) {
    return std::unexpected(ReadError{"missing-file", "a file name holds a NUL octet"});
  }
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    bool missing = errno == ENOENT || errno == ENOTDIR;
    std::string why =
        errno == ENOENT ? "does not exist" : std::string("cannot be read: ") + std::strerror(errno);
    return std::unexpected(
        ReadError{missing ? "missing-file" : "unreadable-file", "'" + path + "' " + why});
  }
  struct stat status{};
  std::expected<std::string, ReadError> result;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    const char* what = S_ISDIR(status.st_mode) ? "a directory" : "not a regular file";
    result = std::unexpected(ReadError{"not-a-file", "'" + path + "' is " + what});
  } else if (status.st_size > static_cast<off_t>(kMaxFileOctets)) {
    result = std::unexpected(TooLarge(path));
  } else {
    result = ReadAll(descriptor, path, static_cast<std::size_t>(status.st_size));
  }
  close(descriptor);
  return result;
}

std::expected<std::string, ReadError> ReadStandardInput() {
  return ReadAll(STDIN_FILENO, "-", 64 << 10);
}

}  // namespace weir::dsl
