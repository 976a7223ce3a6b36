// The index is walked as a tree: from each root down its edges, keeping the
// segments that lead to a node. A node's `ends` are reached by the paths of
// exactly these segments, its `rests` by all paths that begin with them. Each
// edge counts only if the look-up finds it: a literal one through the shipped
// hash table, the wildcard one through its parent.
#include "compiler/encode/table_match.h"

#include <algorithm>
#include <cassert>

#include "compiler/automata/path_regex.h"
#include "compiler/encode/languages.h"
#include "runtime/table/index.h"

namespace weir::compiler {
namespace {

using runtime::IndexCandidate;
using runtime::IndexNode;
using runtime::IndexView;
using runtime::kNoIndex;
using runtime::RouteRecord;
using runtime::TableView;

struct Step {
  bool wildcard = false;
  std::string literal;
};

// The paths of these steps, with anything after them when `rest`.
Formula PathOf(Universe& u, const std::vector<Step>& steps, bool rest) {
  std::vector<syntax::RegexNode> parts;
  std::string name = "path ";
  for (const Step& step : steps) {
    name += step.wildcard ? "/*" : "/=" + step.literal;
    parts.push_back(RegexText("/" + step.literal));
    if (step.wildcard) parts.push_back(RegexRepeat(RegexSet(NoSlash()), 1, -1));
  }
  if (rest) {
    name += "/**";
    // Behind at least one segment the rest may be missing altogether.
    parts.push_back(
        RegexRepeat(RegexConcat({RegexText("/"), RegexRepeat(RegexSet(AnyOctet()), 0, -1)}),
                    steps.empty() ? 1 : 0, 1));
  }
  if (parts.empty()) return kFalse;  // no path has no segment
  const auto dfa = CompileRegex(parts.size() == 1 ? parts[0] : RegexConcat(std::move(parts)));
  if (!dfa) {
    u.SetProblem("the automaton of the index's " + name + " is over budget");
    return kFalse;
  }
  return u.InLanguage(u.At({Part::kPath, "", ""}), name, *dfa);
}

Part PartOf(runtime::FieldSource source) {
  switch (source) {
    case runtime::FieldSource::kHeader:
      return Part::kHeader;
    case runtime::FieldSource::kQuery:
      return Part::kQuery;
  }
  return Part::kHeader;
}

class IndexWalk {
 public:
  IndexWalk(Universe& u, const TableView& table, const std::vector<std::uint32_t>& listeners)
      : u_(u), table_(table), listeners_(listeners), index_(table.index_words()) {}

  std::expected<std::vector<TableCandidate>, std::string> Run() {
    const auto words = table_.index_words();
    const auto begin = words[static_cast<std::size_t>(runtime::IndexHeader::kNodes)];
    for (std::uint64_t at = begin; at < words.size();) {
      const IndexNode node = index_.node(static_cast<std::uint32_t>(at));
      Visit(static_cast<std::uint32_t>(at), node);
      at += node.size();
    }
    if (!error_.empty()) return std::unexpected(error_);
    return std::move(candidates_);
  }

 private:
  // Whether the look-up gets to this node from above; `steps` and `host` say how.
  bool Found(std::uint32_t at, const IndexNode& node, std::vector<Step>& steps, Formula& host,
             Box& box) {
    const std::uint32_t parent = node.parent();
    const std::string literal(node.literal());
    const std::uint32_t names = u_.At({Part::kHost, "", ""});
    switch (parent) {
      case runtime::kParentAnyHost:
        host = kTrue;
        return index_.any_root() == at;
      case runtime::kParentExactHost:
        host = u_.Equals(names, literal);
        box.host = Box::Host::kExact;
        box.host_name = literal;
        return index_.Root(parent, literal) == at;
      case runtime::kParentSuffixHost:
        host = u_.InLanguage(names, "*." + literal, UnderDomain(literal));
        box.host = Box::Host::kSuffix;
        box.host_name = literal;
        return index_.has_suffix() && index_.Root(parent, literal) == at;
      default:
        break;
    }
    const IndexNode above = index_.node(parent);
    if (!Found(parent, above, steps, host, box)) return false;
    steps.push_back({node.is_wildcard(), literal});
    if (node.is_wildcard())
      box.segments.push_back(std::nullopt);
    else
      box.segments.push_back(literal);
    if (node.is_wildcard()) return above.wildcard_child() == at;
    return index_.Child(parent, literal) == at;
  }

  // An edge that a node names must lead to a child of its own, or the walk along
  // parents would miss a way that the look-up goes.
  void CheckEdges(std::uint32_t at, const IndexNode& node) {
    const auto own = [&](std::uint32_t child, bool wildcard) {
      return index_.node(child).parent() == at && index_.node(child).is_wildcard() == wildcard;
    };
    const std::uint32_t literal = node.literal_child(), wildcard = node.wildcard_child();
    const bool one = literal != kNoIndex && literal != runtime::kManyChildren;
    if ((one && !own(literal, false)) || (wildcard != kNoIndex && !own(wildcard, true))) {
      error_ = "an edge of the index leads to another node's child";
    }
  }

  void Visit(std::uint32_t at, const IndexNode& node) {
    CheckEdges(at, node);
    std::vector<Step> steps;
    Formula host = kFalse;
    Box box;
    if (!Found(at, node, steps, host, box)) return;
    box.rest = false;
    List(node.ends(), steps, box, host);
    box.rest = true;
    List(node.rests(), steps, box, host);
  }

  void List(std::span<const IndexCandidate> list, const std::vector<Step>& steps, const Box& box,
            Formula host) {
    if (list.empty()) return;
    const Formula here = u_.f.And(host, PathOf(u_, steps, box.rest));
    for (std::size_t i = 0; i < list.size(); ++i) {
      // The look-up stops at the first candidate that is behind its best.
      if (i > 0 && list[i].route <= list[i - 1].route) error_ = "a candidate list is out of order";
      candidates_.push_back({list[i].route, list[i].residue >> runtime::kMethodShift,
                             u_.f.And(here, Residue(list[i])), box});
    }
  }

  Formula Residue(const IndexCandidate& candidate) {
    const RouteRecord& route = table_.routes()[candidate.route];
    std::vector<Formula> all;
    if ((candidate.residue & runtime::kResidueListeners) != 0) all.push_back(Listeners(route));
    if ((candidate.residue & runtime::kResiduePath) != 0) {
      std::vector<Formula> any;
      for (std::uint32_t i = 0; i < route.paths.count; ++i) {
        any.push_back(TablePath(u_, table_, route.paths.first + i));
      }
      all.push_back(u_.f.Or(any));
    }
    if ((candidate.residue & runtime::kResidueClients) != 0) {
      std::vector<Formula> any;
      const std::uint32_t client = u_.At({Part::kClient, "", ""});
      for (const auto& network : TableView::Slice(table_.networks(), route.clients)) {
        any.push_back(u_.InNetwork(client, TableNetwork(network)));
      }
      all.push_back(u_.f.Or(any));
    }
    if ((candidate.residue & runtime::kResidueFields) != 0) {
      for (const auto& field : TableView::Slice(table_.field_matches(), route.fields)) {
        const Formula passes = Passes(field);
        all.push_back(field.negated != 0 ? u_.f.Not(passes) : passes);
      }
    }
    return u_.f.And(all);
  }

  Formula Listeners(const RouteRecord& route) {
    std::vector<bool> chosen(u_.listeners().size());
    for (std::size_t i = 0; i < listeners_.size(); ++i) {
      if ((route.listeners >> i & 1) != 0) chosen[listeners_[i]] = true;
    }
    return u_.Chosen(u_.At({Part::kListener, "", ""}), chosen);
  }

  Formula Passes(const runtime::FieldMatchRecord& field) {
    const std::uint32_t at =
        u_.At({PartOf(field.source), "", std::string(table_.text(field.name))});
    std::vector<Formula> any;
    switch (field.test) {
      case runtime::FieldTest::kPresent:
        return u_.Present(at);
      case runtime::FieldTest::kPrefix:
        return u_.StartsWith(at, table_.string(field.values.first));
      case runtime::FieldTest::kRegex:
        return u_.InLanguage(at, "dfa " + std::to_string(field.dfa), TableDfa(table_, field.dfa));
      case runtime::FieldTest::kOneOf:
        for (auto value : TableView::Slice(table_.strings(), field.values)) {
          any.push_back(u_.Equals(at, table_.text(value)));
        }
        return u_.f.Or(any);
    }
    return kFalse;
  }

  Universe& u_;
  const TableView& table_;
  const std::vector<std::uint32_t>& listeners_;
  IndexView index_;
  std::vector<TableCandidate> candidates_;
  std::string error_;
};

constexpr std::string_view kWithBit[] = {"GET",    "HEAD",    "POST",  "PUT",
                                         "DELETE", "OPTIONS", "PATCH", "TRACE"};

// All that may pass by these bits; none: any.
std::vector<std::string> MethodsOf(const TableView& table, const RouteRecord& route,
                                   std::uint32_t bits) {
  const bool other = (bits & runtime::kOtherMethod) != 0;
  if (other && route.methods.count == 0) return {};
  std::vector<std::string> methods;
  for (const std::string_view name : kWithBit) {
    if ((bits & runtime::MethodBit(name)) != 0) methods.emplace_back(name);
  }
  for (const auto name : TableView::Slice(table.strings(), route.methods)) {
    if (other) methods.emplace_back(table.text(name));
  }
  // No method at all passes: one that no list names stands for it.
  if (methods.empty()) methods.emplace_back();
  return methods;
}

// FindRoute's test of the method: by its bit, and for a method without a bit of
// its own by the route's list.
Formula MethodPasses(Universe& u, const TableView& table, const TableCandidate& candidate,
                     std::uint32_t method) {
  std::vector<Formula> passing, with_bit;
  for (std::string_view name : kWithBit) {
    if (candidate.methods == runtime::kAllMethods) break;
    with_bit.push_back(u.Equals(method, name));
    if ((candidate.methods & runtime::MethodBit(name)) != 0) passing.push_back(with_bit.back());
  }
  const RouteRecord& route = table.routes()[candidate.route];
  std::vector<Formula> listed;
  for (auto name : TableView::Slice(table.strings(), route.methods)) {
    listed.push_back(u.Equals(method, table.text(name)));
  }
  const Formula other = route.methods.count == 0 ? kTrue : u.f.Or(listed);
  if (candidate.methods == runtime::kAllMethods && other == kTrue) return kTrue;
  if (with_bit.empty()) {
    for (std::string_view name : kWithBit) {
      with_bit.push_back(u.Equals(method, name));
      passing.push_back(with_bit.back());
    }
  }
  if ((candidate.methods & runtime::kOtherMethod) != 0) {
    passing.push_back(u.f.And(u.f.Not(u.f.Or(with_bit)), other));
  }
  return u.f.Or(passing);
}

}  // namespace

std::expected<std::vector<TableCandidate>, std::string> TableCandidates(
    Universe& universe, const TableView& table, const std::vector<std::uint32_t>& listeners) {
  return IndexWalk(universe, table, listeners).Run();
}

std::vector<Formula> TableMatchesButMethod(Universe& u, const TableView& table,
                                           const std::vector<TableCandidate>& candidates) {
  const runtime::Range range = table.gateway().routes;
  std::vector<std::vector<Formula>> any(range.count);
  for (const TableCandidate& candidate : candidates) {
    any[candidate.route - range.first].push_back(candidate.when);
  }
  std::vector<Formula> matches;
  for (auto& parts : any) matches.push_back(u.f.Or(std::move(parts)));
  return matches;
}

std::vector<Formula> TableMatches(Universe& u, const TableView& table,
                                  const std::vector<TableCandidate>& candidates,
                                  std::uint32_t method) {
  const runtime::Range range = table.gateway().routes;
  std::vector<std::vector<Formula>> any(range.count);
  for (const TableCandidate& candidate : candidates) {
    any[candidate.route - range.first].push_back(
        u.f.And(candidate.when, MethodPasses(u, table, candidate, method)));
  }
  std::vector<Formula> matches;
  for (auto& parts : any) matches.push_back(u.f.Or(std::move(parts)));
  return matches;
}

std::vector<Reach> TableReaches(const TableView& table,
                                const std::vector<TableCandidate>& candidates) {
  const runtime::Range range = table.gateway().routes;
  std::vector<Reach> reaches(range.count);
  std::vector<std::uint32_t> bits(range.count);
  for (const TableCandidate& candidate : candidates) {
    reaches[candidate.route - range.first].boxes.push_back(candidate.box);
    bits[candidate.route - range.first] |= candidate.methods;
  }
  for (std::uint32_t i = 0; i < range.count; ++i) {
    reaches[i].methods = MethodsOf(table, table.routes()[range.first + i], bits[i]);
  }
  return reaches;
}

Dfa TableDfa(const TableView& table, std::uint32_t dfa) {
  const runtime::DfaRecord& record = table.dfas()[dfa];
  Dfa made;
  const auto classes = TableView::Slice(table.dfa_octets(), record.classes);
  const auto next = TableView::Slice(table.dfa_words(), record.transitions);
  const auto accepting = TableView::Slice(table.dfa_octets(), record.accepting);
  std::copy(classes.begin(), classes.end(), made.class_of.begin());
  made.class_count = record.class_count;
  made.next.assign(next.begin(), next.end());
  made.accepting.assign(accepting.begin(), accepting.end());
  return made;
}

Formula TablePath(Universe& u, const TableView& table, std::uint32_t path) {
  const runtime::PathRecord& record = table.paths()[path];
  if (record.dfa != kNoIndex) {
    return u.InLanguage(u.At({Part::kPath, "", ""}), "dfa " + std::to_string(record.dfa),
                        TableDfa(table, record.dfa));
  }
  std::vector<Step> steps;
  for (const auto& segment : TableView::Slice(table.segments(), record.segments)) {
    const bool wildcard = segment.kind == runtime::SegmentKind::kWildcard;
    steps.push_back({wildcard, wildcard ? "" : std::string(table.text(segment.literal))});
  }
  return PathOf(u, steps, record.rest != 0);
}

syntax::Network TableNetwork(const runtime::NetworkRecord& record) {
  syntax::Network network;
  network.base.octets = record.base.octets;
  network.prefix = static_cast<std::uint8_t>(record.prefix);
  return network;
}

}  // namespace weir::compiler
