#include "dsl/resolve/match.h"

#include <algorithm>
#include <utility>

#include "dsl/resolve/pattern.h"
#include "dsl/resolve/values.h"

namespace weir::dsl::resolve {
namespace {

using syntax::FieldMatch;
using syntax::Match;

bool Repeated(Context& context, const Value& value) {
  context.Error("duplicate-element", Quote(*value.item) + " is listed twice", value);
  return false;
}

bool ReadHosts(Cursor& cursor, Match& match) {
  return ReadList(cursor, "a host in quotes", [&](const Value& value) {
    auto host = HostPatternOf(cursor.context(), value);
    if (!host) return false;
    for (const syntax::HostPattern& other : match.hosts) {
      if (other.kind == host->kind && other.name == host->name)
        return Repeated(cursor.context(), value);
    }
    match.hosts.push_back(*std::move(host));
    return true;
  });
}

bool ReadPaths(Cursor& cursor, Match& match) {
  return ReadList(cursor, "a path pattern in quotes", [&](const Value& value) {
    auto path = PathPatternOf(cursor.context(), value);
    if (!path) return false;
    for (const syntax::PathPattern& other : match.paths) {
      if (other.kind == path->kind && other.text == path->text)
        return Repeated(cursor.context(), value);
    }
    match.paths.push_back(*std::move(path));
    return true;
  });
}

bool ReadMethods(Cursor& cursor, Match& match) {
  return ReadList(cursor, "a method such as GET", [&](const Value& value) {
    auto method = MethodOf(cursor.context(), value);
    if (!method) return false;
    if (std::ranges::find(match.methods, *method) != match.methods.end()) {
      return Repeated(cursor.context(), value);
    }
    match.methods.push_back(*std::move(method));
    return true;
  });
}

bool ReadClients(Cursor& cursor, Match& match) {
  return ReadList(cursor, "a network such as 10.0.0.0/8", [&](const Value& value) {
    auto network = NetworkOf(cursor.context(), value);
    if (!network) return false;
    if (std::ranges::find(match.clients, *network) != match.clients.end()) {
      return Repeated(cursor.context(), value);
    }
    match.clients.push_back(*std::move(network));
    return true;
  });
}

bool ReadListeners(Cursor& cursor, const std::vector<syntax::Listener>& listeners, Match& match) {
  Context& context = cursor.context();
  return ReadList(cursor, "the port of a listener", [&](const Value& value) {
    auto port = ParseNumber(value.item->text, 1, 65535);
    if (!port) {
      context.Error("wrong-value", port.error(), value);
      return false;
    }
    bool found = false;
    for (std::uint32_t i = 0; i < listeners.size(); ++i) {
      if (listeners[i].address.port != *port) continue;
      found = true;
      if (std::ranges::find(match.listeners, i) == match.listeners.end())
        match.listeners.push_back(i);
    }
    if (!found) {
      context.Error("unknown-name", "this gateway has no listener on port " + value.item->text,
                    value);
    }
    return found;
  });
}

// The name and test behind `header` or `query`.
bool ReadField(Cursor& cursor, FieldMatch::Source source, bool negated, Span keyword,
               Match& match) {
  Context& context = cursor.context();
  const bool header = syntax::IsHeader(source);
  auto value = cursor.TakeValue(header ? "a header's name" : "a parameter's name");
  if (!value) return false;
  FieldMatch field;
  field.source = source;
  field.negated = negated;
  field.node = context.Node(keyword);
  if (header) {
    auto name = FieldNameOf(context, *value);
    if (!name) return false;
    field.name = *std::move(name);
    if (field.name == "host") {
      context.Error("wrong-value", "the Host field is matched by 'host'", *value);
      return false;
    }
  } else {
    field.name = value->item->text;
    if (field.name.empty()) {
      context.Error("wrong-value", "a parameter's name cannot be empty", *value);
      return false;
    }
  }
  constexpr std::string_view kWhat = "a value in quotes";
  const auto one = [&](const Value& element) {
    auto text = StringOf(context, element, kWhat);
    if (text) field.values.push_back(*std::move(text));
    return text.has_value();
  };
  if (cursor.TakeOperator("==")) {
    field.test = FieldMatch::Test::kOneOf;
    auto text = ReadString(cursor, kWhat);
    if (!text) return false;
    field.values = {*std::move(text)};
  } else if (cursor.TakeWord("in")) {
    field.test = FieldMatch::Test::kOneOf;
    if (!ReadList(cursor, kWhat, one)) return false;
  } else if (cursor.TakeWord("starts-with")) {
    field.test = FieldMatch::Test::kPrefix;
    auto text = ReadString(cursor, kWhat);
    if (!text) return false;
    field.values = {*std::move(text)};
  } else if (cursor.TakeWord("matches")) {
    field.test = FieldMatch::Test::kRegex;
    auto regex_value = cursor.TakeValue("a regular expression ~\"...\"");
    auto regex = regex_value ? RegexOf(context, *regex_value) : std::nullopt;
    if (!regex) return false;
    field.regex = *std::move(regex);
  } else if (!cursor.AtEnd() && cursor.Peek()->kind == tree::Item::Kind::kOperator) {
    Diagnostic& error = context.Error("expected", Quote(*cursor.Peek()) + " is no test of a field",
                                      cursor.Peek()->span);
    error.help = cursor.Peek()->text == "!="
                     ? std::string("write not ") + (header ? "header " : "query ") + field.name +
                           " == \"...\", which holds on an absent field too"
                     : "what may stand here: ==, in, starts-with, matches, or nothing for presence";
    return false;
  }
  match.fields.push_back(std::move(field));
  return true;
}

bool ReadNegated(Cursor& cursor, Span keyword, Match& match) {
  if (cursor.TakeWord("header")) {
    return ReadField(cursor, FieldMatch::Source::kHeader, true, keyword, match);
  }
  if (cursor.TakeWord("query")) {
    return ReadField(cursor, FieldMatch::Source::kQuery, true, keyword, match);
  }
  cursor.Expected("header or query after 'not'");
  return false;
}

}  // namespace

bool ReadMatch(Cursor& cursor, const std::vector<syntax::Listener>& listeners, MatchPart& part) {
  Match& match = part.match;
  const ClauseTable table = {
      {"host", [&](Cursor& c, const tree::Item&) { return ReadHosts(c, match); }},
      {"path", [&](Cursor& c, const tree::Item&) { return ReadPaths(c, match); }},
      {"method", [&](Cursor& c, const tree::Item&) { return ReadMethods(c, match); }},
      {"client", [&](Cursor& c, const tree::Item&) { return ReadClients(c, match); }},
      {"listener",
       [&](Cursor& c, const tree::Item&) { return ReadListeners(c, listeners, match); }},
      {"header",
       [&](Cursor& c, const tree::Item& k) {
         return ReadField(c, FieldMatch::Source::kHeader, false, k.span, match);
       },
       true},
      {"query",
       [&](Cursor& c, const tree::Item& k) {
         return ReadField(c, FieldMatch::Source::kQuery, false, k.span, match);
       },
       true},
      {"not", [&](Cursor& c, const tree::Item& k) { return ReadNegated(c, k.span, match); }, true},
  };
  if (cursor.AtEnd()) {
    cursor.Expected("host, path, method, header, query, client or listener");
    return false;
  }
  Found found;
  const bool block = cursor.Peek()->kind == tree::Item::Kind::kBlock;
  if (block) {
    found = ReadClauses(cursor.context(), cursor.Take().statements, "match", table);
  } else if (!ReadWhileKnown(cursor, "match", table, found)) {
    return false;
  }
  for (const auto& [keyword, span] : found) part.parts.emplace(keyword);
  if (!block && !found.empty() && !cursor.AtEnd()) {
    Cursor::Inner inner{"match", {}};
    for (const Clause& clause : table) inner.keywords.emplace_back(clause.keyword);
    cursor.set_inner(std::move(inner));
  }
  if (!found.empty() || block) return true;
  Diagnostic& error = cursor.context().Error(
      "unknown-clause", Quote(*cursor.Peek()) + " is not a clause of match", cursor.Peek()->span);
  error.help = Suggest(cursor.Peek()->text,
                       {"host", "path", "method", "header", "query", "client", "listener", "not"});
  return false;
}

std::set<std::string> CapturesOf(const syntax::Match& match) {
  std::set<std::string> common;
  bool first = true;
  for (const syntax::PathPattern& path : match.paths) {
    std::set<std::string> here;
    for (const syntax::PathSegment& segment : path.segments) {
      if (!segment.capture.empty() && (first || common.contains(segment.capture))) {
        here.insert(segment.capture);
      }
    }
    common = std::move(here);
    first = false;
  }
  return common;
}

}  // namespace weir::dsl::resolve
