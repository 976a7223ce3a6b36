#include "compiler/automata/dfa.h"
#include "compiler/lower/lowering.h"

namespace weir::compiler {

using runtime::AppendOne;
using runtime::AppendRun;

runtime::Index Lowering::LowerRegex(const syntax::Regex& regex, syntax::NodeId node) {
  const auto known = automata_.find(regex.text);
  if (known != automata_.end()) return known->second;
  const auto dfa = CompileRegex(regex.root);
  if (!dfa) {
    Refuse(node, "the automaton of ~\"" + regex.text + "\" is over its budget of 10,000 states",
           "a bounded repetition such as {1,500} is often the cause");
    return 0;
  }
  runtime::DfaRecord record;
  record.class_count = dfa->class_count;
  record.state_count = dfa->state_count();
  record.classes = AppendRun(out.dfa_octets,
                             std::vector<std::uint8_t>(dfa->class_of.begin(), dfa->class_of.end()));
  record.accepting = AppendRun(out.dfa_octets, dfa->accepting);
  record.transitions = AppendRun(out.dfa_words, dfa->next);
  const runtime::Index place = AppendOne(out.dfas, record);
  automata_.emplace(regex.text, place);
  return place;
}

runtime::PathRecord Lowering::LowerPath(const syntax::PathPattern& pattern) {
  runtime::PathRecord record;
  record.text = out.Text(pattern.text);
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) {
    record.dfa = LowerRegex(pattern.regex, pattern.node);
    return record;
  }
  std::vector<runtime::SegmentRecord> segments;
  for (const syntax::PathSegment& segment : pattern.segments) {
    runtime::SegmentRecord lowered;
    if (segment.kind == syntax::PathSegment::Kind::kWildcard) {
      lowered.kind = runtime::SegmentKind::kWildcard;
      lowered.capture = out.Text(segment.capture);
    } else {
      lowered.literal = out.Text(segment.literal);
    }
    segments.push_back(lowered);
  }
  if (segments.size() > 255) {
    Refuse(pattern.node, "the path has more than 255 segments");
    segments.clear();
  }
  record.segments = AppendRun(out.segments, segments);
  record.rest = pattern.rest;
  return record;
}

runtime::NetworkRecord Lowering::LowerNetwork(const syntax::Network& network) const {
  return {.base = LowerAddress(network.base), .prefix = network.prefix};
}

runtime::Range Lowering::LowerNetworks(const std::vector<syntax::Network>& networks) {
  std::vector<runtime::NetworkRecord> records;
  for (const syntax::Network& network : networks) records.push_back(LowerNetwork(network));
  return AppendRun(out.networks, records);
}

namespace {

runtime::FieldSource LowerSource(syntax::FieldMatch::Source source) {
  switch (source) {
    case syntax::FieldMatch::Source::kHeader:
      return runtime::FieldSource::kHeader;
    case syntax::FieldMatch::Source::kQuery:
      return runtime::FieldSource::kQuery;
  }
  return runtime::FieldSource::kHeader;
}

runtime::FieldTest LowerTest(syntax::FieldMatch::Test test) {
  switch (test) {
    case syntax::FieldMatch::Test::kPresent:
      return runtime::FieldTest::kPresent;
    case syntax::FieldMatch::Test::kOneOf:
      return runtime::FieldTest::kOneOf;
    case syntax::FieldMatch::Test::kPrefix:
      return runtime::FieldTest::kPrefix;
    case syntax::FieldMatch::Test::kRegex:
      return runtime::FieldTest::kRegex;
  }
  return runtime::FieldTest::kPresent;
}

}  // namespace

void Lowering::LowerMatch(const syntax::Match& match, runtime::RouteRecord& record) {
  std::vector<runtime::HostRecord> hosts;
  for (const syntax::HostPattern& host : match.hosts) {
    runtime::HostRecord lowered;
    if (host.kind == syntax::HostPattern::Kind::kSuffix) lowered.kind = runtime::HostKind::kSuffix;
    lowered.name = out.Text(host.name);
    hosts.push_back(lowered);
  }
  record.hosts = AppendRun(out.hosts, hosts);
  std::vector<runtime::PathRecord> paths;
  for (const syntax::PathPattern& path : match.paths) paths.push_back(LowerPath(path));
  record.paths = AppendRun(out.paths, paths);
  record.methods = out.AddStrings(match.methods);
  std::vector<runtime::FieldMatchRecord> fields;
  for (const syntax::FieldMatch& field : match.fields) {
    runtime::FieldMatchRecord lowered;
    lowered.source = LowerSource(field.source);
    lowered.test = LowerTest(field.test);
    lowered.negated = field.negated;
    lowered.name = out.Text(field.name);
    if (field.test == syntax::FieldMatch::Test::kRegex) {
      lowered.dfa = LowerRegex(field.regex, field.node);
      lowered.values = out.AddStrings(std::vector{field.regex.text});
    } else {
      lowered.values = out.AddStrings(field.values);
    }
    fields.push_back(lowered);
  }
  record.fields = AppendRun(out.field_matches, fields);
  record.clients = LowerNetworks(match.clients);
  if (!match.listeners.empty()) {
    record.listeners = 0;
    for (std::uint32_t listener : match.listeners) record.listeners |= std::uint64_t{1} << listener;
  }
}

}  // namespace weir::compiler
