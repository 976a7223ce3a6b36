#include "compiler/encode/field_languages.h"

#include <array>
#include <bitset>
#include <cassert>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/automata/path_regex.h"

namespace weir::compiler {
namespace {

using syntax::RegexNode;

Dfa Compile(const RegexNode& regex) {
  auto dfa = CompileRegex(regex, 1'000'000);
  assert(dfa.has_value());
  return *std::move(dfa);
}

std::bitset<256> Octets(std::string_view text) {
  std::bitset<256> set;
  for (const unsigned char octet : text) set.set(octet);
  return set;
}

bool IsSpace(unsigned char octet) { return octet == ' ' || octet == '\t'; }

// An automaton made by exploring `step` from `start`; octets of one `kind` are not
// told apart.
template <class State, class Kind, class Step, class Accepts>
Dfa Explore(const State& start, const Kind& kind, const Step& step, const Accepts& accepts) {
  Dfa dfa;
  std::map<int, std::uint8_t> classes;
  std::vector<unsigned char> octet_of;
  for (int octet = 0; octet < 256; ++octet) {
    const auto [place, added] = classes.try_emplace(kind(static_cast<unsigned char>(octet)),
                                                    static_cast<std::uint8_t>(octet_of.size()));
    if (added) octet_of.push_back(static_cast<unsigned char>(octet));
    dfa.class_of[static_cast<std::size_t>(octet)] = place->second;
  }
  dfa.class_count = static_cast<std::uint32_t>(octet_of.size());
  std::map<State, std::uint32_t> places{{start, 0}};
  std::vector<State> states{start};
  for (std::size_t s = 0; s < states.size(); ++s) {
    const State state = states[s];
    dfa.accepting.push_back(accepts(state) ? 1 : 0);
    for (const unsigned char octet : octet_of) {
      const State to = step(state, octet);
      const auto [place, added] = places.try_emplace(to, static_cast<std::uint32_t>(states.size()));
      if (added) states.push_back(to);
      dfa.next.push_back(place->second);
    }
  }
  return dfa;
}

RegexNode AnyCase(std::string_view text) {
  std::vector<RegexNode> octets;
  for (const char octet : text) {
    std::bitset<256> set = Octets({&octet, 1});
    if (octet >= 'a' && octet <= 'z') set.set(static_cast<unsigned char>(octet - 32));
    octets.push_back(RegexSet(set));
  }
  return RegexConcat(std::move(octets));
}

// Where a Cookie field has been read to.
enum class At : std::uint8_t {
  kStart,      // before a pair, its white space too
  kName,       // `octets` of the name are read and equal so far
  kAfterName,  // the whole name and white space
  kOther,      // in a pair of another name
  kValue,      // before the value, its white space too
  kInside,     // in the value, `octets` being the state of its automaton
  kYes,
  kNo,
};
using CookieState = std::tuple<At, std::uint32_t, bool>;  // the value so far is accepted

}  // namespace

Dfa FirstCookieIn(const std::string& name, const Dfa& language) {
  const auto kind = [&](unsigned char octet) {
    const bool told = octet == ';' || octet == '=' || IsSpace(octet) ||
                      name.find(static_cast<char>(octet)) != std::string::npos;
    return told ? 256 + octet : static_cast<int>(language.class_of[octet]);
  };
  const auto end_of_value = [](bool accepted) {
    return CookieState{accepted ? At::kYes : At::kNo, 0, false};
  };
  const auto inside = [&](std::uint32_t from, unsigned char octet, bool before) {
    const std::uint32_t to = language.Step(from, octet);
    return CookieState{At::kInside, to, IsSpace(octet) ? before : language.accepting[to] != 0};
  };
  const auto step = [&](const CookieState& state, unsigned char octet) -> CookieState {
    const auto [at, octets, accepted] = state;
    const CookieState start{At::kStart, 0, false}, other{At::kOther, 0, false},
        value{At::kValue, 0, false};
    switch (at) {
      case At::kYes:
      case At::kNo:
        return state;
      case At::kOther:
        return octet == ';' ? start : other;
      case At::kStart:
        if (octet == ';' || IsSpace(octet)) return start;
        [[fallthrough]];
      case At::kName:
        if (octet == ';') return start;
        if (octets < name.size()) {
          const bool same = octet == static_cast<unsigned char>(name[octets]) && octet != '=';
          return same ? CookieState{At::kName, octets + 1, false} : other;
        }
        if (octet == '=') return value;
        return IsSpace(octet) ? CookieState{At::kAfterName, 0, false} : other;
      case At::kAfterName:
        if (octet == ';') return start;
        if (octet == '=') return value;
        return IsSpace(octet) ? state : other;
      case At::kValue:
        if (octet == ';') return end_of_value(language.accepting[0] != 0);
        return IsSpace(octet) ? state : inside(0, octet, false);
      case At::kInside:
        return octet == ';' ? end_of_value(accepted) : inside(octets, octet, accepted);
    }
    return state;
  };
  const auto accepts = [&](const CookieState& state) {
    const auto [at, octets, accepted] = state;
    return at == At::kYes || (at == At::kValue && language.accepting[0] != 0) ||
           (at == At::kInside && accepted);
  };
  return Explore(CookieState{At::kStart, 0, false}, kind, step, accepts);
}

Dfa SomeWord(const Dfa& language) {
  // 0: between words; 1: found; 2 and on: in a word, at a state of the automaton.
  const auto kind = [&](unsigned char octet) {
    return octet == ' ' ? 256 : static_cast<int>(language.class_of[octet]);
  };
  const auto step = [&](std::uint32_t state, unsigned char octet) -> std::uint32_t {
    if (state == 1) return 1;
    if (octet == ' ') return state >= 2 && language.accepting[state - 2] != 0 ? 1 : 0;
    return 2 + language.Step(state >= 2 ? state - 2 : 0, octet);
  };
  const auto accepts = [&](std::uint32_t state) {
    return state == 1 || (state >= 2 && language.accepting[state - 2] != 0);
  };
  return Explore(std::uint32_t{0}, kind, step, accepts);
}

Dfa IgnoringCase(std::string_view text) { return Compile(AnyCase(text)); }

Dfa NumbersUpTo(std::uint64_t most) {
  const std::string digits = std::to_string(most);
  const auto upto = [](char first, char last) {
    std::bitset<256> set;
    for (char digit = first; digit <= last; ++digit) set.set(static_cast<unsigned char>(digit));
    return RegexSet(set);
  };
  std::vector<RegexNode> choices{RegexText(digits)};
  // The same digits up to one that is smaller, and then any.
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] == '0') continue;
    const int left = static_cast<int>(digits.size() - i) - 1;
    choices.push_back(RegexConcat({RegexText(std::string_view(digits).substr(0, i)),
                                   upto('0', static_cast<char>(digits[i] - 1)),
                                   RegexRepeat(upto('0', '9'), left, left)}));
  }
  if (digits.size() > 1) {
    choices.push_back(RegexRepeat(upto('0', '9'), 1, static_cast<int>(digits.size()) - 1));
  }
  return Compile(
      RegexConcat({RegexRepeat(RegexText("0"), 0, -1), RegexAlternate(std::move(choices))}));
}

Dfa Lengths() { return NumbersUpTo(~std::uint64_t{0} >> 1); }

Dfa BearerFields() {
  const RegexNode after =
      RegexConcat({RegexSet(Octets(" \t,")), RegexRepeat(RegexSet(AnyOctet()), 0, -1)});
  return Compile(RegexConcat({AnyCase("bearer"), RegexRepeat(after, 0, 1)}));
}

Dfa BearerTokens() {
  const RegexNode part = RegexRepeat(
      RegexSet(Octets("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")), 1, -1);
  return Compile(RegexConcat({AnyCase("bearer"), RegexRepeat(RegexText(" "), 1, -1), part,
                              RegexText("."), part, RegexText("."), part}));
}

}  // namespace weir::compiler
