#include "proxy/observe/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

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

}  // namespace

void LogInfo(std::string_view text) { Logger().info("{}", text); }
void LogWarning(std::string_view text) { Logger().warn("{}", text); }
void LogError(std::string_view text) { Logger().error("{}", text); }

}  // namespace weir::proxy::observe
