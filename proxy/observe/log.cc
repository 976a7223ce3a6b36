#include "proxy/observe/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace weir::proxy::observe {
namespace {

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("weir-proxy",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %n[%P]: %v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

std::function<void(std::string_view)>& Taker() {
  static std::function<void(std::string_view)> taker;
  return taker;
}

void Log(spdlog::level::level_enum level, std::string_view text) {
  if (Taker()) return Taker()(text);
  Logger().log(level, "{}", text);
}

}  // namespace

void LogInfo(std::string_view text) { Log(spdlog::level::info, text); }
void LogWarning(std::string_view text) { Log(spdlog::level::warn, text); }
void LogError(std::string_view text) { Log(spdlog::level::err, text); }

void SendLogTo(std::function<void(std::string_view)> taker) { Taker() = std::move(taker); }

}  // namespace weir::proxy::observe
