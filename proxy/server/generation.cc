#include "proxy/server/generation.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "proxy/net/fd.h"
#include "proxy/observe/log.h"
#include "proxy/server/capabilities.h"

namespace weir::proxy::server {
namespace {

using Errors = std::vector<std::string>;

// Read whole rather than mapped: whoever overwrites the file in place must not
// change the table under running requests. A pipe would make the loop wait.
std::expected<std::string, std::string> ReadWhole(const std::string& file) {
  const auto failed = [&](const std::string& why) {
    return std::unexpected("cannot read " + file + ": " + why);
  };
  const net::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0) return failed(std::strerror(errno));
  if (S_ISDIR(about.st_mode)) return failed("it is a directory");
  if (!S_ISREG(about.st_mode)) return failed("it is not a regular file");
  std::string octets;
  for (char buffer[1 << 16];;) {
    const ssize_t got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(std::strerror(errno));
    if (got == 0) return octets;
    octets.append(buffer, static_cast<std::size_t>(got));
  }
}

std::string FolderOf(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : file.substr(0, slash);
}

std::expected<std::shared_ptr<observe::LogWriter>, std::string> OpenLog(
    const runtime::Table& table, const std::string& folder,
    std::shared_ptr<observe::LogWriter> previous) {
  using Sink = observe::LogWriter::Sink;
  Sink sink = Sink::kOff;
  switch (table.gateway().log) {
    case runtime::LogSink::kOff: break;
    case runtime::LogSink::kStdout: sink = Sink::kStdout; break;
    case runtime::LogSink::kStderr: sink = Sink::kStderr; break;
    case runtime::LogSink::kFile: sink = Sink::kFile; break;
  }
  std::string file(table.text(table.gateway().log_file));
  if (sink == Sink::kFile && !file.starts_with('/')) file = folder + "/" + file;
  if (previous != nullptr && previous->sink() == sink && previous->file() == file) return previous;
  auto writer = observe::LogWriter::Open(sink, file);
  if (!writer) return std::unexpected(writer.error());
  return std::shared_ptr<observe::LogWriter>(std::move(*writer));
}

}  // namespace

std::expected<Generation, Errors> LoadGeneration(const std::string& file, std::size_t workers,
                                                 std::shared_ptr<observe::LogWriter> previous) {
  auto octets = ReadWhole(file);
  if (!octets) return std::unexpected(Errors{octets.error()});
  auto table = runtime::Table::LoadOctets(std::move(*octets));
  if (!table) return std::unexpected(Errors{file + ": " + table.error()});
  if (Errors unsupported = Unsupported(**table); !unsupported.empty()) {
    for (std::string& sentence : unsupported) sentence.insert(0, file + ": ");
    return std::unexpected(std::move(unsupported));
  }
  Generation out;
  const std::string folder = FolderOf(file);
  for (std::size_t i = 0; i < workers; ++i) {
    auto authenticator = runtime::Authenticator::Load(*table, folder);
    if (!authenticator) return std::unexpected(Errors{file + ": " + authenticator.error()});
    if (i == 0) {
      for (const std::string& note : (*authenticator)->notes()) observe::LogWarning(note);
    }
    out.authenticators.push_back(std::move(*authenticator));
  }
  auto log = OpenLog(**table, folder, std::move(previous));
  if (!log) return std::unexpected(Errors{log.error()});
  out.log = std::move(*log);
  out.policy = std::make_shared<Policy>(std::move(*table));
  return out;
}

}  // namespace weir::proxy::server
