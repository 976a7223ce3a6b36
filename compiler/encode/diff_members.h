// The members of each construct, named and told in a policy's own words: what
// `weir diff` compares and shows. Every struct is taken apart by structured
// binding, so that a new member does not compile until somebody has decided
// whether it is compared (spec/diff.md lists what is left out).
//
//   MembersOf(policy.retries[0])   // {"attempts", "3"}, {"per-try", "2s"}, ...
#ifndef WEIR_COMPILER_ENCODE_DIFF_MEMBERS_H_
#define WEIR_COMPILER_ENCODE_DIFF_MEMBERS_H_

#include <map>
#include <string>
#include <vector>

#include "compiler/encode/diff_words.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

struct Member {
  std::string name;
  std::string text;                       // "none" where nothing is set
  bool is_file = false;                   // `text` is the path of a file, or empty
  syntax::NodeId node = syntax::kNoNode;  // where it is written, if it has a node of its own
  std::string shown = {};                 // as the policy writes it; empty: `text`
};
using Members = std::vector<Member>;
// What services are called on the other side, where that is another name.
using Renamed = std::map<std::string, std::string>;

Members MembersOf(const syntax::Retry& retry);
Members MembersOf(const syntax::Breaker& breaker);
Members MembersOf(const syntax::Limit& limit, const Captures* captures = nullptr);
Members MembersOf(const syntax::Cors& cors);
Members MembersOf(const syntax::Jwt& jwt);
Members MembersOf(const syntax::ApiKeys& keys);
Members MembersOf(const syntax::Policy& policy, const syntax::Service& service,
                  const Renamed& renamed);
Members MembersOf(const syntax::Listener& listener);
// Without its listeners, rules, routes and `otherwise`.
Members MembersOf(const syntax::Policy& policy, const syntax::Gateway& gateway,
                  const Renamed& renamed);
// What a route does beside its conditions: no match, no rules, no name.
Members MembersOf(const syntax::Policy& policy, const syntax::Route& route, const Renamed& renamed);

// "[a weight 1, b weight 2]". Weights are shares: 1 and 1 are 2 and 2, in any order.
std::string ToldShares(const syntax::Policy& policy, const syntax::Forward& forward,
                       const Renamed& renamed);

const Member* MemberNamed(const Members& members, const std::string& name);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_DIFF_MEMBERS_H_
