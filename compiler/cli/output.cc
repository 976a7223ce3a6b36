#include "compiler/cli/output.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "dsl/source/render.h"

namespace weir::cli {
namespace {

std::string Why(const std::string& path) {
  return "'" + path + "' cannot be written: " + std::strerror(errno);
}

// A temporary file that is removed unless it was given its final name.
class Draft {
 public:
  explicit Draft(const std::string& target) : path_(target + ".XXXXXX") {
    descriptor_ = mkostemp(path_.data(), O_CLOEXEC);
  }
  ~Draft() {
    Close();
    if (made_) unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  // All or false, with errno.
  bool Write(std::string_view octets, mode_t mode) {
    made_ = descriptor_ >= 0;
    if (!made_) return false;
    while (!octets.empty()) {
      ssize_t put = write(descriptor_, octets.data(), octets.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      octets.remove_prefix(static_cast<std::size_t>(put));
    }
    return fchmod(descriptor_, mode) == 0 && fsync(descriptor_) == 0 && Close();
  }
  bool NameIt(const std::string& target) {
    if (rename(path_.c_str(), target.c_str()) != 0) return false;
    made_ = false;
    return true;
  }

 private:
  bool Close() {
    int descriptor = std::exchange(descriptor_, -1);
    return descriptor < 0 || close(descriptor) == 0;
  }

  std::string path_;
  int descriptor_ = -1;
  bool made_ = false;
};

}  // namespace

bool Colored(std::FILE* stream) {
  const char* refused = std::getenv("NO_COLOR");
  return (refused == nullptr || *refused == '\0') && isatty(fileno(stream)) == 1;
}

void Report(const std::vector<dsl::Diagnostic>& diagnostics, const dsl::SourceMap& sources) {
  std::string text = dsl::Render(diagnostics, sources, Colored(stderr));
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void ReportError(std::string_view rule, std::string_view message) {
  dsl::Diagnostic diagnostic;
  diagnostic.rule = rule;
  diagnostic.message = message;
  Report({diagnostic}, dsl::SourceMap());  // with no file there is no place to show
}

void Complain(std::string_view message) {
  std::string line = "weir: " + dsl::Visible(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

bool Print(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
         std::fflush(stdout) == 0;
}

std::expected<void, std::string> WriteWhole(const std::string& path, std::string_view octets) {
  std::string target = path;
  if (char* real = realpath(path.c_str(), nullptr)) {
    target = real;
    std::free(real);
  }
  struct stat status{};
  mode_t mask = umask(0);
  umask(mask);
  mode_t mode = 0666 & ~mask;
  if (stat(target.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode)) {
      return std::unexpected("'" + path + "' cannot be written: it is not a regular file");
    }
    mode = status.st_mode & 07777;
    if (access(target.c_str(), W_OK) != 0) return std::unexpected(Why(path));
  }
  Draft draft(target);
  if (!draft.Write(octets, mode) || !draft.NameIt(target)) return std::unexpected(Why(path));
  return {};
}

Progress::Progress(std::string what)
    : what_(std::move(what)),
      terminal_(isatty(STDERR_FILENO) == 1),
      next_(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

Progress::~Progress() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void Progress::Update(std::size_t done, std::size_t total) {
  if (!terminal_) return;
  auto now = std::chrono::steady_clock::now();
  if (now < next_) return;
  next_ = now + std::chrono::milliseconds(200);
  shown_ = true;
  std::fprintf(stderr, "\r\x1b[K%s: %zu of %zu", what_.c_str(), done, total);
  std::fflush(stderr);
}

}  // namespace weir::cli
