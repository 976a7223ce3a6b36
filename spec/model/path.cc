// Five passes over the whole text, one for each rule, in the rules' order.
#include "spec/model/path.h"

#include <algorithm>

#include "spec/model/text.h"

namespace weir::model {
namespace {

// CANON-4 and CANON-5: which octets and escapes a path may hold, and escapes of
// unreserved octets decoded, all others in upper case.
std::optional<std::string> DecodeUnreserved(const std::string& path, bool keep_encoded_slash) {
  std::string decoded;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (c <= 0x20 || c >= 0x7f) return std::nullopt;  // raw octets above 0x7f are negative
    if (c == '#' || c == '?' || c == '\\') return std::nullopt;
    if (c != '%') {
      decoded += c;
      continue;
    }
    if (i + 2 >= path.size()) return std::nullopt;
    const auto high = HexValue(path[i + 1]);
    const auto low = HexValue(path[i + 2]);
    if (!high || !low) return std::nullopt;
    i += 2;
    const auto octet = static_cast<char>(*high * 16 + *low);
    if (octet == '\0') return std::nullopt;
    if ((octet == '/' || octet == '\\') && !keep_encoded_slash) return std::nullopt;
    decoded += IsUnreserved(octet) ? std::string(1, octet) : Escape(octet);
  }
  return decoded;
}

std::string FromSegments(const std::vector<std::string>& segments) {
  return "/" + Join(segments, "/");
}

// CANON-15: what stands behind a ';', escaped or not, in each segment. Programs that take
// such parameters off read "/..;x/" as "/../".
std::optional<std::string> Parameters(const std::string& path,
                                      syntax::Listener::PathParameters choice) {
  using Choice = syntax::Listener::PathParameters;
  std::vector<std::string> kept;
  for (const std::string& segment : Segments(path)) {
    const std::string name = segment.substr(0, std::min(segment.find(';'), segment.find("%3B")));
    if (name == segment) {
      kept.push_back(segment);
      continue;
    }
    if (name == "." || name == ".." || choice == Choice::kReject) return std::nullopt;
    kept.push_back(choice == Choice::kStrip ? name : segment);
  }
  return FromSegments(kept);
}

// CANON-6: RFC 3986 5.2.4 over segments. A dot segment in the last place leaves
// an empty segment behind it; ".." above the root stays at the root.
std::string RemoveDotSegments(const std::string& path) {
  std::vector<std::string> kept;
  const std::vector<std::string> segments = Segments(path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (segments[i] == "." || segments[i] == "..") {
      if (segments[i] == ".." && !kept.empty()) kept.pop_back();
      if (last) kept.emplace_back();
    } else {
      kept.push_back(segments[i]);
    }
  }
  return FromSegments(kept);
}

// CANON-7.
std::string MergeSlashes(const std::string& path) {
  std::vector<std::string> kept;
  const std::vector<std::string> segments = Segments(path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool last = i + 1 == segments.size();
    if (!segments[i].empty() || last) kept.push_back(segments[i]);
  }
  return FromSegments(kept);
}

}  // namespace

std::vector<std::string> Segments(const std::string& path) { return Split(path.substr(1), '/'); }

std::optional<std::string> CanonicalPath(const std::string& path,
                                         const syntax::Listener& listener) {
  if (path.empty() || path[0] != '/') return std::nullopt;
  const bool keep_encoded = listener.encoded_slash == syntax::Listener::EncodedSlash::kKeep;
  const auto decoded = DecodeUnreserved(path, keep_encoded);
  if (!decoded) return std::nullopt;
  const auto named = Parameters(*decoded, listener.path_parameters);
  if (!named) return std::nullopt;
  const std::string without_dots = RemoveDotSegments(*named);
  if (listener.slashes == syntax::Listener::Slashes::kKeep) return without_dots;
  return MergeSlashes(without_dots);
}

}  // namespace weir::model
