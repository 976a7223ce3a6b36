#include "compiler/checks/upstream_path.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "spec/model/match.h"

namespace weir::compiler {
namespace {

using syntax::PathPattern;
using syntax::PathSegment;
using syntax::Route;
using syntax::Transform;

std::string Stripped(const std::string& path, const std::string& prefix) {
  if (!path.starts_with(prefix)) return path;
  if (path.size() == prefix.size()) return "/";
  return path[prefix.size()] == '/' ? path.substr(prefix.size()) : path;
}

std::string Filled(const std::string& text, const model::Captures& captures) {
  std::string path;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '{' ? text.find('}', i) : text.npos;
    if (end == text.npos) {
      path += text[i];
      continue;
    }
    const auto captured = captures.find(text.substr(i + 1, end - i - 1));
    if (captured != captures.end()) path += captured->second;
    i = end;
  }
  return path;
}

std::vector<std::string> Segments(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  return segments;
}

// What the names in braces stand for where `text` comes out as `sent`; only
// names that fill a segment are looked for.
std::optional<model::Captures> Unfilled(const std::string& text, const std::string& sent) {
  const std::vector<std::string> written = Segments(text), got = Segments(sent);
  if (written.size() != got.size()) return std::nullopt;
  model::Captures captures;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const std::string& each = written[i];
    if (each.starts_with('{') && each.ends_with('}')) {
      if (got[i].empty()) return std::nullopt;
      captures[each.substr(1, each.size() - 2)] = got[i];
    } else if (each != got[i]) {
      return std::nullopt;
    }
  }
  return captures;
}

std::optional<std::string> PathOf(const PathPattern& pattern, const model::Captures& captures) {
  if (pattern.kind != PathPattern::Kind::kSegments) return std::nullopt;
  std::string path;
  for (const PathSegment& segment : pattern.segments) {
    path += '/';
    if (segment.kind == PathSegment::Kind::kLiteral) {
      path += segment.literal;
    } else {
      const auto captured = captures.find(segment.capture);
      path += captured != captures.end() ? captured->second : "x";
    }
  }
  return path.empty() ? "/" : path;
}

}  // namespace

bool WritesPath(const Transform& transform) {
  return transform.kind == Transform::Kind::kStripPrefix ||
         transform.kind == Transform::Kind::kRewritePath;
}

std::string UpstreamPath(const Route& route, const std::string& path) {
  std::string sent = path;
  for (const Transform& transform : route.request) {
    if (transform.kind == Transform::Kind::kStripPrefix) sent = Stripped(sent, transform.name);
    if (transform.kind == Transform::Kind::kRewritePath) {
      sent = Filled(transform.name, model::CapturesOf(route.match, path));
    }
  }
  return sent;
}

std::vector<std::string> PathsSentAs(const Route& route, const std::string& sent) {
  std::vector<std::string> paths{sent};
  for (auto transform = route.request.rbegin(); transform != route.request.rend(); ++transform) {
    if (!WritesPath(*transform)) continue;
    std::vector<std::string> before;
    for (const std::string& path : paths) {
      if (transform->kind == Transform::Kind::kStripPrefix) {
        before.push_back(transform->name + path);
        if (path == "/") before.push_back(transform->name);
      } else if (const auto captures = Unfilled(transform->name, path)) {
        for (const PathPattern& pattern : route.match.paths) {
          if (auto whole = PathOf(pattern, *captures)) before.push_back(*std::move(whole));
        }
        if (route.match.paths.empty()) before.emplace_back("/");
      }
    }
    paths = std::move(before);
  }
  std::erase_if(paths, [&](const std::string& path) { return UpstreamPath(route, path) != sent; });
  return paths;
}

std::vector<std::string> PathsSent(const Route& route) {
  std::vector<std::string> came, sent;
  for (const PathPattern& pattern : route.match.paths) {
    const bool literal = std::ranges::all_of(pattern.segments, [](const PathSegment& segment) {
      return segment.kind == PathSegment::Kind::kLiteral;
    });
    if (pattern.kind == PathPattern::Kind::kSegments && literal && !pattern.rest) {
      came.push_back(*PathOf(pattern, {}));
    } else {
      came.clear();
      break;
    }
  }
  if (came.empty()) {
    // Whatever came, a last rewrite without captures says what is sent.
    const Transform* last = nullptr;
    for (const Transform& transform : route.request) {
      if (WritesPath(transform)) last = &transform;
    }
    if (last == nullptr || last->kind != Transform::Kind::kRewritePath ||
        last->name.find('{') != std::string::npos)
      return {};
    sent = {last->name};
  }
  for (const std::string& path : came) sent.push_back(UpstreamPath(route, path));
  // Listeners differ in what they make of `//`, `;` and escapes.
  const bool plain = std::ranges::all_of(sent, [](const std::string& path) {
    return path.find("//") == path.npos && path.find_first_of(";%") == path.npos;
  });
  return plain ? sent : std::vector<std::string>();
}

}  // namespace weir::compiler
