#include <utility>

#include "compiler/lift/lifting.h"
#include "dsl/resolve/regex.h"
#include "runtime/request/address.h"

namespace weir::compiler {

using runtime::TableView;

// The automaton is not believed: that the text comes to it is seen when the lifted
// policy is compiled.
syntax::Regex Lifting::LiftRegex(std::string text) {
  auto regex = dsl::resolve::ParseRegex(text);
  if (regex) return *std::move(regex);
  if (error.empty()) error = "it names no regular expression that can be read: ~\"" + text + "\"";
  return {};
}

syntax::PathPattern Lifting::LiftPath(const runtime::PathRecord& record) {
  const auto& [segments, rest, dfa, text] = record;
  syntax::PathPattern pattern;
  pattern.text = Text(text);
  pattern.rest = rest != 0;
  if (dfa != runtime::kNoIndex) {
    pattern.kind = syntax::PathPattern::Kind::kRegex;
    pattern.regex = LiftRegex(pattern.text);
    return pattern;
  }
  for (const auto& segment : TableView::Slice(table.segments(), segments)) {
    const auto& [kind, reserved, literal, capture] = segment;
    syntax::PathSegment lifted;
    switch (kind) {
      case runtime::SegmentKind::kLiteral:
        lifted.kind = syntax::PathSegment::Kind::kLiteral;
        break;
      case runtime::SegmentKind::kWildcard:
        lifted.kind = syntax::PathSegment::Kind::kWildcard;
        break;
    }
    lifted.literal = Text(literal);
    lifted.capture = Text(capture);
    pattern.segments.push_back(std::move(lifted));
  }
  return pattern;
}

syntax::Network LiftNetwork(const runtime::NetworkRecord& record) {
  const auto& [base, prefix, reserved] = record;
  const std::uint32_t shown = runtime::IsIpv4(base) && prefix >= 96 ? prefix - 96 : prefix;
  return {.base = LiftAddress(base),
          .prefix = static_cast<std::uint8_t>(prefix),
          .text = std::string(runtime::AddressText(base).view()) + "/" + std::to_string(shown)};
}

std::vector<syntax::Network> Lifting::LiftNetworks(runtime::Range range) {
  std::vector<syntax::Network> networks;
  for (const auto& record : TableView::Slice(table.networks(), range)) {
    networks.push_back(LiftNetwork(record));
  }
  return networks;
}

syntax::FieldMatch Lifting::LiftField(const runtime::FieldMatchRecord& record) {
  const auto& [source, test, negated, dfa, name, values] = record;
  syntax::FieldMatch field;
  switch (source) {
    case runtime::FieldSource::kHeader:
      field.source = syntax::FieldMatch::Source::kHeader;
      break;
    case runtime::FieldSource::kQuery:
      field.source = syntax::FieldMatch::Source::kQuery;
      break;
  }
  field.name = Text(name);
  field.negated = negated != 0;
  field.values = Strings(values);
  switch (test) {
    case runtime::FieldTest::kPresent:
      field.test = syntax::FieldMatch::Test::kPresent;
      break;
    case runtime::FieldTest::kOneOf:
      field.test = syntax::FieldMatch::Test::kOneOf;
      break;
    case runtime::FieldTest::kPrefix:
      field.test = syntax::FieldMatch::Test::kPrefix;
      break;
    case runtime::FieldTest::kRegex:
      field.test = syntax::FieldMatch::Test::kRegex;
      // A table from before texts went in has none here.
      if (field.values.size() == 1) field.regex = LiftRegex(std::exchange(field.values, {})[0]);
      break;
  }
  return field;
}

syntax::Match Lifting::LiftMatch(const runtime::RouteRecord& record) {
  syntax::Match match;
  for (const auto& host : TableView::Slice(table.hosts(), record.hosts)) {
    const auto& [kind, reserved, name] = host;
    syntax::HostPattern pattern;
    switch (kind) {
      case runtime::HostKind::kExact:
        pattern.kind = syntax::HostPattern::Kind::kExact;
        break;
      case runtime::HostKind::kSuffix:
        pattern.kind = syntax::HostPattern::Kind::kSuffix;
        break;
    }
    pattern.name = Text(name);
    match.hosts.push_back(std::move(pattern));
  }
  for (const auto& path : TableView::Slice(table.paths(), record.paths)) {
    match.paths.push_back(LiftPath(path));
  }
  match.methods = Strings(record.methods);
  for (const auto& field : TableView::Slice(table.field_matches(), record.fields)) {
    match.fields.push_back(LiftField(field));
  }
  match.clients = LiftNetworks(record.clients);
  if (record.listeners != ~std::uint64_t{0}) {
    for (std::uint32_t place = 0; place < 64; ++place) {
      if (record.listeners >> place & 1) match.listeners.push_back(place);
    }
  }
  return match;
}

}  // namespace weir::compiler
