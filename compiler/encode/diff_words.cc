#include "compiler/encode/diff_words.h"

#include <algorithm>
#include <vector>

#include "compiler/encode/sent_path.h"
#include "compiler/encode/words.h"
#include "spec/model/address.h"
#include "spec/syntax/subject_name.h"

namespace weir::compiler {
namespace {

std::string CaptureWords(const std::string& name, const Captures& captures) {
  const auto place = captures.find(name);
  return place == captures.end() ? "{no segment}" : "{" + place->second + "}";
}

std::string PathWords(const std::string& text, const Captures* captures) {
  if (captures == nullptr) return Quoted(text);
  std::string words;
  for (const auto& [capture, piece] : PiecesOf(text)) {
    words += capture ? CaptureWords(piece, *captures) : piece;
  }
  return Quoted(words);
}

bool NamesACapture(const std::string& path) {
  return std::ranges::any_of(PiecesOf(path), &PathPiece::capture);
}

}  // namespace

std::string Quoted(std::string_view text) { return Words().Quote(text).text(); }

Captures CapturesOf(const syntax::PathPattern& pattern) {
  Captures captures;
  for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
    const auto& [kind, literal, capture] = pattern.segments[i];
    if (!capture.empty()) captures.emplace(capture, "segment " + std::to_string(i + 1));
  }
  return captures;
}

bool ReadsCaptures(const syntax::Policy& policy, const syntax::Route& route) {
  const auto is_capture = [](const syntax::Attribute& attribute) {
    return attribute.subject == syntax::Subject::kCapture;
  };
  for (const auto* transforms : {&route.request, &route.response}) {
    for (const syntax::Transform& transform : *transforms) {
      const auto* attribute = std::get_if<syntax::Attribute>(&transform.value);
      if (attribute != nullptr && is_capture(*attribute)) return true;
      const bool rewrites = transform.kind == syntax::Transform::Kind::kRewritePath;
      if (rewrites && NamesACapture(transform.name)) return true;
    }
  }
  for (const auto limit : route.limits) {
    if (std::ranges::any_of(policy[limit].by, is_capture)) return true;
  }
  const auto* redirect = std::get_if<syntax::Redirect>(&route.action);
  return redirect != nullptr && redirect->path && NamesACapture(*redirect->path);
}

// What a name stands for in each of a route's paths.
Captures CapturesOf(const syntax::Route& route) {
  std::map<std::string, std::vector<std::string>> places;
  for (const syntax::PathPattern& path : route.match.paths) {
    for (const auto& [name, place] : CapturesOf(path)) places[name];
  }
  for (const syntax::PathPattern& path : route.match.paths) {
    const Captures captures = CapturesOf(path);
    for (auto& [name, all] : places) {
      const auto place = captures.find(name);
      all.push_back(place == captures.end() ? "no segment" : place->second);
    }
  }
  Captures captures;
  for (const auto& [name, all] : places) {
    const bool one = std::ranges::count(all, all[0]) == static_cast<std::ptrdiff_t>(all.size());
    for (const std::string& place : one ? std::vector<std::string>{all[0]} : all) {
      captures[name] += (captures[name].empty() ? "" : " or ") + place;
    }
  }
  return captures;
}

std::string ToldDuration(syntax::Duration duration) {
  return duration.nanoseconds == 0 ? "0s" : Words().Time(duration.nanoseconds).text();
}

std::string ToldSize(std::uint64_t bytes) {
  for (const auto& [size, unit] : {std::pair<std::uint64_t, const char*>{1u << 30, "GiB"},
                                   {1u << 20, "MiB"},
                                   {1u << 10, "KiB"}}) {
    if (bytes != 0 && bytes % size == 0) return std::to_string(bytes / size) + unit;
  }
  return std::to_string(bytes) + "B";
}

std::string ToldList(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

std::string ToldSocket(const syntax::SocketAddress& address) {
  const auto& [host, port] = address;
  const std::string text = model::AddressText(host);
  return (text.find(':') == std::string::npos ? text : "[" + text + "]") + ":" +
         std::to_string(port);
}

std::string ToldNetwork(const syntax::Network& network) {
  const auto& [base, prefix, text] = network;
  const std::string address = model::AddressText(base);
  const bool version_4 = address.find(':') == std::string::npos && prefix >= 96;
  return (version_4 || prefix >= 96 || address.find('.') == std::string::npos
              ? address
              : model::Ipv6Text(base)) +
         "/" + std::to_string(version_4 ? prefix - 96 : prefix);
}

std::string ToldAttribute(const syntax::Attribute& attribute, const Captures* captures) {
  const auto& [subject, name, type] = attribute;
  if (subject == syntax::Subject::kCapture && captures != nullptr) {
    return CaptureWords(name, *captures);
  }
  return syntax::AttributeName(attribute);
}

std::string ToldTransform(const std::vector<syntax::Transform>& transforms,
                          const Captures* captures) {
  using Kind = syntax::Transform::Kind;
  std::string text;
  for (const auto& [kind, name, value, node] : transforms) {
    const auto* attribute = std::get_if<syntax::Attribute>(&value);
    const std::string written =
        attribute ? ToldAttribute(*attribute, captures) : Quoted(std::get<std::string>(value));
    text += text.empty() ? "" : ", ";
    switch (kind) {
      case Kind::kStripPrefix:
        text += "strip-prefix " + Quoted(name);
        break;
      case Kind::kRewritePath:
        text += "rewrite " + PathWords(name, captures);
        break;
      case Kind::kSetHeader:
        text += "set " + Quoted(name) + " " + written;
        break;
      case Kind::kAddHeader:
        text += "add " + Quoted(name) + " " + written;
        break;
      case Kind::kRemoveHeader:
        text += "remove " + Quoted(name);
        break;
      case Kind::kSetQuery:
        text += "set query " + Quoted(name) + " " + written;
        break;
      case Kind::kRemoveQuery:
        text += "remove query " + Quoted(name);
        break;
      case Kind::kSetHost:
        text += "set host " + written;
        break;
    }
  }
  return text.empty() ? "none" : text;
}

std::string ToldResponse(const syntax::Response& response) {
  const auto& [status, body, headers, node] = response;
  std::string text = std::to_string(status);
  if (!body.empty()) text += " body " + Quoted(body);
  for (const auto& [name, value] : headers) text += " header " + Quoted(name) + " " + Quoted(value);
  return text;
}

std::string ToldRedirect(const syntax::Redirect& redirect, const Captures* captures) {
  const auto& [status, scheme, host, port, path, node] = redirect;
  std::string text = std::to_string(status);
  if (scheme) text += " scheme " + *scheme;
  if (host) text += " host " + Quoted(*host);
  if (port) text += " port " + std::to_string(*port);
  if (path) text += " path " + PathWords(*path, captures);
  return text;
}

}  // namespace weir::compiler
