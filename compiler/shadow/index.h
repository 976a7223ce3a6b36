// The table's routes by host and path: a hash of host patterns to tries over
// path segments, looked up like a request.
//
//   RouteIndex index(gateway, languages);
//   index.Find(index.RootsOf(host_pattern), {tokens, "/a/b"}, route, hits);
#ifndef WEIR_COMPILER_SHADOW_INDEX_H_
#define WEIR_COMPILER_SHADOW_INDEX_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/shadow/languages.h"
#include "spec/syntax/gateway.h"

namespace weir::compiler {

// A path segment as the trie sees it: a literal that some pattern writes, or another text.
using Token = std::uint32_t;
inline constexpr Token kEmptyToken = 0;
inline constexpr Token kFreshToken = 0xffffffff;  // not empty, written nowhere

struct PathProbe {
  std::vector<Token> tokens;
  std::string text;  // the same path in full, for regular expressions
};

inline constexpr std::uint32_t kAnyPath = 0xffffffff;

// An earlier route that matches host and path, and by which of its paths.
struct Hit {
  std::uint32_t route = 0;
  std::uint32_t path = kAnyPath;  // place in Match::paths
  bool over_budget = false;       // its automaton is: it may match or not
};

class RouteIndex {
 public:
  RouteIndex(const syntax::Gateway& gateway, Languages& languages);

  using Roots = std::vector<std::uint32_t>;
  // The tries that a least host of this pattern lies in; null: a host no pattern names.
  Roots RootsOf(const syntax::HostPattern* pattern) const;
  Roots RootsOfHost(std::string_view host) const;
  // A host in exactly those tries.
  std::string HostFor(const syntax::HostPattern* pattern) const;

  PathProbe ProbeOf(std::string_view path) const;
  Token TokenOf(std::string_view segment) const;
  const std::string& fresh_text() const { return fresh_text_; }

  // Appends the routes below `before` that match, ascending, each once. False
  // when no pattern but `**` and expressions goes on below the whole path:
  // longer paths that begin so have the same hits among the others.
  bool Find(const Roots& roots, const PathProbe& probe, std::uint32_t before,
            std::vector<Hit>& hits);
  // Whether an expression of a route below `before` might match paths of `pattern`
  // (no if their literal beginnings differ).
  bool ExpressionMayMeet(const Roots& roots, const syntax::PathPattern* pattern,
                         std::uint32_t before) const;

 private:
  struct Entry {
    std::uint32_t route = 0;
    std::uint32_t path = kAnyPath;
  };
  struct Node {
    std::uint32_t wildcard = 0;  // 0: none
    std::vector<Entry> ends, rests, expressions;
  };

  std::uint32_t Literal(std::string_view text);
  std::uint32_t Child(std::uint32_t node, const syntax::PathSegment& segment);
  std::uint32_t LiteralChild(std::uint32_t node, Token token, bool make);
  void Insert(std::uint32_t root, std::uint32_t route, std::uint32_t path);
  void InsertExpression(std::uint32_t root, Entry entry, const syntax::Regex& regex);
  void Collect(const Node& node, bool at_end, const PathProbe& probe, std::uint32_t before,
               std::vector<Hit>& hits);

  const syntax::Gateway& gateway_;
  Languages& languages_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // node and token -> node
  std::unordered_map<std::string, Token> literals_;
  std::unordered_map<std::string, std::uint32_t> exact_, suffix_;  // host -> root
  std::uint32_t any_root_ = 0;
  // By root: its expressions with the text that all their matches begin with.
  struct Anchored {
    Entry entry;
    std::string beginning;
  };
  std::unordered_map<std::uint32_t, std::vector<Anchored>> anchored_;
  std::string fresh_text_;
  std::vector<std::uint32_t> frontier_, next_frontier_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_INDEX_H_
