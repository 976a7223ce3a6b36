#include "compiler/show/words.h"

#include "runtime/request/address.h"
#include "spec/syntax/subject_name.h"

namespace weir::compiler {
namespace {

std::string FieldWords(const syntax::FieldMatch& field) {
  using Test = syntax::FieldMatch::Test;
  std::string text;
  switch (field.source) {
    case syntax::FieldMatch::Source::kHeader:
      text = "header ";
      break;
    case syntax::FieldMatch::Source::kQuery:
      text = "query ";
      break;
  }
  text += field.name;
  switch (field.test) {
    case Test::kPresent:
      text += " present";
      break;
    case Test::kOneOf:
      text += " in [" + Join(field.values, ", ") + "]";
      break;
    case Test::kPrefix:
      text += " starts with " + Join(field.values, "");
      break;
    case Test::kRegex:
      text += " ~\"" + field.regex.text + "\"";
      break;
  }
  return field.negated ? "not " + text : text;
}

}  // namespace

std::string Join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += separator;
    text += parts[i];
  }
  return text;
}

std::string DurationWords(syntax::Duration duration) {
  const struct {
    std::int64_t nanoseconds;
    const char* unit;
  } kUnits[] = {{3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"},
                {1'000'000, "ms"},        {1'000, "us"},         {1, "ns"}};
  for (const auto& unit : kUnits) {
    if (duration.nanoseconds % unit.nanoseconds == 0 && duration.nanoseconds != 0) {
      return std::to_string(duration.nanoseconds / unit.nanoseconds) + unit.unit;
    }
  }
  return "0s";
}

std::string SocketWords(const syntax::SocketAddress& address) {
  const runtime::Address octets{.octets = address.address.octets};
  const runtime::AddressText text(octets);
  const std::string host(text.view());
  return (runtime::IsIpv4(octets) ? host : "[" + host + "]") + ":" + std::to_string(address.port);
}

std::string ListenerWords(const syntax::Listener& listener) {
  using L = syntax::Listener;
  std::string text = listener.protocol == L::Protocol::kHttps ? "https " : "http ";
  text += SocketWords(listener.address);
  if (listener.direction == L::Direction::kInbound) text += " (inbound)";
  if (listener.direction == L::Direction::kOutbound) text += " (outbound)";
  if (listener.mtls == L::Mtls::kStrict) text += ", mtls strict";
  if (listener.mtls == L::Mtls::kOptional) text += ", mtls optional";
  return text;
}

std::vector<std::string> MatchWords(const syntax::Gateway& gateway, const syntax::Match& match) {
  std::vector<std::string> words;
  std::vector<std::string> parts;
  const auto add = [&](const char* name) {
    if (!parts.empty()) words.push_back(name + Join(parts, ", "));
    parts.clear();
  };
  for (const syntax::HostPattern& host : match.hosts) {
    parts.push_back((host.kind == syntax::HostPattern::Kind::kSuffix ? "*." : "") + host.name);
  }
  add("host ");
  for (const syntax::PathPattern& path : match.paths) parts.push_back(path.text);
  add("path ");
  parts = match.methods;
  add("method ");
  for (const syntax::FieldMatch& field : match.fields) words.push_back(FieldWords(field));
  for (const syntax::Network& network : match.clients) parts.push_back(network.text);
  add("client in ");
  for (std::uint32_t listener : match.listeners) {
    if (listener < gateway.listeners.size()) {
      parts.push_back(SocketWords(gateway.listeners[listener].address));
    }
  }
  add("listener ");
  if (words.empty()) words.push_back("everything");
  return words;
}

std::string TransformWords(const syntax::Transform& transform) {
  using Kind = syntax::Transform::Kind;
  std::string value;
  if (const auto* text = std::get_if<std::string>(&transform.value)) {
    value = "\"" + *text + "\"";
  } else {
    value = syntax::AttributeName(std::get<syntax::Attribute>(transform.value));
  }
  switch (transform.kind) {
    case Kind::kStripPrefix:
      return "strip " + transform.name;
    case Kind::kRewritePath:
      return "rewrite to " + transform.name;
    case Kind::kSetHeader:
      return "set " + transform.name + " to " + value;
    case Kind::kAddHeader:
      return "add " + transform.name + ": " + value;
    case Kind::kRemoveHeader:
      return "remove " + transform.name;
    case Kind::kSetQuery:
      return "set query " + transform.name + " to " + value;
    case Kind::kRemoveQuery:
      return "remove query " + transform.name;
    case Kind::kSetHost:
      return "set host to " + value;
  }
  return "";
}

std::string RedirectWords(const syntax::Redirect& redirect) {
  std::string text = "redirect " + std::to_string(redirect.status) + " to ";
  text += redirect.scheme.value_or("(scheme)") + "://" + redirect.host.value_or("(host)");
  if (redirect.port) text += ":" + std::to_string(*redirect.port);
  return text + redirect.path.value_or("(path)");
}

}  // namespace weir::compiler
