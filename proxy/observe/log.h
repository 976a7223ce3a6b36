// The operational log: what happens to the proxy itself, on stderr.
#ifndef WEIR_PROXY_OBSERVE_LOG_H_
#define WEIR_PROXY_OBSERVE_LOG_H_

#include <functional>
#include <string_view>

namespace weir::proxy::observe {

void LogInfo(std::string_view text);
void LogWarning(std::string_view text);
void LogError(std::string_view text);

// Takes every line from now on in place of stderr; an empty one gives stderr back.
// Not while other threads log.
void SendLogTo(std::function<void(std::string_view)> taker);

}  // namespace weir::proxy::observe

#endif  // WEIR_PROXY_OBSERVE_LOG_H_
