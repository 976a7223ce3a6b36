#include "proxy/observe/log_writer.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "runtime/base/mutex.h"

namespace weir::proxy::observe {
namespace {

net::Fd OpenFile(const std::string& file) {
  return net::Fd(::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
}

// The threads that write. Never destroyed: one may outlast main().
struct Threads {
  runtime::Mutex mutex;
  runtime::ConditionVariable ended;
  std::size_t count WEIR_GUARDED_BY(mutex) = 0;
};

Threads& AllThreads() {
  static auto* const threads = new Threads;
  return *threads;
}

}  // namespace

class LogWriter::Output {
 public:
  Output(int fd, net::Fd owned, std::string file)
      : fd_(fd), owned_(std::move(owned)), file_(std::move(file)) {}

  static void Start(const std::shared_ptr<Output>& output) {
    Threads& threads = AllThreads();
    {
      const runtime::MutexLock lock(threads.mutex);
      ++threads.count;
    }
    std::thread([output, &threads] {
      output->Run();
      const runtime::MutexLock lock(threads.mutex);
      --threads.count;
      threads.ended.NotifyAll();
    }).detach();
  }

  void Write(std::string lines);
  void Reopen() { reopen_.store(true); }
  void Stop();
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  static constexpr std::size_t kMaxWaiting = 64 << 20;

  void Run();
  void WriteOut(const std::string& lines);

  int fd_;
  net::Fd owned_;           // of a file
  const std::string file_;  // empty: a stream
  runtime::Mutex mutex_;
  runtime::ConditionVariable ready_;
  std::vector<std::string> waiting_ WEIR_GUARDED_BY(mutex_);
  std::size_t waiting_octets_ WEIR_GUARDED_BY(mutex_) = 0;
  bool stop_ WEIR_GUARDED_BY(mutex_) = false;
  std::atomic<bool> reopen_{false};
  std::atomic<std::uint64_t> dropped_{0};
};

std::expected<std::unique_ptr<LogWriter>, std::string> LogWriter::Open(Sink sink,
                                                                       const std::string& file) {
  std::unique_ptr<LogWriter> writer(new LogWriter(sink, file));
  if (sink == Sink::kOff) return writer;
  net::Fd owned;
  int fd = sink == Sink::kStdout ? STDOUT_FILENO : STDERR_FILENO;
  if (sink == Sink::kFile) {
    owned = OpenFile(file);
    fd = owned.get();
    if (fd < 0) {
      return std::unexpected("cannot write the log file " + file + ": " + std::strerror(errno));
    }
  }
  writer->output_ =
      std::make_shared<Output>(fd, std::move(owned), sink == Sink::kFile ? file : std::string());
  Output::Start(writer->output_);
  return writer;
}

std::unique_ptr<LogWriter> LogWriter::Into(std::function<void(std::string)> take) {
  std::unique_ptr<LogWriter> writer(new LogWriter(Sink::kOff, {}));
  writer->take_ = std::move(take);
  return writer;
}

LogWriter::~LogWriter() {
  if (output_ != nullptr) output_->Stop();
}

bool LogWriter::AwaitAll(std::chrono::milliseconds most) {
  Threads& threads = AllThreads();
  const auto deadline = std::chrono::steady_clock::now() + most;
  const runtime::MutexLock lock(threads.mutex);
  while (threads.count > 0) {
    if (!threads.ended.WaitUntil(threads.mutex, deadline)) return threads.count == 0;
  }
  return true;
}

void LogWriter::Write(std::string lines) {
  if (take_) return take_(std::move(lines));
  if (output_ != nullptr) output_->Write(std::move(lines));
}

void LogWriter::Reopen() {
  if (output_ != nullptr) output_->Reopen();
}

std::uint64_t LogWriter::dropped() const { return output_ == nullptr ? 0 : output_->dropped(); }

void LogWriter::Output::Stop() {
  {
    const runtime::MutexLock lock(mutex_);
    stop_ = true;
  }
  ready_.NotifyOne();
}

void LogWriter::Output::Write(std::string lines) {
  {
    const runtime::MutexLock lock(mutex_);
    if (waiting_octets_ + lines.size() > kMaxWaiting) {
      dropped_ += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return;
    }
    waiting_octets_ += lines.size();
    waiting_.push_back(std::move(lines));
  }
  ready_.NotifyOne();
}

void LogWriter::Output::Run() {
  std::vector<std::string> work;
  for (;;) {
    bool stop = false;
    {
      const runtime::MutexLock lock(mutex_);
      while (!stop_ && waiting_.empty()) ready_.Wait(mutex_);
      work.swap(waiting_);
      stop = stop_;
    }
    if (reopen_.exchange(false) && !file_.empty()) {
      if (net::Fd fresh = OpenFile(file_)) {
        owned_ = std::move(fresh);
        fd_ = owned_.get();
      }
    }
    for (const std::string& lines : work) {
      WriteOut(lines);
      const runtime::MutexLock lock(mutex_);
      waiting_octets_ -= lines.size();
    }
    work.clear();
    if (stop) return;
  }
}

void LogWriter::Output::WriteOut(const std::string& lines) {
  std::size_t done = 0;
  while (done < lines.size()) {
    const ssize_t count = ::write(fd_, lines.data() + done, lines.size() - done);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {  // someone made the stream non-blocking
      pollfd wait{fd_, POLLOUT, 0};
      ::poll(&wait, 1, 1000);
    } else if (errno != EINTR) {
      dropped_ += static_cast<std::uint64_t>(
          std::count(lines.begin() + static_cast<std::ptrdiff_t>(done), lines.end(), '\n'));
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
