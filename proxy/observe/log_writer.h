// Where access-log records go: a file or stream, written by a thread of its
// own, so that a slow disk or a full pipe never holds a loop up. What is waiting
// is bounded; beyond that records are dropped and counted.
//
// Destroying the last reference does not block: the writer's thread writes what is
// waiting, and ends. Only the end of the process waits, for a bounded time:
//
//   log.reset();
//   if (!LogWriter::AwaitAll(5s)) LogWarning("records are lost");
#ifndef WEIR_PROXY_OBSERVE_LOG_WRITER_H_
#define WEIR_PROXY_OBSERVE_LOG_WRITER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
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
  // Hands the lines to `take` at once, on the thread that writes them.
  static std::unique_ptr<LogWriter> Into(std::function<void(std::string)> take);
  ~LogWriter();  // what is waiting is written later
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // True: every writer that was let go of has written its last. False: one had
  // not when the time was over (a pipe that nobody reads).
  static bool AwaitAll(std::chrono::milliseconds most);

  bool off() const { return sink_ == Sink::kOff && !take_; }
  Sink sink() const { return sink_; }
  const std::string& file() const { return file_; }
  void Write(std::string lines);  // from any thread
  void Reopen();                  // the file was moved away
  std::uint64_t dropped() const;

 private:
  class Output;  // what the thread has, together with us
  LogWriter(Sink sink, std::string file) : sink_(sink), file_(std::move(file)) {}

  Sink sink_;
  std::string file_;
  std::shared_ptr<Output> output_;  // null: off, or taken
  std::function<void(std::string)> take_;
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
