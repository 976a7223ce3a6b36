// Cuts a growing buffer into lines that end in CRLF, looking at each octet once.
#ifndef WEIR_PROXY_HTTP1_LINES_H_
#define WEIR_PROXY_HTTP1_LINES_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/request/request.h"

namespace weir::proxy::http1 {

// Where a head parser stands in its buffer.
struct LineCursor {
  std::size_t line = 0;    // first octet of the line that is not yet whole
  std::size_t looked = 0;  // octets that are known to hold no further LF
};

enum class LineState : std::uint8_t {
  kMore,     // no whole line yet
  kLine,     // one line, without its CRLF
  kBareLf,   // an LF that no CR stands before
  kTooLong,  // the line cannot end within `limit` octets of the buffer
};

// The next line. `limit` counts octets from the start of the buffer, the line's
// LF included. The same octets give the same outcome however they are cut.
LineState NextLine(std::string_view buffer, std::size_t limit, LineCursor& cursor,
                   std::string_view& line);

// One field line, its value trimmed; null when fine, else what is wrong with it.
const char* ParseFieldLine(std::string_view line, runtime::Field& field);

// `view`, which counted from `from`, counted from `to`: for a buffer that moved.
inline std::string_view Moved(std::string_view view, const char* from, const char* to) {
  return view.data() == nullptr ? view : std::string_view(to + (view.data() - from), view.size());
}

}  // namespace weir::proxy::http1

#endif  // WEIR_PROXY_HTTP1_LINES_H_
