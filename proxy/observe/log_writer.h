// Where access-log records go: a file or stream, written by a thread of its
// own, so that a slow disk or a full pipe never holds a loop up. What is waiting
// is bounded; beyond that records are dropped and counted.
#ifndef WEIR_PROXY_OBSERVE_LOG_WRITER_H_
#define WEIR_PROXY_OBSERVE_LOG_WRITER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "proxy/net/fd.h"
#include "proxy/net/loop.h"
#include "proxy/net/timer.h"
#include "proxy/observe/access_record.h"

namespace weir::proxy::observe {

class LogWriter {
 public:
  enum class Sink : std::uint8_t { kOff, kStdout, kStderr, kFile };
  static std::expected<std::unique_ptr<LogWriter>, std::string> Open(Sink sink,
                                                                     const std::string& file);
  ~LogWriter();  // writes what is waiting

  bool off() const { return sink_ == Sink::kOff; }
  Sink sink() const { return sink_; }
  const std::string& file() const { return file_; }
  void Write(std::string lines);  // from any thread
  void Reopen() { reopen_.store(true); }  // the file was moved away
  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  LogWriter(Sink sink, std::string file) : sink_(sink), file_(std::move(file)) {}
  void Run();
  void WriteOut(const std::string& lines);

  static constexpr std::size_t kMaxWaiting = 64 << 20;
  Sink sink_;
  std::string file_;
  int fd_ = -1;
  net::Fd owned_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::vector<std::string> waiting_;
  std::size_t waiting_octets_ = 0;
  bool stop_ = false;
  std::atomic<bool> reopen_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

// One worker's records on their way to the writer: handed over when they are
// many, or a short time after the first.
class WorkerLog {
 public:
  WorkerLog(net::Loop& loop) : loop_(loop), timer_(loop.timers(), [this] { HandOver(); }) {}
  ~WorkerLog() { HandOver(); }
  void Use(std::shared_ptr<LogWriter> writer);
  void Add(const AccessRecord& record);
  void HandOver();

 private:
  static constexpr std::size_t kMany = 32768;
  static constexpr std::int64_t kShort = 50'000'000;
  net::Loop& loop_;
  net::Timer timer_;
  std::shared_ptr<LogWriter> writer_;
  std::string lines_;
};

}  // namespace weir::proxy::observe

#endif  // WEIR_PROXY_OBSERVE_LOG_WRITER_H_
