#include "dsl/resolve/pattern.h"

#include <utility>
#include <vector>

#include "dsl/resolve/regex.h"
#include "dsl/resolve/values.h"
#include "runtime/base/ascii.h"

namespace weir::dsl::resolve {
namespace {

using Kind = tree::Item::Kind;

bool MayStandInPath(char c) {
  return kUnreservedBytes[c] || std::string_view("!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

void AppendEscape(std::string& out, unsigned char byte) {
  out += '%';
  AppendHex(static_cast<char>(byte), out);
}

// One segment: unreserved octets decoded, escapes in upper case, what cannot
// stand in a path escaped.
CanonicalText CanonicalSegment(std::string_view segment) {
  std::string out;
  for (std::size_t i = 0; i < segment.size(); ++i) {
    const auto c = static_cast<unsigned char>(segment[i]);
    if (c < 0x20 || c == 0x7f) return {{}, "it holds a control character"};
    if (c == '\\') return {{}, "no canonical path holds a backslash"};
    if (c == '?' || c == '#') return {{}, "a path ends before '?' and '#'"};
    if (c != '%') {
      if (MayStandInPath(segment[i])) {
        out += segment[i];
      } else {
        AppendEscape(out, c);
      }
      continue;
    }
    const int high = i + 1 < segment.size() ? HexDigit(segment[i + 1]) : -1;
    const int low = i + 2 < segment.size() ? HexDigit(segment[i + 2]) : -1;
    if (high < 0 || low < 0) return {{}, "'%' begins no escape"};
    const auto octet = static_cast<unsigned char>(high * 16 + low);
    if (octet == 0) return {{}, "no canonical path holds NUL"};
    if (kUnreservedBytes[static_cast<char>(octet)]) {
      out += static_cast<char>(octet);
    } else {
      AppendEscape(out, octet);
    }
    i += 2;
  }
  return {out, nullptr};
}

std::vector<std::string_view> SplitSegments(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

std::string Join(const std::vector<std::string>& segments) {
  std::string path;
  for (const std::string& segment : segments) path += "/" + segment;
  return path.empty() ? "/" : path;
}

void ReportFault(Context& context, std::string_view what, const std::string& text, Span span,
                 const std::string& fault) {
  context.Error("bad-pattern", std::string(what) + " \"" + text + "\" is not one: " + fault, span);
}

void ReportCanonical(Context& context, std::string_view what, const std::string& text,
                     const std::string& canonical, Span span) {
  Diagnostic& error = context.Error(
      "not-canonical", std::string(what) + " \"" + text + "\" is not in canonical form", span);
  error.help = "write \"" + canonical + "\"";
}

}  // namespace

CanonicalText CanonicalPath(std::string_view path) {
  if (path.empty() || path[0] != '/') return {{}, "it does not begin with '/'"};
  if (path.size() > 4096) return {{}, "it is longer than 4096 octets"};
  const std::vector<std::string_view> raw = SplitSegments(path);
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool last = i + 1 == raw.size();
    CanonicalText segment = CanonicalSegment(raw[i]);
    if (segment.fault != nullptr) return segment;
    if (segment.text == "..") {
      if (!segments.empty()) segments.pop_back();
      if (last) segments.emplace_back();
    } else if (segment.text == ".") {
      if (last) segments.emplace_back();
    } else if (!segment.text.empty() || last) {
      segments.push_back(std::move(segment.text));
    }
  }
  return {Join(segments), nullptr};
}

std::optional<syntax::PathPattern> ParsePathPattern(Context& context, const std::string& text,
                                                    Span span) {
  constexpr std::string_view kWhat = "the path pattern";
  const auto fail = [&](const std::string& fault) {
    ReportFault(context, kWhat, text, span, fault);
    return std::nullopt;
  };
  syntax::PathPattern pattern;
  pattern.text = text;
  pattern.node = context.Node(span);
  if (text.empty() || text[0] != '/') return fail("it does not begin with '/'");
  if (text.size() > 4096) return fail("it is longer than 4096 octets");

  const std::vector<std::string_view> raw = SplitSegments(text);
  if (raw.size() > 256) return fail("it has more than 256 segments");
  std::vector<std::string> canonical;  // the pattern as it should have been written
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const std::string_view segment = raw[i];
    const bool last = i + 1 == raw.size();
    if (segment == "**") {
      if (!last) return fail("'**' stands at the end only");
      pattern.rest = true;
      canonical.emplace_back(segment);
    } else if (segment == "*") {
      pattern.segments.push_back({syntax::PathSegment::Kind::kWildcard, {}, {}});
      canonical.emplace_back(segment);
    } else if (segment.starts_with('{') && segment.ends_with('}')) {
      const std::string_view name = segment.substr(1, segment.size() - 2);
      if (!IsName(name)) {
        return fail(
            "'" + std::string(segment) +
            "' is not a name in braces; write the whole path as ~\"...\" for an expression");
      }
      for (const syntax::PathSegment& other : pattern.segments) {
        if (other.capture == name) return fail("{" + std::string(name) + "} stands twice");
      }
      pattern.segments.push_back({syntax::PathSegment::Kind::kWildcard, {}, std::string(name)});
      canonical.emplace_back(segment);
    } else if (segment.find('*') != std::string_view::npos) {
      return fail("'*' stands for a whole segment; for the character itself write %2A");
    } else if (segment.find_first_of("{}") != std::string_view::npos) {
      return fail("'{' and '}' hold a whole segment's name");
    } else {
      CanonicalText literal = CanonicalSegment(segment);
      if (literal.fault != nullptr) return fail(literal.fault);
      if (literal.text == "..") {
        if (!canonical.empty()) canonical.pop_back();
      } else if (literal.text != "." && (!literal.text.empty() || last)) {
        pattern.segments.push_back({syntax::PathSegment::Kind::kLiteral, literal.text, {}});
        canonical.push_back(std::move(literal.text));
        continue;
      }
      if (last) canonical.emplace_back();
    }
  }
  const std::string should_be = Join(canonical);
  if (should_be != text) {
    ReportCanonical(context, kWhat, text, should_be, span);
    return std::nullopt;
  }
  return pattern;
}

std::optional<syntax::Regex> ParseRegexAt(Context& context, const std::string& text, Span span) {
  auto regex = ParseRegex(text);
  if (regex) return *std::move(regex);
  // The place inside the literal, when it is written as it reads (no escaped quote).
  Span place = span;
  const std::uint32_t begin = span.begin + 2 + static_cast<std::uint32_t>(regex.error().offset);
  if (begin < span.end && context.sources.text(span).find("\\\"") == std::string_view::npos) {
    place = {span.file, begin, begin + 1};
  }
  Diagnostic& error = context.Error(
      "bad-regex", "the regular expression is not one: " + regex.error().message, place);
  error.help = regex.error().help;
  return std::nullopt;
}

std::optional<syntax::Regex> RegexOf(Context& context, const Value& value) {
  if (value.item->kind != Kind::kRegex) {
    context.Error("expected",
                  "expected a regular expression ~\"...\" and found " + Quote(*value.item), value);
    return std::nullopt;
  }
  return ParseRegexAt(context, value.item->text, value.item->span);
}

std::optional<syntax::PathPattern> PathPatternOf(Context& context, const Value& value) {
  if (value.item->kind == Kind::kRegex) {
    auto regex = RegexOf(context, value);
    if (!regex) return std::nullopt;
    syntax::PathPattern pattern;
    pattern.kind = syntax::PathPattern::Kind::kRegex;
    pattern.text = regex->text;
    pattern.regex = *std::move(regex);
    pattern.node = context.Node(value.at);
    return pattern;
  }
  auto text = StringOf(context, value, "a path pattern such as \"/users/**\"");
  if (!text) return std::nullopt;
  return ParsePathPattern(context, *text, value.at);
}

std::optional<syntax::HostPattern> HostPatternOf(Context& context, const Value& value) {
  constexpr std::string_view kWhat = "the host";
  auto text = StringOf(context, value, "a host such as \"api.example.com\"");
  if (!text) return std::nullopt;
  syntax::HostPattern pattern;
  std::string_view name = *text;
  if (name.starts_with("*.")) {
    pattern.kind = syntax::HostPattern::Kind::kSuffix;
    name.remove_prefix(2);
  }
  if (name.find('*') != std::string_view::npos) {
    ReportFault(context, kWhat, *text, value.at,
                "'*' stands for the leading labels only, as in \"*.example.com\"");
    return std::nullopt;
  }
  if (const char* fault = HostFault(name)) {
    std::string canonical = Lowered(name);
    if (canonical.ends_with('.')) canonical.pop_back();
    if (HostFault(canonical) == nullptr) {
      const bool suffix = pattern.kind == syntax::HostPattern::Kind::kSuffix;
      ReportCanonical(context, kWhat, *text, (suffix ? "*." : "") + canonical, value.at);
    } else {
      ReportFault(context, kWhat, *text, value.at, fault);
    }
    return std::nullopt;
  }
  pattern.name = name;
  pattern.node = context.Node(value.at);
  return pattern;
}

std::optional<std::string> LiteralPathOf(Context& context, const Value& value) {
  auto text = StringOf(context, value, "a path such as \"/users\"");
  if (!text) return std::nullopt;
  CanonicalText canonical = CanonicalPath(*text);
  if (canonical.fault != nullptr) {
    ReportFault(context, "the path", *text, value.at, canonical.fault);
    return std::nullopt;
  }
  if (canonical.text != *text) {
    ReportCanonical(context, "the path", *text, canonical.text, value.at);
    return std::nullopt;
  }
  return text;
}

}  // namespace weir::dsl::resolve
