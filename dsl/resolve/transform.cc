#include <utility>

#include "dsl/resolve/answer.h"
#include "dsl/resolve/captures.h"
#include "dsl/resolve/pattern.h"
#include "dsl/resolve/values.h"
#include "runtime/base/field_classes.h"

namespace weir::dsl::resolve {
namespace {

using syntax::Transform;
using Kind = tree::Item::Kind;

std::optional<std::string> ReadHeaderName(Cursor& cursor) {
  Context& context = cursor.context();
  auto value = cursor.TakeValue("a header's name");
  auto name = value ? FieldNameOf(context, *value) : std::nullopt;
  if (!name) return std::nullopt;
  // Host has a transform of its own.
  if (IsWrittenByTheProxy(*name)) {
    Diagnostic& error = context.Error(
        "wrong-value", Quote(*value->item) + " is written by the proxy alone", *value);
    if (*name == "host") error.help = "write set-host \"...\"";
    return std::nullopt;
  }
  return name;
}

std::optional<std::string> ReadParameterName(Cursor& cursor) {
  auto value = cursor.TakeValue("a parameter's name");
  if (!value) return std::nullopt;
  if (value->item->text.empty() || value->item->kind == Kind::kList) {
    cursor.context().Error("wrong-value", "a parameter's name cannot be empty", *value);
    return std::nullopt;
  }
  return value->item->text;
}

// A constant in quotes, or an attribute of the request.
std::optional<syntax::FieldValue> ReadFieldValue(Cursor& cursor, const Scope& scope) {
  Context& context = cursor.context();
  constexpr std::string_view kWhat = "a value in quotes or an attribute such as jwt.sub";
  auto value = cursor.TakeValue(kWhat);
  if (!value) return std::nullopt;
  if (value->item->kind == Kind::kWord) {
    auto attribute = ResolveAttribute(context, value->item->text, value->at, scope);
    if (!attribute) return std::nullopt;
    return *std::move(attribute);
  }
  auto text = StringOf(context, *value, kWhat);
  if (!text) return std::nullopt;
  if (!IsFieldValue(*text)) {
    context.Error("wrong-value",
                  "a header's value holds no control character and no space at its ends", *value);
    return std::nullopt;
  }
  return *std::move(text);
}

class Reader {
 public:
  Reader(Context& context, const Scope& scope, std::vector<Transform>& out)
      : context_(context), scope_(scope), out_(out) {}

  Clause Header(std::string_view keyword, Transform::Kind kind) {
    return {keyword,
            [this, kind](Cursor& cursor, const tree::Item& word) {
              auto name = ReadHeaderName(cursor);
              if (!name) return false;
              if (kind == Transform::Kind::kRemoveHeader) return Add(kind, *name, {}, word);
              auto value = ReadFieldValue(cursor, scope_);
              return value && Add(kind, *name, *std::move(value), word);
            },
            true};
  }

  Clause Query(std::string_view keyword, Transform::Kind kind) {
    return {keyword,
            [this, kind](Cursor& cursor, const tree::Item& word) {
              auto name = ReadParameterName(cursor);
              if (!name) return false;
              if (kind == Transform::Kind::kRemoveQuery) return Add(kind, *name, {}, word);
              auto value = ReadFieldValue(cursor, scope_);
              return value && Add(kind, *name, *std::move(value), word);
            },
            true};
  }

  Clause StripPrefix() {
    return {"strip-prefix",
            [this](Cursor& cursor, const tree::Item& word) {
              auto value = cursor.TakeValue("a path in quotes");
              auto path = value ? LiteralPathOf(context_, *value) : std::nullopt;
              if (!path) return false;
              if (path->ends_with('/')) {
                context_.Error("wrong-value",
                               "strip-prefix takes whole segments: leave out the '/' at the end",
                               *value);
                return false;
              }
              return Add(Transform::Kind::kStripPrefix, *path, {}, word);
            },
            true};
  }

  Clause Rewrite() {
    return {"rewrite",
            [this](Cursor& cursor, const tree::Item& word) {
              auto value = cursor.TakeValue("a path in quotes");
              auto path = value ? TemplateOf(context_, *value, scope_) : std::nullopt;
              return path && Add(Transform::Kind::kRewritePath, *path, {}, word);
            },
            true};
  }

  Clause SetHost() {
    return {"set-host", [this](Cursor& cursor, const tree::Item& word) {
              auto value = cursor.TakeValue("a host in quotes or an attribute");
              if (!value) return false;
              if (value->item->kind == Kind::kWord) {
                auto attribute = ResolveAttribute(context_, value->item->text, value->at, scope_);
                return attribute && Add(Transform::Kind::kSetHost, {}, *std::move(attribute), word);
              }
              auto host = StringOf(context_, *value, "a host in quotes or an attribute");
              if (!host) return false;
              const std::string name = host->substr(0, host->rfind(':'));
              if (HostFault(*host) != nullptr && HostFault(name) != nullptr) {
                context_.Error("wrong-value", Quote(*value->item) + " is not a host", *value);
                return false;
              }
              return Add(Transform::Kind::kSetHost, {}, *std::move(host), word);
            }};
  }

 private:
  bool Add(Transform::Kind kind, std::string name, syntax::FieldValue value,
           const tree::Item& word) {
    out_.push_back({kind, std::move(name), std::move(value), context_.Node(word.span)});
    return true;
  }

  Context& context_;
  const Scope& scope_;
  std::vector<Transform>& out_;
};

}  // namespace

std::optional<std::string> TemplateOf(Context& context, const Value& value, const Scope& scope) {
  auto text = StringOf(context, value, "a path such as \"/users/{id}\"");
  if (!text) return std::nullopt;
  // With plain names in place of the captures it is a path like any other.
  std::string plain;
  for (std::size_t i = 0; i < text->size(); ++i) {
    const std::size_t end = (*text)[i] == '{' ? text->find('}', i) : std::string::npos;
    if (end == std::string::npos) {
      plain += (*text)[i];
      continue;
    }
    const std::string name = text->substr(i + 1, end - i - 1);
    if (!ResolveAttribute(context, "capture." + name, value.at, scope)) return std::nullopt;
    plain += "x";
    i = end;
  }
  const CanonicalText canonical = CanonicalPath(plain);
  if (canonical.fault == nullptr && canonical.text == plain) return text;
  Diagnostic& error = context.Error(
      "not-canonical", "the path " + Quote(*value.item) + " is not in canonical form", value);
  error.help = canonical.fault != nullptr ? canonical.fault
                                          : "as a path it is read as \"" + canonical.text + "\"";
  return std::nullopt;
}

std::vector<Transform> ReadTransforms(Context& context, const tree::Item& block, bool response,
                                      const Scope& scope) {
  std::vector<Transform> transforms;
  Reader reader(context, scope, transforms);
  ClauseTable table = {reader.Header("set", Transform::Kind::kSetHeader),
                       reader.Header("add", Transform::Kind::kAddHeader),
                       reader.Header("remove", Transform::Kind::kRemoveHeader)};
  if (!response) {
    table.push_back(reader.StripPrefix());
    table.push_back(reader.Rewrite());
    table.push_back(reader.Query("set-query", Transform::Kind::kSetQuery));
    table.push_back(reader.Query("remove-query", Transform::Kind::kRemoveQuery));
    table.push_back(reader.SetHost());
  }
  ReadClauses(context, block.statements, response ? "response" : "request", table);
  return transforms;
}

}  // namespace weir::dsl::resolve
