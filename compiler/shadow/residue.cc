// A small finite constraint search. A variable for each dimension, whose
// domain is its classes; a constraint for each candidate: some dimension's
// class must lack it. A candidate is
//   settled      when some dimension has only classes that lack it,
//   in conflict  when every class left of every dimension has it,
//   a unit       when one dimension alone can still avoid it: that dimension
//                keeps only the classes that lack it.
// Without unit or conflict, the unsettled candidate with the fewest dimensions
// is branched on: its dimension lacks it, or has it. Every candidate that
// forced, branched or conflicted took part in the refutation; those are the core.
#include "compiler/shadow/residue.h"

#include <algorithm>
#include <bit>
#include <map>
#include <utility>

namespace weir::compiler {
namespace {

class Search {
 public:
  Search(const Residue& residue, const CandidateSet& active, std::size_t max_nodes,
         std::size_t* steps)
      : residue_(residue),
        active_(active),
        words_(residue.words()),
        nodes_left_(max_nodes),
        steps_(steps) {
    for (const auto& dimension : residue.dimensions) domains_.push_back(Minimal(dimension));
    took_part_.assign(words_, 0);
    FindPlaces();
  }

  ResidueAnswer Run() {
    ResidueAnswer answer;
    if (Explore(domains_)) {
      answer.kind = ResidueAnswer::Kind::kEscapes;
      for (const auto& domain : solution_) answer.classes.push_back(domain.front());
    } else if (over_) {
      answer.reason = "the class search is over its budget";
    } else {
      answer.kind = ResidueAnswer::Kind::kCovered;
      for (std::uint32_t c = 0; c < residue_.candidates; ++c) {
        if (Has(took_part_, c)) answer.core.push_back(c);
      }
    }
    return answer;
  }

 private:
  using Domain = std::vector<std::uint32_t>;  // classes that are left
  using Domains = std::vector<Domain>;

  const CandidateSet& BitsOf(std::size_t dimension, std::uint32_t each) const {
    return residue_.dimensions[dimension].classes[each];
  }

  // A class that has all candidates of another, and more, is never the better choice.
  Domain Minimal(const Residue::Dimension& dimension) const {
    const auto& classes = dimension.classes;
    // The first of those that are alike for the active candidates.
    std::map<CandidateSet, std::uint32_t> first;
    for (std::uint32_t i = 0; i < classes.size(); ++i) {
      CandidateSet set(words_);
      for (std::size_t w = 0; w < words_; ++w) set[w] = classes[i][w] & active_[w];
      first.try_emplace(std::move(set), i);
    }
    Domain kept;
    for (const auto& [set, place] : first) {
      const bool dominated = std::ranges::any_of(first, [&](const auto& other) {
        if (other.second == place) return false;
        for (std::size_t w = 0; w < words_; ++w) {
          if ((other.first[w] & ~set[w]) != 0) return false;
        }
        return true;
      });
      if (!dominated) kept.push_back(place);
    }
    std::ranges::sort(kept);
    return kept;
  }

  // Of hundreds of dimensions a candidate tests a few.
  void FindPlaces() {
    places_.resize(residue_.candidates);
    for (std::uint32_t d = 0; d < domains_.size(); ++d) {
      for (std::size_t w = 0; w < words_; ++w) {
        Word every = ~Word{0};
        for (const std::uint32_t each : domains_[d]) every &= BitsOf(d, each)[w];
        for (Word lacks = active_[w] & ~every; lacks != 0; lacks &= lacks - 1) {
          places_[w * 64 + static_cast<std::size_t>(std::countr_zero(lacks))].push_back(d);
        }
      }
    }
  }

  // False when the budget that is shared is spent.
  bool Spend(std::size_t steps) {
    if (steps_ == nullptr) return true;
    if (*steps_ < steps) {
      *steps_ = 0;
      over_ = true;
      return false;
    }
    *steps_ -= steps;
    return true;
  }
  std::size_t SizeOf(const Domains& domains) const {
    std::size_t size = 1;
    for (const Domain& domain : domains) size += domain.size() * words_;
    return size;
  }

  struct State {
    CandidateSet pending;   // not settled
    CandidateSet conflict;  // in every class of every dimension
    CandidateSet unit;      // avoidable in one dimension alone
  };

  State Examine(const Domains& domains) const {
    State state{active_, active_, CandidateSet(words_)};
    CandidateSet once(words_), twice(words_);
    for (std::size_t d = 0; d < domains.size(); ++d) {
      for (std::size_t w = 0; w < words_; ++w) {
        Word any = 0, every = ~Word{0};
        for (const std::uint32_t each : domains[d]) {
          any |= BitsOf(d, each)[w];
          every &= BitsOf(d, each)[w];
        }
        state.pending[w] &= any;
        state.conflict[w] &= every;
        twice[w] |= once[w] & ~every;
        once[w] |= ~every;
      }
    }
    for (std::size_t w = 0; w < words_; ++w) {
      state.unit[w] = state.pending[w] & once[w] & ~twice[w];
    }
    return state;
  }

  static std::int64_t First(const CandidateSet& set) {
    for (std::size_t w = 0; w < set.size(); ++w) {
      if (set[w] != 0) return static_cast<std::int64_t>(w * 64) + std::countr_zero(set[w]);
    }
    return -1;
  }

  // In how many dimensions some class that is left lacks the candidate, as far as
  // `most`, and the first of them.
  struct Supported {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  Supported Support(const Domains& domains, std::uint32_t candidate, std::size_t most = 1) const {
    Supported support;
    for (const std::uint32_t d : places_[candidate]) {
      if (support.count >= most) break;
      const bool lacks = std::any_of(domains[d].begin(), domains[d].end(), [&](std::uint32_t each) {
        return !Has(BitsOf(d, each), candidate);
      });
      if (!lacks) continue;
      if (support.count++ == 0) support.first = d;
    }
    return support;
  }

  void Keep(Domains& domains, std::size_t dimension, std::uint32_t candidate, bool has) const {
    std::erase_if(domains[dimension], [&](std::uint32_t each) {
      return Has(BitsOf(dimension, each), candidate) != has;
    });
  }

  bool Explore(Domains domains) {
    if (nodes_left_ == 0) {
      over_ = true;
      return false;
    }
    --nodes_left_;
    if (!Spend(SizeOf(domains))) return false;
    State state = Examine(domains);
    while (true) {
      if (const auto candidate = First(state.conflict); candidate >= 0) {
        Put(took_part_, static_cast<std::uint32_t>(candidate));
        return false;
      }
      const auto unit = First(state.unit);
      if (unit < 0) break;
      const auto candidate = static_cast<std::uint32_t>(unit);
      Put(took_part_, candidate);
      Keep(domains, Support(domains, candidate).first, candidate, false);
      if (!Spend(SizeOf(domains))) return false;
      state = Examine(domains);
    }
    if (First(state.pending) < 0) {
      solution_ = std::move(domains);
      return true;
    }
    return Branch(domains, state.pending);
  }

  bool Branch(const Domains& domains, const CandidateSet& pending) {
    std::uint32_t best = 0;
    Supported support{0, domains.size() + 1};
    for (std::uint32_t c = 0; c < residue_.candidates && support.count > 2; ++c) {
      if (!Has(pending, c)) continue;
      if (!Spend(domains.size())) return false;
      const Supported found = Support(domains, c, support.count);
      if (found.count >= support.count) continue;
      best = c;
      support = found;
    }
    Put(took_part_, best);
    for (const bool has : {false, true}) {
      Domains narrowed = domains;
      Keep(narrowed, support.first, best, has);
      // Settled in this dimension: every class lacks it, so none has it.
      if (narrowed[support.first].empty()) continue;
      if (Explore(std::move(narrowed))) return true;
      if (over_) return false;
    }
    return false;
  }

  const Residue& residue_;
  const CandidateSet& active_;
  const std::size_t words_;
  std::size_t nodes_left_;
  std::size_t* steps_;
  bool over_ = false;
  Domains domains_, solution_;
  std::vector<std::vector<std::uint32_t>> places_;  // by candidate: dimensions that can avoid it
  CandidateSet took_part_;
};

}  // namespace

ResidueAnswer SolveResidue(const Residue& residue, const CandidateSet& active,
                           std::size_t max_nodes, std::size_t* steps) {
  return Search(residue, active, max_nodes, steps).Run();
}

std::vector<std::uint32_t> ShrinkCore(const Residue& residue, std::vector<std::uint32_t> core,
                                      std::size_t max_nodes, std::size_t* steps) {
  // Later routes are dropped first: what stands earlier is what takes requests.
  for (std::size_t i = core.size(); i-- > 0 && core.size() > 1;) {
    CandidateSet active(residue.words());
    for (std::size_t j = 0; j < core.size(); ++j) {
      if (j != i) Put(active, core[j]);
    }
    auto answer = SolveResidue(residue, active, max_nodes, steps);
    if (answer.kind != ResidueAnswer::Kind::kCovered) continue;
    core = std::move(answer.core);
    i = std::min(i, core.size());
  }
  return core;
}

}  // namespace weir::compiler
