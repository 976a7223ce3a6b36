#include "spec/model/headers.h"

#include <algorithm>

#include "spec/model/text.h"

namespace weir::model {
namespace {

Refusal Bad() { return {400, "bad-request"}; }

const std::set<std::string> kHopByHop = {"connection",
                                         "keep-alive",
                                         "proxy-connection",
                                         "proxy-authenticate",
                                         "proxy-authorization",
                                         "te",
                                         "trailer",
                                         "transfer-encoding",
                                         "upgrade"};
std::set<std::string> NamedByConnection(const Lines& lines) {
  std::set<std::string> named;
  for (const std::string& value : Values(lines, "connection")) {
    for (const std::string& element : ListElements(value)) {
      if (!IsForwardingField(Lower(element))) named.insert(Lower(element));
    }
  }
  return named;
}

bool IsRequestId(const std::string& value) {
  if (value.empty() || value.size() > 128) return false;
  return std::ranges::all_of(value, [](char c) { return IsUnreserved(c) && c != '~'; });
}

}  // namespace

std::string Hyphenated(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

bool IsForwardingField(const std::string& spelled) {
  const std::string name = Hyphenated(spelled);
  return name == "forwarded" || name == "x-real-ip" || name.starts_with("x-forwarded-") ||
         name.starts_with("x-weir-");
}

std::expected<Lines, Refusal> CheckedLines(const Lines& fields) {
  Lines lines;
  for (const auto& [name, value] : fields) {
    if (!IsToken(name) || !IsFieldValue(value)) return std::unexpected(Bad());
    lines.emplace_back(Lower(name), Trim(value));
  }
  return lines;
}

std::vector<std::string> Values(const Lines& lines, const std::string& name) {
  std::vector<std::string> values;
  for (const auto& line : lines) {
    if (line.first == name) values.push_back(line.second);
  }
  return values;
}

bool ConnectionTakesReadField(const Lines& lines, const std::set<std::string>& scalars) {
  for (const std::string& name : NamedByConnection(lines)) {
    if (kHopByHop.contains(name) || Values(lines, name).empty()) continue;
    if (name == "cookie" || scalars.contains(name)) return true;
  }
  return false;
}

Lines EndToEnd(const Lines& lines) {
  const std::set<std::string> named = NamedByConnection(lines);
  Lines kept;
  for (const auto& line : lines) {
    if (kHopByHop.contains(line.first) || line.first == "host") continue;
    if (!named.contains(line.first)) kept.push_back(line);
  }
  return kept;
}

std::expected<Lines, Refusal> WithoutUnderscores(const Lines& lines,
                                                 syntax::Listener::Underscores choice) {
  using Underscores = syntax::Listener::Underscores;
  Lines kept;
  for (const auto& line : lines) {
    const bool underscore = line.first.find('_') != std::string::npos;
    if (underscore && choice == Underscores::kReject) return std::unexpected(Bad());
    if (!underscore || choice == Underscores::kKeep) kept.push_back(line);
  }
  return kept;
}

Lines BelievedLines(const Lines& lines, bool trusted) {
  Lines kept;
  for (const auto& line : lines) {
    if (!trusted && IsForwardingField(line.first)) continue;
    if (Hyphenated(line.first) == "x-request-id" && !IsRequestId(line.second)) continue;
    kept.push_back(line);
  }
  return kept;
}

std::string CombinedValue(const std::string& name, const std::vector<std::string>& values) {
  return Trim(Join(values, name == "cookie" ? "; " : ", "));
}

std::expected<std::vector<CanonicalRequest::Header>, Refusal> Combine(
    const Lines& lines, const std::set<std::string>& scalars) {
  std::vector<CanonicalRequest::Header> headers;
  std::set<std::string> seen;
  for (const auto& [name, unused] : lines) {
    if (!seen.insert(name).second) continue;
    const std::vector<std::string> values = Values(lines, name);
    if (values.size() > 1 && scalars.contains(name)) return std::unexpected(Bad());
    headers.push_back(
        {name, CombinedValue(name, values), static_cast<std::uint32_t>(values.size())});
  }
  return headers;
}

}  // namespace weir::model
