// The symbolic request: its dimensions (host, path, each header that is read,
// the client's address, each claim, ...) and the tests that policies and tables
// make on them. A test on a dimension is an atom of the formulas.
//
//   Universe universe;
//   auto path = universe.At({Part::kPath});
//   Formula admin = universe.StartsWith(path, "/admin");
//
// Use it in two steps: encode everything that is to be compared, then Classes
// (classes.h) finds the finitely many kinds of value each dimension has.
#ifndef WEIR_COMPILER_ENCODE_UNIVERSE_H_
#define WEIR_COMPILER_ENCODE_UNIVERSE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/automata/dfa.h"
#include "compiler/encode/formula.h"
#include "spec/syntax/value.h"

namespace weir::compiler {

// The part of the request that a dimension stands for.
enum class Part : std::uint8_t {
  kListener,
  kMethod,
  kHost,
  kPath,
  kClient,
  kPeer,
  kHeader,
  kQuery,
  kCookie,  // with a name
  kJwt,     // what became of a token: an Outcome; `scope` is the issuer's definition
  kTextClaim,
  kIntegerClaim,
  kBooleanClaim,
  kListClaim,
  kWordsClaim,  // of the token; with `scope`, and the payload's member as name
  kKeys,        // what became of an API key; `scope` is the key set's definition
  kConsumer,
};

enum Outcome : std::uint8_t { kNoCredential, kVerified, kBadCredential, kKeysUnavailable };
inline constexpr std::uint32_t kOutcomes = 4;

struct DimensionKey {
  Part part = Part::kMethod;
  std::string scope;
  std::string name;
  friend auto operator<=>(const DimensionKey&, const DimensionKey&) = default;
};

// How a dimension's values are told apart.
enum class Domain : std::uint8_t { kText, kInteger, kBoolean, kAddress, kChoice, kList };

// One value of a dimension; which member counts follows from its domain.
struct Value {
  bool absent = false;
  std::string text;
  std::int64_t integer = 0;  // kInteger, kBoolean (0 or 1) and kChoice
  syntax::Address address;
  std::vector<std::string> list;
};

// One test. Every test but kPresent is false on an absent value. On a list,
// kLanguage asks whether some item is in the language.
struct Test {
  enum class Kind : std::uint8_t { kPresent, kLanguage, kEqual, kLess, kNetwork, kChoice };
  Kind kind = Kind::kPresent;
  std::shared_ptr<const Dfa> language;  // kLanguage
  std::int64_t integer = 0;             // kEqual, kLess
  syntax::Network network;              // kNetwork
  std::vector<bool> choice;             // kChoice: by value
};

struct Dimension {
  DimensionKey key;
  Domain domain = Domain::kText;
  bool can_be_absent = false;
  std::uint32_t choices = 0;  // kChoice
  // kText and kList: the languages of values (of items), nicest to read first;
  // a value is what the last accepts. `hints` are preferred as representatives.
  std::shared_ptr<const std::vector<Dfa>> tiers;
  std::vector<std::string> hints;
  std::vector<Test> tests;
  std::map<std::string, std::uint32_t> places;  // of tests, by a text that names them
  std::set<std::string> literals;               // texts that some test names whole
};

struct AtomKey {
  std::uint32_t dimension = 0;
  std::uint32_t test = 0;
};

// What a listener lends every request that comes in by it.
struct ListenerFacts {
  syntax::Address address;
  std::string scheme;
  std::uint16_t port = 0;
  bool https = false;
  bool inbound = false;
  bool outbound = false;
  bool may_have_peer = false;
  bool must_have_peer = false;
  bool keeps_slashes = false;  // `slashes keep`
  bool keeps_encoded_slash = false;
  std::optional<syntax::Address> a_proxy;  // one that is trusted, if any is
  bool keeps_underscores = false;          // names with `_` are dropped or refused elsewhere
  bool keeps_parameters = false;           // `path-parameters keep`
  bool first_query = false;                // `query first`: CANON-16 does not hold
  bool first_cookies = false;              // `cookies first`: CANON-17 does not hold
  friend bool operator==(const ListenerFacts&, const ListenerFacts&) = default;
};

// Canonical paths that a listener reads as they stand only if it keeps them so: those
// outside the language.
struct PathLimit {
  std::string name;
  Dfa language;
  bool ListenerFacts::* keeps_them;
};
const std::vector<PathLimit>& PathLimits();
bool KeepsUnusualPaths(const ListenerFacts& facts);

// What is known of every token of a `jwt` definition that is verified (AUTH-3).
struct TokenFacts {
  std::string issuer;                  // empty: any
  std::vector<std::string> audiences;  // one of them is in `aud`; empty: not looked at
};

// What is known of a set of API keys (AUTH-5).
struct KeyFacts {
  struct Key {
    std::string consumer;
    std::array<std::uint8_t, 32> sha256{};
  };
  bool in_query = false;
  std::string field;
  std::vector<Key> keys;
};

// What a gateway reads as one value (CANON-16, CANON-17).
struct ReadNames {
  std::set<std::string> queries, cookies;
};

class Universe {
 public:
  Universe();

  Formulas f;
  // What every request satisfies (a peer only where there is mTLS, ...).
  std::vector<Formula> constraints;

  // Declares the listener dimension's next value. All before the first use of it. Of two
  // gateways' listeners, those are one that let the same requests in; what only one of them
  // trusts or lets through is possible then, and who shows a request replays it.
  std::uint32_t AddListener(const ListenerFacts& facts);
  const std::vector<ListenerFacts>& listeners() const { return listeners_; }

  // By the scope of their dimensions. What is declared holds once RelateDerived
  // (derived.h) is through, whenever the dimensions are made.
  void Declare(const std::string& scope, TokenFacts facts) {
    tokens_[TargetOf(scope)] = std::move(facts);
  }
  void Declare(const std::string& scope, KeyFacts facts) {
    keys_[TargetOf(scope)] = std::move(facts);
  }
  // Null: nothing was declared.
  const TokenFacts* TokensOf(const std::string& scope) const;
  const KeyFacts* KeysOf(const std::string& scope) const;
  // By gateway that is encoded.
  std::vector<ReadNames> reads;
  // Whose X-Forwarded-For is believed.
  std::vector<syntax::Network> trusted_proxies;

  // The dimension of this key, made when it is new.
  std::uint32_t At(const DimensionKey& asked);
  // The scheme passes: the listener's own, or what a trusted proxy says (CANON-18).
  Formula SchemePasses(bool http, bool https);
  // The dimension of this key, if something has asked for it.
  std::optional<std::uint32_t> Known(const DimensionKey& key) const;
  // From here on `scope` is another word for `target`: two definitions of one
  // credential are asked as one. Before either is used.
  void Unify(const std::string& scope, const std::string& target) { targets_[scope] = target; }
  const std::string& TargetOf(const std::string& scope) const;
  // For dimensions whose values are known: the consumers of a key set, an issuer.
  void Restrict(std::uint32_t dimension, const std::vector<std::string>& values);

  // To languages, nicest first (Dimension::tiers).
  void Restrict(std::uint32_t dimension, std::vector<Dfa> tiers) {
    dimensions_[dimension].tiers = std::make_shared<const std::vector<Dfa>>(std::move(tiers));
  }

  Formula Present(std::uint32_t dimension);
  Formula Equals(std::uint32_t dimension, std::string_view text);
  Formula StartsWith(std::uint32_t dimension, std::string_view prefix);
  Formula EndsWith(std::uint32_t dimension, std::string_view suffix);
  // `name` must name the language: equal names are taken for equal languages.
  Formula InLanguage(std::uint32_t dimension, const std::string& name, const Dfa& language);
  Formula IntegerEquals(std::uint32_t dimension, std::int64_t value);
  Formula IntegerLess(std::uint32_t dimension, std::int64_t value);
  Formula IsTrue(std::uint32_t dimension) { return IntegerEquals(dimension, 1); }
  Formula InNetwork(std::uint32_t dimension, const syntax::Network& network);
  // The atom of a test that the dimension has already, by its place among them.
  Formula AtomOfTest(std::uint32_t dimension, std::uint32_t test);
  // Texts that stand in a longer list of one test.
  void AddLiterals(std::uint32_t dimension, const std::vector<std::string>& texts);
  Formula Chosen(std::uint32_t dimension, std::vector<bool> values);
  Formula Is(std::uint32_t dimension, std::uint32_t value);

  const std::vector<Dimension>& dimensions() const { return dimensions_; }
  AtomKey atom(std::uint32_t atom) const { return atoms_[atom]; }

  // False the first time: relations between dimensions are made once.
  bool related() const { return related_; }
  void SetRelated() { related_ = true; }

  // Whether a concrete value passes a test.
  static bool Holds(const Dimension& dimension, const Test& test, const Value& value);
  // The value of a formula on a concrete request: one value for each dimension.
  bool Evaluate(Formula formula, const std::vector<Value>& request) const;
  // The value of every formula, by formula.
  std::vector<bool> EvaluateAll(const std::vector<Value>& request) const;

  // A language that could not be built (its automaton is over budget): every
  // verdict is then Unknown with this reason. Empty: none.
  const std::string& problem() const { return problem_; }
  void SetProblem(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }

 private:
  void NarrowPaths(std::uint32_t at);
  // The request came in where some peer is trusted.
  Formula TrustingListener();
  Formula AtomOf(std::uint32_t dimension, const std::string& name, Test test);
  Formula AtomOf(std::uint32_t dimension, std::uint32_t test);
  // Whether a test of this name is there already; else it is made by `language`.
  template <class Language>
  Formula LanguageAtom(std::uint32_t dimension, const std::string& name, Language language);

  std::vector<ListenerFacts> listeners_;
  std::map<std::string, TokenFacts> tokens_;
  std::map<std::string, KeyFacts> keys_;
  bool related_ = false;
  std::vector<Dimension> dimensions_;
  std::map<DimensionKey, std::uint32_t> places_;
  std::map<std::string, std::string> targets_;  // of scopes that were unified
  std::vector<AtomKey> atoms_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> atom_places_;
  // Thousands of fields may be compared with the same few texts.
  std::map<std::string, std::shared_ptr<const Dfa>, std::less<>> exact_;
  std::string problem_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_UNIVERSE_H_
