// From a route and the earlier routes that match its host and path to the
// residue: the classes of every other dimension, within what the route itself
// matches, and the way back from a choice of classes to a request.
#ifndef WEIR_COMPILER_SHADOW_DIMENSIONS_H_
#define WEIR_COMPILER_SHADOW_DIMENSIONS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/shadow/index.h"
#include "compiler/shadow/languages.h"
#include "compiler/shadow/residue.h"
#include "compiler/witness/witness.h"
#include "spec/syntax/gateway.h"

namespace weir::compiler {

// The listeners of one kind, as bits of Match::listeners, and the kind.
struct ListenerGroup {
  ListenerKind kind;
  std::uint64_t listeners = 0;
};
// Every listener in exactly one group. A gateway without any counts as having one plain one.
std::vector<ListenerGroup> GroupListeners(const syntax::Gateway& gateway);
std::uint64_t ListenersOf(const syntax::Match& match);

// Whether a field's value (nothing: absent) passes a test. Nothing when the
// test's expression is over its budget.
std::optional<bool> FieldHolds(const syntax::FieldMatch& test,
                               const std::optional<std::string>& value, Languages& languages);

// The values of one header or query parameter that the tests can tell apart,
// one for each combination of results; absent first.
struct FieldValues {
  std::vector<std::optional<std::string>> values;
  bool over_budget = false;  // some are missing
};
FieldValues DistinctValues(std::span<const syntax::FieldMatch* const> tests, ListenerKind kind,
                           Languages& languages);

class Dimensions {
 public:
  // Of `gateway`'s routes; for a request that reaches listeners of `group`, and,
  // if `method` is not null, of that one of the route's methods.
  Dimensions(const syntax::Gateway& gateway, std::uint32_t route, std::span<const Hit> candidates,
             const ListenerGroup& group, Languages& languages, const std::string* method = nullptr);

  const Residue& residue() const { return residue_; }
  // The route alone already matches no request.
  bool empty() const { return empty_; }
  // Set when a class may be missing or a candidate was left out, because an
  // expression is over its budget: "covered" holds all the same, "escapes" may not.
  bool approximate() const { return approximate_; }
  // Writes the request's parts for these classes.
  void Read(std::span<const std::uint32_t> classes, Witness& witness) const;

 private:
  struct Values {
    enum class Kind : std::uint8_t { kMethod, kClient, kListener, kHeader, kQuery };
    Kind kind = Kind::kMethod;
    std::string name;
    std::vector<std::optional<std::string>> texts;  // method, header, query
    std::vector<syntax::Address> clients;
    std::vector<std::uint32_t> listeners;
  };

  const syntax::Match& CandidateMatch(std::uint32_t candidate) const {
    return gateway_.routes[candidates_[candidate].route].match;
  }
  // Adds a dimension whose class i the candidate matches if holds(candidate, i).
  template <class Holds>
  void Add(Values values, std::size_t classes, Holds holds);
  void AddMethods(const std::string* only);
  void AddClients();
  void AddListeners();
  void AddFields();
  using FieldName = std::pair<syntax::FieldMatch::Source, std::string>;
  // The route's own tests of one field, then those of candidates, with whose they are.
  struct FieldTests {
    std::vector<const syntax::FieldMatch*> all;
    std::size_t own = 0;
    std::vector<std::uint32_t> candidates;  // ascending
  };
  void AddField(const FieldName& name, const FieldTests& tests);

  const syntax::Gateway& gateway_;
  const syntax::Match& own_;
  const std::span<const Hit> candidates_;
  const ListenerGroup group_;
  Languages& languages_;
  Residue residue_;
  std::vector<Values> values_;
  std::uint32_t first_listener_ = 0;
  bool empty_ = false;
  bool approximate_ = false;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_DIMENSIONS_H_
