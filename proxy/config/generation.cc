#include "proxy/config/generation.h"

#include <utility>

#include "proxy/config/capabilities.h"
#include "proxy/observe/log.h"

namespace weir::proxy {
namespace {

using Errors = std::vector<std::string>;

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
    case runtime::LogSink::kOff:
      break;
    case runtime::LogSink::kStdout:
      sink = Sink::kStdout;
      break;
    case runtime::LogSink::kStderr:
      sink = Sink::kStderr;
      break;
    case runtime::LogSink::kFile:
      sink = Sink::kFile;
      break;
  }
  std::string file(table.text(table.gateway().log_file));
  if (sink == Sink::kFile && !file.starts_with('/')) file = folder + "/" + file;
  if (previous != nullptr && previous->sink() == sink && previous->file() == file) return previous;
  auto writer = observe::LogWriter::Open(sink, file);
  if (!writer) return std::unexpected(writer.error());
  return std::shared_ptr<observe::LogWriter>(std::move(*writer));
}

}  // namespace

std::expected<Generation, Errors> LoadGeneration(const std::string& file, std::string octets,
                                                 std::size_t workers,
                                                 std::shared_ptr<observe::LogWriter> previous,
                                                 upstream::SharedStateRegistry& states) {
  auto table = runtime::Table::LoadOctets(std::move(octets));
  if (!table) return std::unexpected(Errors{file + ": " + table.error()});
  if (Errors unsupported = Unsupported(**table); !unsupported.empty()) {
    for (std::string& sentence : unsupported) sentence.insert(0, file + ": ");
    return std::unexpected(std::move(unsupported));
  }
  Generation out;
  const std::string folder = FolderOf(file);
  const auto keys = runtime::KeySets::Load(**table, folder);
  if (!keys) return std::unexpected(Errors{file + ": " + keys.error()});
  for (const std::string& note : (*keys)->notes()) observe::LogWarning(note);
  for (std::size_t i = 0; i < workers; ++i) {
    out.authenticators.push_back(std::make_unique<runtime::Authenticator>(*table, *keys));
  }
  auto policy = Policy::Make(*table, folder, states);
  if (!policy) return std::unexpected(Errors{file + ": " + policy.error()});
  out.policy = std::move(*policy);
  auto log = OpenLog(**table, folder, std::move(previous));
  if (!log) return std::unexpected(Errors{log.error()});
  out.log = std::move(*log);
  return out;
}

}  // namespace weir::proxy
