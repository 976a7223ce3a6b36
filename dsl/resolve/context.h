// What every part of the resolver works on: the policy being built, the names
// that are defined, and the diagnostics found so far.
#ifndef WEIR_DSL_RESOLVE_CONTEXT_H_
#define WEIR_DSL_RESOLVE_CONTEXT_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "dsl/source/source_map.h"
#include "dsl/tree/tree.h"
#include "spec/syntax/policy.h"

namespace weir::dsl::resolve {

enum class NameKind : std::uint8_t {
  kService,
  kAuthenticator,
  kLimit,
  kCors,
  kRetry,
  kBreaker,
  kGateway,
  kProfile,
  kLet
};

// "a service", "a retry policy": for messages.
std::string_view Describe(NameKind kind);

struct Definition {
  std::string name;
  Span span;                                   // of the name
  const tree::Statement* statement = nullptr;  // it was written as
  std::uint32_t index = 0;                     // in the policy's list of its kind
  bool api_keys = false;                       // an authenticator is a jwt or a set of API keys
  bool sidecar = false;                        // a gateway is a gateway or a sidecar
  bool busy = false;                           // being expanded: a let or profile that needs itself
  bool used = false;
};

// A value as read: the item that holds it, and where it was used; the two
// differ when a `let` stands between.
struct Value {
  const tree::Item* item = nullptr;
  Span at;
};

class Context {
 public:
  explicit Context(const SourceMap& source_map) : sources(source_map) {}

  const SourceMap& sources;
  syntax::Policy policy;
  std::vector<Diagnostic> diagnostics;
  std::set<std::uint32_t> without_endpoints;  // services that do not say where they run

  // Records an error; labels and help can be added to what it returns. The same
  // error twice (a profile that several routes use) is kept once, and past
  // kMaxDiagnostics nothing is kept.
  Diagnostic& Error(std::string_view rule, std::string message, Span span);
  Diagnostic& Error(std::string_view rule, std::string message, const Value& value);

  syntax::NodeId Node(Span span);

  std::map<std::string, Definition, std::less<>>& names(NameKind kind) {
    return names_[static_cast<std::size_t>(kind)];
  }
  Definition* Find(NameKind kind, std::string_view name);
  // An error for a name that is not defined: what is near it, what else bears it.
  void UnknownName(NameKind kind, std::string_view name, Span span);

  // Follows `let` from a word that names one to the value it stands for; any
  // other item stands for itself. Null after an error (a let that needs itself).
  const tree::Item* FollowLet(const tree::Item& item);

  // Spends one of the elements that lets and profiles may expand to; false when
  // all are spent, which bounds the work a short text can ask for.
  bool Spend(Span at);

  static constexpr std::size_t kMaxDiagnostics = 200;
  static constexpr std::size_t kMaxExpanded = 1'000'000;

 private:
  std::map<std::string, Definition, std::less<>> names_[9];
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::string>> seen_;
  Diagnostic dropped_;
  std::size_t expanded_ = 0;
};

// "did you mean 'retry'?", or the whole choice when nothing is near and it is short.
std::string Suggest(std::string_view word, const std::vector<std::string>& candidates);

// What an item looks like in a message: 'word', "string", a list, a block.
std::string Quote(const tree::Item& item);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_CONTEXT_H_
