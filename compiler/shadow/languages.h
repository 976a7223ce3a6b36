// What requests can hold at all, as automata, and the automata of a table's
// patterns, each made once.
//
// Both matter for exactness: `~"/a//b"` shadows nothing and cannot be shadowed
// where slashes are merged, because no canonical path holds "//".
#ifndef WEIR_COMPILER_SHADOW_LANGUAGES_H_
#define WEIR_COMPILER_SHADOW_LANGUAGES_H_

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "compiler/automata/dfa.h"
#include "spec/syntax/gateway.h"
#include "spec/syntax/pattern.h"

namespace weir::compiler {

// The choices of a listener that decide which canonical requests it can see.
struct ListenerKind {
  bool encoded_slash = false;
  bool keep_slashes = false;
  bool keep_underscores = false;
  bool keep_parameters = false;  // `path-parameters keep`
  bool trusts = false;           // some peer may send forwarding fields
  bool first_query = false;      // `query first`
  friend bool operator==(const ListenerKind&, const ListenerKind&) = default;
};
ListenerKind KindOf(const syntax::Gateway& gateway, const syntax::Listener& listener);

// The canonical paths of such a listener (spec/rules/canonical.md).
Dfa CanonicalPaths(bool encoded_slash, bool keep_slashes, bool keep_parameters);
// The values a header can have: no control octet but HTAB, no white space at the ends.
Dfa HeaderValues();
// The decoded values that a strict listener lets a parameter have (CANON-16).
Dfa QueryValues();

// Not for use from several threads at once. What it returns lives as long as it does;
// null: the automaton is over its budget.
class Languages {
 public:
  const Dfa* Regex(const syntax::Regex& regex);
  const Dfa* Path(const syntax::PathPattern& pattern);
  // The same, only the paths that a listener of this kind can see.
  const Dfa* PathWithin(const syntax::PathPattern& pattern, ListenerKind kind);
  // Whether the literals of a pattern stand in canonical paths: ';' needs a listener that
  // keeps parameters. True of expressions, whose words are looked for one by one.
  bool CanBeAPath(const syntax::PathPattern& pattern, ListenerKind kind);
  const Dfa& Headers();
  const Dfa& Queries();

 private:
  using Cache = std::unordered_map<std::string, std::unique_ptr<Dfa>>;
  const Dfa& Canonical(ListenerKind kind);
  Cache regexes_, paths_;
  std::array<Cache, 8> within_;
  std::array<std::unique_ptr<Dfa>, 8> canonical_;
  std::unique_ptr<Dfa> headers_, queries_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_LANGUAGES_H_
