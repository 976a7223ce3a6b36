#include "proxy/observe/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace weir::proxy::observe {
namespace {

net::Fd OpenFile(const std::string& file) {
  return net::Fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
}

}  // namespace

std::expected<std::unique_ptr<LogWriter>, std::string> LogWriter::Open(Sink sink,
                                                                       const std::string& file) {
  std::unique_ptr<LogWriter> writer(new LogWriter(sink, file));
  if (sink == Sink::kStdout) writer->fd_ = STDOUT_FILENO;
  if (sink == Sink::kStderr) writer->fd_ = STDERR_FILENO;
  if (sink == Sink::kFile) {
    writer->owned_ = OpenFile(file);
    writer->fd_ = writer->owned_.get();
    if (writer->fd_ < 0) {
      return std::unexpected("cannot write the log file " + file + ": " + std::strerror(errno));
    }
  }
  if (sink != Sink::kOff) writer->thread_ = std::thread([raw = writer.get()] { raw->Run(); });
  return writer;
}

LogWriter::~LogWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  ready_.notify_one();
  thread_.join();
}

void LogWriter::Write(std::string lines) {
  {
    const std::lock_guard lock(mutex_);
    if (waiting_octets_ + lines.size() > kMaxWaiting) {
      dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return;
    }
    waiting_octets_ += lines.size();
    waiting_.push_back(std::move(lines));
  }
  ready_.notify_one();
}

void LogWriter::Run() {
  std::vector<std::string> work;
  for (;;) {
    bool stop = false;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      work.swap(waiting_);
      stop = stop_;
    }
    if (reopen_.exchange(false) && sink_ == Sink::kFile) {
      if (net::Fd fresh = OpenFile(file_)) {
        owned_ = std::move(fresh);
        fd_ = owned_.get();
      }
    }
    for (const std::string& lines : work) {
      WriteOut(lines);
      const std::lock_guard lock(mutex_);
      waiting_octets_ -= lines.size();
    }
    work.clear();
    if (stop) return;
  }
}

void LogWriter::WriteOut(const std::string& lines) {
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t count = ::write(fd_, lines.data() + done, lines.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {  // someone made the stream non-blocking
      pollfd wait{fd_, POLLOUT, 0};
      ::poll(&wait, 1, 1000);
    } else if (errno != EINTR) {
      dropped_ += static_cast<std::uint64_t>(std::count(lines.begin() + static_cast<std::ptrdiff_t>(done), lines.end(), '\n'));
      return;
    }
  }
}

void WorkerLog::Use(std::shared_ptr<LogWriter> writer) {
  HandOver();
  writer_ = std::move(writer);
}

void WorkerLog::Add(const AccessRecord& record) {
  if (writer_ == nullptr || writer_->off()) return;
  if (lines_.empty()) {
    lines_.reserve(kMany + 4096);
    timer_.Arm(loop_.now() + kShort);
  }
  AppendJson(record, lines_);
  if (lines_.size() >= kMany) HandOver();
}

void WorkerLog::HandOver() {
  timer_.Cancel();
  if (lines_.empty() || writer_ == nullptr) return;
  writer_->Write(std::exchange(lines_, {}));
}

}  // namespace weir::proxy::observe
