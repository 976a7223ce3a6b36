// Decides for each route of a gateway whether some request reaches it, or
// which earlier routes, as few as possible, take every request it matches.
// Exact over unions of earlier routes, for every kind of match.
//
//   ShadowEngine engine(gateway);
//   RouteVerdict verdict = engine.Decide(7);
//   if (verdict.kind == RouteVerdict::Kind::kDead) Report(verdict.blockers);
//
// Not for use from several threads at once; `gateway` must outlive it.
#ifndef WEIR_COMPILER_SHADOW_ENGINE_H_
#define WEIR_COMPILER_SHADOW_ENGINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/budget/limits.h"
#include "compiler/shadow/dimensions.h"
#include "compiler/shadow/index.h"
#include "compiler/shadow/languages.h"
#include "compiler/shadow/residue.h"
#include "compiler/witness/witness.h"
#include "spec/syntax/gateway.h"

namespace weir::compiler {

struct ShadowOptions {
  std::size_t max_product_states = kProductStates;
  std::size_t max_words = kPathsTried;  // paths tried for one pattern
  std::size_t max_residue_nodes = kResidueNodes;
  std::size_t max_steps = kShadowSteps;  // of all residues of the engine together
  ResidueFallback fallback;              // past them; none: undecided
};

struct RouteVerdict {
  enum class Kind : std::uint8_t { kAlive, kDead, kUnknown };
  Kind kind = Kind::kUnknown;
  // kAlive: a request that this route answers. kDead with blockers: a request
  // that it matches and `taken_by` answers.
  std::optional<Witness> witness;
  std::vector<std::uint32_t> blockers;  // kDead: ascending; empty: it matches no request at all
  std::uint32_t taken_by = 0;
  bool outcome_differs = false;  // kDead: between this route and taken_by
  std::string reason;            // kUnknown
};

// One alternative of a route's hosts, paths or methods, in place of all of them.
struct MatchPart {
  enum class Kind : std::uint8_t { kHost, kPath, kMethod };
  Kind kind = Kind::kPath;
  std::uint32_t place = 0;  // in the list
};

class ShadowEngine {
 public:
  explicit ShadowEngine(const syntax::Gateway& gateway, ShadowOptions options = {});

  // Whether it is alive; a dead route comes with its minimal blockers.
  RouteVerdict Decide(std::uint32_t route);
  // The same, and for a dead route the request that shows it, shrunk.
  RouteVerdict Explain(std::uint32_t route);
  // The same of a route that had this alternative only.
  RouteVerdict ExplainPart(std::uint32_t route, const MatchPart& part);
  // Makes a request small that `route` matches and `taken_by` answers.
  void Shrink(std::uint32_t route, std::uint32_t taken_by, Witness& witness,
              const MatchPart* part = nullptr);

  // The route that answers this request, and whether one route matches it.
  std::optional<std::uint32_t> FirstMatch(const Witness& request);
  bool Matches(std::uint32_t route, const Witness& request);

 private:
  struct Box {
    std::uint32_t route;
    const syntax::HostPattern* host;
    const syntax::PathPattern* path;
    const ListenerGroup* group;
    RouteIndex::Roots roots;
  };
  // What one path of a box came to.
  struct Probed {
    RouteVerdict::Kind kind = RouteVerdict::Kind::kUnknown;
    bool guard_empty = false;  // the route matches nothing here, whatever the path
    bool longer_differ = true;
    Witness witness;
    std::vector<Hit> core;
    std::string reason;
  };
  enum class Next : std::uint8_t { kCovered, kStop };
  struct Run;  // one decision's state

  RouteVerdict DecideAmong(std::uint32_t route, const std::vector<std::uint32_t>* allowed,
                           const MatchPart* part = nullptr, bool* several_cores = nullptr);
  Next DecideBox(const Box& box, Run& run);
  Next ProbePlain(const Box& box, Run& run, std::vector<std::vector<Hit>>& cores);
  Next ProbeWords(const Box& box, Run& run, std::vector<std::vector<Hit>>& cores);
  Probed Probe(const Box& box, const PathProbe& path, const Run& run);
  // The same of these candidates alone; an escape is one from them.
  Probed Against(const Box& box, const PathProbe& path, const Run& run,
                 const std::vector<Hit>& hits, bool approximate);
  ResidueAnswer Solve(const Residue& residue, const std::vector<Hit>& hits, const Run& run);
  RouteVerdict DecidePart(std::uint32_t route, const MatchPart* part);
  void ReduceBlockers(std::uint32_t route, const MatchPart* part,
                      std::vector<std::uint32_t>& blockers);
  void ShowDead(std::uint32_t route, const MatchPart* part, RouteVerdict& verdict);
  // Nothing: a test of it is over its budget.
  std::optional<bool> PassesRest(std::uint32_t route, const Witness& request);

  const syntax::Gateway& gateway_;
  const ShadowOptions options_;
  Languages languages_;
  RouteIndex index_;
  const std::vector<ListenerGroup> groups_;
  std::size_t depth_ = 0;  // segments of the longest pattern
  std::size_t steps_left_;
};

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_SHADOW_ENGINE_H_
