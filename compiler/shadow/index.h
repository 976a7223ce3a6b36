// The table's routes by host and path: a hash of host patterns to tries over
// path segments, looked up like a request.
//
//   RouteIndex index(gateway, languages);
//   index.Find(index.RootsOf(host_pattern), {tokens, "/a/b"}, route, hits);
#ifndef WEIR_COMPILER_SHADOW_INDEX_H_
#define WEIR_COMPILER_SHADOW_INDEX_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/shadow/languages.h"
#include "compiler/witness/witness.h"
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

// A route that matches host and path, and by which of its paths.
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
  // Where a path comes by in the tries: what holds the routes that match host and
  // path. False as above.
  struct Spot {
    std::uint32_t node = 0;
    bool at_end = false;
  };
  using Spots = std::vector<Spot>;
  bool Walk(const Roots& roots, const PathProbe& probe, Spots& spots) const;
  // The first route below `before` that matches there and passes `rest`, which says
  // whether a route matches the request in everything else (nothing: that is over
  // budget). What does not need one of the request's values is not looked at.
  struct FirstHit {
    std::optional<Hit> hit;
    bool perhaps = false;  // an earlier one may or may not match: something is over budget
  };
  using Rest = std::function<std::optional<bool>(std::uint32_t route)>;
  FirstHit First(const Spots& spots, const PathProbe& probe, std::uint32_t before,
                 const Witness& request, const Rest& rest);
  // How this route matches there, if it does.
  std::optional<Hit> HitOf(const Spots& spots, const PathProbe& probe, std::uint32_t route);

  // Whether an expression of a route below `before` might match paths of `pattern`
  // (no if their literal beginnings differ).
  bool ExpressionMayMeet(const Roots& roots, const syntax::PathPattern* pattern,
                         std::uint32_t before) const;

 private:
  struct Entry {
    std::uint32_t route = 0;
    std::uint32_t path = kAnyPath;
  };
  // Many routes of one path are told apart by a value that they demand: by that
  // they are found (KeysOf). Made when a long list is first looked up.
  struct Keyed {
    std::vector<Entry> others;
    std::unordered_map<std::string, std::vector<Entry>> by_key;
  };
  struct Entries {
    std::vector<Entry> all;  // ascending
    std::unique_ptr<Keyed> keyed;
  };
  struct Node {
    std::uint32_t wildcard = 0;  // 0: none
    Entries ends, rests;
    std::vector<Entry> expressions;
  };

  std::uint32_t Literal(std::string_view text);
  std::uint32_t Child(std::uint32_t node, const syntax::PathSegment& segment);
  std::uint32_t LiteralChild(std::uint32_t node, Token token);
  std::uint32_t ChildOf(std::uint32_t node, Token token) const;
  void Insert(std::uint32_t root, std::uint32_t route, std::uint32_t path);
  void InsertExpression(std::uint32_t root, Entry entry, const syntax::Regex& regex);
  void FirstAmong(Entries& entries, const std::vector<std::string>& keys, const Rest& rest,
                  std::uint32_t before, FirstHit& first);
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
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_INDEX_H_
