// The operational log: what happens to the proxy itself, on stderr.
#ifndef WEIR_PROXY_OBSERVE_LOG_H_
#define WEIR_PROXY_OBSERVE_LOG_H_

#include <string_view>

namespace weir::proxy::observe {

void LogInfo(std::string_view text);
void LogWarning(std::string_view text);
void LogError(std::string_view text);

}  // namespace weir::proxy::observe

#endif  // WEIR_PROXY_OBSERVE_LOG_H_
