#include "proxy/http1/lines.h"

#include <algorithm>
#include <cstring>

#include "runtime/base/ascii.h"

namespace weir::proxy::http1 {

LineState NextLine(std::string_view buffer, std::size_t limit, LineCursor& cursor,
                   std::string_view& line) {
  const std::size_t end = std::min(buffer.size(), limit);
  const void* found = cursor.looked < end
                          ? std::memchr(buffer.data() + cursor.looked, '\n', end - cursor.looked)
                          : nullptr;
  if (found == nullptr) {
    cursor.looked = std::max(cursor.looked, end);
    return buffer.size() >= limit ? LineState::kTooLong : LineState::kMore;
  }
  const auto lf = static_cast<std::size_t>(static_cast<const char*>(found) - buffer.data());
  if (lf == cursor.line || buffer[lf - 1] != '\r') return LineState::kBareLf;
  line = buffer.substr(cursor.line, lf - 1 - cursor.line);
  cursor.line = cursor.looked = lf + 1;
  return LineState::kLine;
}

const char* ParseFieldLine(std::string_view line, runtime::Field& field) {
  const std::size_t length = TokenLength(line);
  if (length == line.size()) return "a field line has no colon";
  if (line[length] != ':') {
    const char c = line[length];
    if (c != ' ' && c != '\t') return "a field name holds an octet that no token may hold";
    return length == 0 ? "a field is folded over lines" : "white space before a field's colon";
  }
  if (length == 0) return "a field has no name";
  field.name = line.substr(0, length);
  field.value = TrimOws(line.substr(length + 1));
  return IsFieldText(field.value) ? nullptr : "a field value holds a control octet";
}

}  // namespace weir::proxy::http1
