#include "dsl/resolve/context.h"

#include <algorithm>
#include <utility>

#include "dsl/source/did_you_mean.h"

namespace weir::dsl::resolve {

std::string_view Describe(NameKind kind) {
  switch (kind) {
    case NameKind::kService:
      return "service";
    case NameKind::kAuthenticator:
      return "jwt or api-keys";
    case NameKind::kLimit:
      return "limit";
    case NameKind::kCors:
      return "cors policy";
    case NameKind::kRetry:
      return "retry policy";
    case NameKind::kBreaker:
      return "breaker";
    case NameKind::kGateway:
      return "gateway or sidecar";
    case NameKind::kProfile:
      return "profile";
    case NameKind::kLet:
      return "let";
  }
  return "name";
}

Diagnostic& Context::Error(std::string_view rule, std::string message, Span span) {
  const bool fresh = seen_.emplace(span.file, span.begin, message).second;
  Diagnostic diagnostic{Severity::kError, std::string(rule), std::move(message), span, {}, {}};
  if (!fresh || diagnostics.size() >= kMaxDiagnostics) {
    dropped_ = std::move(diagnostic);
    return dropped_;
  }
  diagnostics.push_back(std::move(diagnostic));
  return diagnostics.back();
}

Diagnostic& Context::Error(std::string_view rule, std::string message, const Value& value) {
  Diagnostic& diagnostic = Error(rule, std::move(message), value.at);
  const Span written = value.item->span;
  if (written.file != value.at.file || written.begin != value.at.begin) {
    diagnostic.labels.push_back({written, "the value is written here"});
  }
  return diagnostic;
}

syntax::NodeId Context::Node(Span span) {
  policy.origins.push_back(span);
  return static_cast<syntax::NodeId>(policy.origins.size() - 1);
}

Definition* Context::Find(NameKind kind, std::string_view name) {
  auto& table = names(kind);
  auto found = table.find(name);
  return found == table.end() ? nullptr : &found->second;
}

void Context::UnknownName(NameKind kind, std::string_view name, Span span) {
  Diagnostic& error =
      Error("unknown-name",
            "there is no " + std::string(Describe(kind)) + " '" + std::string(name) + "'", span);
  for (std::size_t other = 0; other < std::size(names_); ++other) {
    auto found = names_[other].find(name);
    if (found == names_[other].end()) continue;
    error.labels.push_back(
        {found->second.span, "this is the name of a " + std::string(Describe(NameKind(other)))});
    return;
  }
  std::vector<std::string> candidates;
  for (const auto& [candidate, definition] : names(kind)) candidates.push_back(candidate);
  error.help = Suggest(name, candidates);
}

const tree::Item* Context::FollowLet(const tree::Item& item) {
  const tree::Item* at = &item;
  // A chain longer than the number of lets goes round in a circle.
  for (std::size_t step = 0; step <= names(NameKind::kLet).size(); ++step) {
    if (at->kind != tree::Item::Kind::kWord) return at;
    Definition* let = Find(NameKind::kLet, at->text);
    if (let == nullptr) return at;
    let->used = true;
    at = &let->statement->items.back();
  }
  Error("let-cycle", "the let '" + item.text + "' stands for itself", item.span);
  return nullptr;
}

bool Context::Spend(Span at) {
  if (++expanded_ <= kMaxExpanded) return true;
  Error("too-large", "lets and profiles expand to more than 1000000 elements here", at);
  return false;
}

std::string Suggest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  const std::string_view near = DidYouMean(word, views);
  if (!near.empty()) return "did you mean '" + std::string(near) + "'?";
  if (candidates.empty() || candidates.size() > 24) return {};
  std::string help = "what may stand here: ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) help += ", ";
    help += candidates[i];
  }
  return help;
}

std::string Quote(const tree::Item& item) {
  using Kind = tree::Item::Kind;
  // Long texts are cut at a character's start, so that messages stay valid UTF-8.
  std::string text = item.text;
  if (text.size() > 60) {
    std::size_t cut = 60;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
    text = text.substr(0, cut) + "...";
  }
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  switch (item.kind) {
    case Kind::kWord:
    case Kind::kOperator:
      return "'" + text + "'";
    case Kind::kString:
      return "\"" + text + "\"";
    case Kind::kRegex:
      return "~\"" + text + "\"";
    case Kind::kList:
      return "a list";
    case Kind::kBlock:
      return "a block";
    case Kind::kCondition:
      return "a condition";
  }
  return "something else";
}

}  // namespace weir::dsl::resolve
