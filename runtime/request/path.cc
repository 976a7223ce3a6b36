// The canonical path, in one pass over the octets.
//
// The path is taken apart at its raw slashes. A segment is decoded into the
// output, where an escape of an unreserved octet becomes that octet and every
// other keeps its place in upper case. Only then is it looked at: "." goes,
// ".." takes the segment before it along, and an empty one goes unless it is
// the last or slashes are kept. As escaped slashes never become slashes, no
// decoding makes a new segment; as dot segments are looked for after decoding,
// none is left; so a second run changes nothing.
#include <algorithm>
#include <string>

#include "runtime/base/ascii.h"
#include "runtime/request/canonical.h"
#include "runtime/request/form.h"

namespace weir::runtime {
namespace {

// Bytes of a segment that stand for themselves and begin nothing: no '%', no ';'.
constexpr ByteSet kPlainBytes = [] {
  ByteSet set;
  for (std::size_t c = 0x21; c < 0x7f; ++c) set.member[c] = true;
  for (const char c : {'#', '?', '\\', '%', ';'}) set.member[static_cast<std::size_t>(c)] = false;
  return set;
}();

// Appends one segment, decoded; what is wrong with it, or null.
const char* AppendSegment(std::string_view segment, bool keep_encoded_slash, std::string& out) {
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const char c = segment[i];
    if (kPlainBytes[c] || c == ';') {
      out.push_back(c);
      continue;
    }
    if (c == '#') return "the path holds '#'";
    if (c == '?') return "the path holds '?'";
    if (c == '\\') return "the path holds a backslash";
    if (c != '%') return "the path holds an octet that must be escaped";
    if (!BeginsWithEscape(segment.substr(i))) {
      return "the path holds a '%' without two hexadecimal digits";
    }
    const char value = EscapedByte(segment.substr(i));
    i += 2;
    if (value == '\0') return "the path holds an escaped NUL";
    if ((value == '/' || value == '\\') && !keep_encoded_slash) {
      return "the path holds an escaped slash";
    }
    if (kUnreservedBytes[value]) {
      out.push_back(value);
    } else {
      out.push_back('%');
      AppendHex(value, out);
    }
  }
  return nullptr;
}

// CANON-15, on the segment that begins at `start`. Programs that take parameters off read
// "/..;x/" as "/../", so a dot segment with parameters is never passed on.
const char* ApplyParameters(PathParameters choice, std::size_t start, std::string& out) {
  const std::size_t end = std::min(out.find(';', start), out.find("%3B", start));
  if (end == std::string::npos) return nullptr;
  const std::string_view name = std::string_view(out).substr(start, end - start);
  if (name == "." || name == "..") return "the path holds a dot segment with parameters";
  if (choice == PathParameters::kReject) return "the path holds ';'";
  if (choice == PathParameters::kStrip) out.resize(end);
  return nullptr;
}

}  // namespace

// `out` always holds complete "/segment" parts, so ".." cuts at its last slash.
// The order is RFC 3986's: dot segments first, counting empty segments, then
// slashes are merged; "/a//../b" is "/a/b". So empty segments stay in `out`
// until the end, and one pass there drops them.
const char* CanonicalisePath(std::string_view path, const PathOptions& options, std::string& out) {
  if (path.empty() || path[0] != '/') return "the path does not begin with '/'";
  const std::size_t base = out.size();
  bool empties = false;
  while (true) {  // `path` begins with the slash before the next segment
    path.remove_prefix(1);
    const std::size_t slash = path.find('/');
    const bool last = slash == std::string_view::npos;
    const std::size_t start = out.size();
    out.push_back('/');
    std::string_view rest = path.substr(0, slash);
    std::size_t plain = 0;
    while (plain < rest.size() && kPlainBytes[rest[plain]]) ++plain;
    out.append(rest, 0, plain);
    rest.remove_prefix(plain);
    if (!rest.empty()) {
      if (const char* wrong = AppendSegment(rest, options.keep_encoded_slash, out)) return wrong;
      if (const char* wrong = ApplyParameters(options.parameters, start + 1, out)) return wrong;
    }
    const std::string_view segment = std::string_view(out).substr(start + 1);
    if (segment == "." || segment == "..") {
      std::size_t keep = start;
      if (segment == ".." && keep > base) keep = out.rfind('/', keep - 1);
      out.resize(keep);
      if (last) out.push_back('/');
    } else if (segment.empty() && !last) {
      empties = true;
    }
    if (last) break;
    path.remove_prefix(slash);
  }
  if (empties && !options.keep_slashes) {
    std::size_t write = base;
    for (std::size_t read = base; read < out.size(); ++read) {
      if (out[read] == '/' && write > base && out[write - 1] == '/') continue;
      out[write++] = out[read];
    }
    out.resize(write);
  }
  return nullptr;
}

}  // namespace weir::runtime
