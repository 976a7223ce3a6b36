// Without expressions the classes of a field are: absent, each value compared
// with, each prefix with a tail that makes no other test hold, and one value
// that no test knows. With expressions they are the combinations of acceptance
// that the joint automaton of all tests can reach.
#include <algorithm>
#include <string_view>
#include <utility>

#include "compiler/automata/path_regex.h"
#include "compiler/automata/product.h"
#include "compiler/budget/limits.h"
#include "compiler/shadow/dimensions.h"
#include "runtime/base/field_classes.h"

namespace weir::compiler {
namespace {

using syntax::FieldMatch;

bool CanBePresent(const FieldMatch& test, ListenerKind kind) {
  switch (test.source) {
    case FieldMatch::Source::kHeader:
      if (kNeverInRequests.Has(test.name)) return false;
      if (!kind.trusts && IsForwardingField(test.name)) return false;
      return kind.keep_underscores || test.name.find('_') == std::string::npos;
    case FieldMatch::Source::kQuery:
      return true;
  }
  return true;
}

// Readable octets first; blanks are left out, as a header cannot end in one.
std::string MakeTailOctets(bool header) {
  std::string octets = "xyzabcdefghijklmnopqrstuvw0123456789";
  for (int octet = header ? 0x21 : 0; octet < 256; ++octet) {
    const auto c = static_cast<char>(octet);
    if (octet != 0x7f && octets.find(c) == std::string::npos) octets.push_back(c);
  }
  return octets;
}

const std::string& TailOctets(bool header) {
  static const std::string of_headers = MakeTailOctets(true), of_queries = MakeTailOctets(false);
  return header ? of_headers : of_queries;
}

// A value that begins with `start`, is none of the texts and begins with no
// prefix longer than `start`'s own; nothing when longer prefixes leave none.
std::optional<std::string> WithFreshTail(const std::string& start,
                                         const std::vector<std::string>& texts,
                                         const std::vector<std::string>& prefixes,
                                         const std::string& octets) {
  for (const char octet : octets) {
    std::string value = start + octet;
    if (std::ranges::find(prefixes, value) != prefixes.end()) continue;
    const bool goes_on = std::ranges::any_of(
        texts, [&](const std::string& text) { return text.starts_with(value); });
    if (!goes_on) return value;
  }
  for (const char octet : octets) {  // every octet is taken: look below each
    const std::string value = start + octet;
    if (std::ranges::find(prefixes, value) != prefixes.end()) continue;
    if (auto found = WithFreshTail(value, texts, prefixes, octets)) return found;
  }
  return std::nullopt;
}

FieldValues PlainValues(std::span<const FieldMatch* const> tests, bool header,
                        const Dfa* possible) {
  std::vector<std::string> texts, values, prefixes{""};
  for (const FieldMatch* test : tests) {
    for (const auto& value : test->values) {
      texts.push_back(value);
      const bool prefix = test->test == FieldMatch::Test::kPrefix;
      (prefix ? prefixes : values).push_back(value);
    }
  }
  std::ranges::sort(prefixes);
  prefixes.erase(std::ranges::unique(prefixes).begin(), prefixes.end());
  const auto can_be = [&](const std::string& value) {
    return possible == nullptr || possible->Matches(value);
  };
  FieldValues found;
  found.values.emplace_back(std::nullopt);
  const std::string& octets = TailOctets(header);
  for (const auto& prefix : prefixes) {
    // Bare, unless some test compares with just this.
    const bool bare =
        !prefix.empty() && std::ranges::find(values, prefix) == values.end() && can_be(prefix);
    std::optional<std::string> value = prefix;
    if (!bare) value = WithFreshTail(prefix, texts, prefixes, octets);
    if (!value && std::ranges::find(values, prefix) == values.end()) value = prefix;
    if (value && can_be(*value)) found.values.push_back(std::move(value));
  }
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
  for (auto& value : values) {
    if (can_be(value)) found.values.emplace_back(std::move(value));
  }
  return found;
}

FieldValues JointValues(std::span<const FieldMatch* const> tests, const Dfa* possible,
                        Languages& languages) {
  FieldValues found;
  found.values.emplace_back(std::nullopt);
  std::vector<Dfa> made;
  std::vector<const Dfa*> dfas;
  made.reserve(64);
  const auto make = [&](const syntax::RegexNode& regex) {
    auto dfa = made.size() < made.capacity() ? CompileRegex(regex) : std::nullopt;
    if (dfa)
      dfas.push_back(&made.emplace_back(*std::move(dfa)));
    else
      found.over_budget = true;
  };
  if (possible != nullptr) dfas.push_back(possible);
  for (const FieldMatch* test : tests) {
    if (test->test == FieldMatch::Test::kRegex) {
      if (const Dfa* dfa = languages.Regex(test->regex))
        dfas.push_back(dfa);
      else
        found.over_budget = true;
    } else if (test->test == FieldMatch::Test::kPrefix) {
      make(
          RegexConcat({RegexText(test->values.front()), RegexRepeat(RegexSet(AnyOctet()), 0, -1)}));
    } else {
      for (const auto& value : test->values) make(RegexText(value));
    }
  }
  std::ranges::sort(dfas.begin() + (possible != nullptr ? 1 : 0), dfas.end(), std::less<>());
  dfas.erase(std::unique(dfas.begin(), dfas.end()), dfas.end());
  auto vectors = SignVectors(dfas, kProductStates, possible != nullptr ? 1 : 0);
  if (!vectors) {
    found.over_budget = true;
    return found;
  }
  // Short words first: they make the better witnesses.
  std::ranges::sort(*vectors, [](const SignVector& a, const SignVector& b) {
    return std::pair(a.word.size(), a.word) < std::pair(b.word.size(), b.word);
  });
  for (auto& vector : *vectors) found.values.emplace_back(std::move(vector.word));
  return found;
}

}  // namespace

std::optional<bool> FieldHolds(const FieldMatch& test, const std::optional<std::string>& value,
                               Languages& languages) {
  if (!value) return test.negated;
  bool holds = true;
  switch (test.test) {
    case FieldMatch::Test::kPresent:
      break;
    case FieldMatch::Test::kOneOf:
      holds = std::ranges::find(test.values, *value) != test.values.end();
      break;
    case FieldMatch::Test::kPrefix:
      holds = value->starts_with(test.values.front());
      break;
    case FieldMatch::Test::kRegex: {
      const Dfa* dfa = languages.Regex(test.regex);
      if (dfa == nullptr) return std::nullopt;
      holds = dfa->Matches(*value);
      break;
    }
  }
  return holds != test.negated;
}

FieldValues DistinctValues(std::span<const FieldMatch* const> tests, ListenerKind kind,
                           Languages& languages) {
  if (!CanBePresent(*tests.front(), kind)) return {{std::nullopt}, false};
  const bool header = IsHeader(tests.front()->source);
  const bool joint = std::ranges::any_of(
      tests, [](const FieldMatch* test) { return test->test == FieldMatch::Test::kRegex; });
  const Dfa* possible = header             ? &languages.Headers()
                        : kind.first_query ? nullptr
                                           : &languages.Queries();
  return joint ? JointValues(tests, possible, languages) : PlainValues(tests, header, possible);
}

}  // namespace weir::compiler
