// `{name}` in a path of the policy stands for that captured segment, or for
// nothing when it was not captured (TRANSFORM-7).
#ifndef WEIR_RUNTIME_DECIDE_SUBSTITUTE_H_
#define WEIR_RUNTIME_DECIDE_SUBSTITUTE_H_

#include <string_view>

#include "runtime/decide/decision.h"

namespace weir::runtime {

// Calls `sink(octets)` with the result, piece by piece.
template <class Sink>
void Substitute(std::string_view text, const Decision& decision, Sink&& sink) {
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return sink(text);
    sink(text.substr(0, open));
    sink(decision.Capture(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
}

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_DECIDE_SUBSTITUTE_H_
