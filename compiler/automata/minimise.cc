// Partition refinement. States lie in one array, each block a range of it. A
// splitter (block, class) marks its predecessors; a block that is marked in
// part is cut in two, and the smaller part joins the work list for every class,
// which is what bounds the whole by n log n for each class.
#include "compiler/automata/minimise.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

namespace weir::compiler {
namespace {

using State = std::uint32_t;

class Partition {
 public:
  explicit Partition(const Dfa& dfa)
      : order_(dfa.state_count()), place_(dfa.state_count()), block_(dfa.state_count(), 0) {
    std::iota(order_.begin(), order_.end(), 0);
    std::partition(order_.begin(), order_.end(), [&](State s) { return dfa.accepting[s] == 0; });
    for (std::size_t i = 0; i < order_.size(); ++i) place_[order_[i]] = static_cast<State>(i);
    const auto rejecting =
        static_cast<State>(std::count(dfa.accepting.begin(), dfa.accepting.end(), 0));
    if (rejecting > 0) blocks_.push_back({0, rejecting, 0});
    if (rejecting < order_.size()) {
      for (std::size_t i = rejecting; i < order_.size(); ++i) {
        block_[order_[i]] = static_cast<State>(blocks_.size());
      }
      blocks_.push_back({rejecting, static_cast<State>(order_.size()), 0});
    }
  }

  std::size_t size() const { return blocks_.size(); }
  State block_of(State state) const { return block_[state]; }
  State first_of(State block) const { return order_[blocks_[block].begin]; }
  std::vector<State> members(State block) const {
    return {order_.begin() + blocks_[block].begin, order_.begin() + blocks_[block].end};
  }

  void Mark(State state) {
    Block& block = blocks_[block_[state]];
    const State target = block.begin + block.marked;
    if (place_[state] < target) return;
    if (block.marked == 0) touched_.push_back(block_[state]);
    std::swap(order_[place_[state]], order_[target]);
    place_[order_[place_[state]]] = place_[state];
    place_[state] = target;
    ++block.marked;
  }

  // Cuts every block marked in part; calls cut(old, fresh) with fresh the smaller.
  template <class Cut>
  void Split(Cut cut) {
    for (const State old : touched_) {
      Block& block = blocks_[old];
      const State middle = block.begin + block.marked;
      const State marked = std::exchange(block.marked, 0);
      if (middle == block.end) continue;
      Block part;
      if (marked <= block.end - middle) {
        part = {block.begin, middle, 0};
        block.begin = middle;
      } else {
        part = {middle, block.end, 0};
        block.end = middle;
      }
      const auto fresh = static_cast<State>(blocks_.size());
      for (State i = part.begin; i < part.end; ++i) block_[order_[i]] = fresh;
      blocks_.push_back(part);
      cut(old, fresh);
    }
    touched_.clear();
  }

 private:
  struct Block {
    State begin = 0, end = 0, marked = 0;
  };
  std::vector<State> order_, place_, block_;
  std::vector<Block> blocks_;
  std::vector<State> touched_;
};

// For each class, the states by their successor: starts[c * (n + 1) + s].
struct Inverse {
  explicit Inverse(const Dfa& dfa)
      : states(dfa.state_count()),
        starts(static_cast<std::size_t>(dfa.class_count) * (states + 1), 0),
        sources(static_cast<std::size_t>(dfa.class_count) * states) {
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      State* start = &starts[static_cast<std::size_t>(c) * (states + 1)];
      State* source = &sources[static_cast<std::size_t>(c) * states];
      for (State s = 0; s < states; ++s) ++start[dfa.next[s * dfa.class_count + c] + 1];
      for (State s = 0; s < states; ++s) start[s + 1] += start[s];
      std::vector<State> fill(start, start + states);
      for (State s = 0; s < states; ++s) source[fill[dfa.next[s * dfa.class_count + c]]++] = s;
    }
  }
  State states;
  std::vector<State> starts, sources;
};

Partition Refine(const Dfa& dfa) {
  const Inverse inverse(dfa);
  Partition partition(dfa);
  std::vector<std::pair<State, std::uint32_t>> work;
  for (State block = 0; block < partition.size(); ++block) {
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) work.emplace_back(block, c);
  }
  while (!work.empty()) {
    const auto [block, c] = work.back();
    work.pop_back();
    const State* start = &inverse.starts[static_cast<std::size_t>(c) * (inverse.states + 1)];
    const State* source = &inverse.sources[static_cast<std::size_t>(c) * inverse.states];
    for (const State target : partition.members(block)) {
      for (State i = start[target]; i < start[target + 1]; ++i) partition.Mark(source[i]);
    }
    partition.Split([&](State, State fresh) {
      for (std::uint32_t each = 0; each < dfa.class_count; ++each) work.emplace_back(fresh, each);
    });
  }
  return partition;
}

// Merges classes with equal columns and numbers what is left by first octet.
void MergeClasses(Dfa& dfa) {
  std::map<std::vector<State>, std::uint8_t> columns;
  std::array<std::uint8_t, 256> fresh{};
  std::vector<std::uint32_t> old;
  std::array<int, 256> known;  // by old class: the new one
  known.fill(-1);
  for (std::size_t octet = 0; octet < 256; ++octet) {
    int& merged = known[dfa.class_of[octet]];
    if (merged >= 0) {
      fresh[octet] = static_cast<std::uint8_t>(merged);
      continue;
    }
    std::vector<State> column;
    column.reserve(dfa.state_count());
    for (State s = 0; s < dfa.state_count(); ++s) {
      column.push_back(dfa.next[s * dfa.class_count + dfa.class_of[octet]]);
    }
    const auto [at, is_new] =
        columns.try_emplace(std::move(column), static_cast<std::uint8_t>(columns.size()));
    if (is_new) old.push_back(dfa.class_of[octet]);
    fresh[octet] = at->second;
    merged = at->second;
  }
  std::vector<State> next;
  next.reserve(dfa.state_count() * old.size());
  for (State s = 0; s < dfa.state_count(); ++s) {
    for (const std::uint32_t c : old) next.push_back(dfa.next[s * dfa.class_count + c]);
  }
  dfa.class_of = fresh;
  dfa.class_count = static_cast<std::uint32_t>(old.size());
  dfa.next = std::move(next);
}

// Renumbers the states in breadth-first order from the start.
Dfa Renumber(const Dfa& dfa) {
  std::vector<State> number(dfa.state_count(), 0xffffffff);
  std::vector<State> order{0};
  number[0] = 0;
  Dfa out;
  out.class_of = dfa.class_of;
  out.class_count = dfa.class_count;
  for (std::size_t i = 0; i < order.size(); ++i) {
    out.accepting.push_back(dfa.accepting[order[i]]);
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      const State target = dfa.next[order[i] * dfa.class_count + c];
      if (number[target] == 0xffffffff) {
        number[target] = static_cast<State>(order.size());
        order.push_back(target);
      }
      out.next.push_back(number[target]);
    }
  }
  return out;
}

}  // namespace

Dfa Minimise(const Dfa& dfa) {
  const Partition partition = Refine(dfa);
  // The start's block becomes state 0.
  const State start = partition.block_of(0);
  const auto number = [start](State block) {
    return block == start ? 0 : block == 0 ? start : block;
  };
  Dfa quotient;
  quotient.class_of = dfa.class_of;
  quotient.class_count = dfa.class_count;
  quotient.accepting.resize(partition.size());
  quotient.next.resize(partition.size() * dfa.class_count);
  for (State block = 0; block < partition.size(); ++block) {
    const State from = partition.first_of(block);
    quotient.accepting[number(block)] = dfa.accepting[from];
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      quotient.next[number(block) * dfa.class_count + c] =
          number(partition.block_of(dfa.next[from * dfa.class_count + c]));
    }
  }
  MergeClasses(quotient);
  return Renumber(quotient);
}

}  // namespace weir::compiler
