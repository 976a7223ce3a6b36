// `match`: the clauses that say which requests a route takes.
//
//   match host "a.example.com"  path "/a/**"  method [GET, POST]
//   match header x-version == "2"  not header x-debug  query page matches ~"[0-9]+"
//   match client [10.0.0.0/8]  listener 8080
#ifndef WEIR_DSL_RESOLVE_MATCH_H_
#define WEIR_DSL_RESOLVE_MATCH_H_

#include <set>
#include <string>

#include "dsl/resolve/clauses.h"
#include "spec/syntax/gateway.h"
#include "spec/syntax/match.h"

namespace weir::dsl::resolve {

// One part of a match as read; `parts` says which were written.
struct MatchPart {
  syntax::Match match;
  std::set<std::string> parts;
};

// Reads from behind the keyword to the first word that is none of match's own.
bool ReadMatch(Cursor& cursor, const std::vector<syntax::Listener>& listeners, MatchPart& part);

// The captures that every path of the match has.
std::set<std::string> CapturesOf(const syntax::Match& match);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_MATCH_H_
