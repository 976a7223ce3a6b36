#include "compiler/encode/field_languages.h"

#include <array>
#include <bitset>
#include <cassert>
#include <tuple>
#include <utility>
#include <vector>

#include "compiler/automata/path_regex.h"
#include "compiler/encode/explore.h"

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

RegexNode AnyCase(std::string_view text) {
  std::vector<RegexNode> octets;
  for (const char octet : text) {
    std::bitset<256> set = Octets({&octet, 1});
    if (octet >= 'a' && octet <= 'z') set.set(static_cast<unsigned char>(octet - 32));
    octets.push_back(RegexSet(set));
  }
  return RegexConcat(std::move(octets));
}

RegexNode Digits(int least, int most) {
  return RegexRepeat(RegexSet(Octets("0123456789")), least, most);
}

// CANON-9.
RegexNode Ipv4() {
  const RegexNode small =
      RegexAlternate({Digits(1, 1), RegexConcat({RegexSet(Octets("123456789")), Digits(1, 1)}),
                      RegexConcat({RegexText("1"), Digits(2, 2)}),
                      RegexConcat({RegexText("2"), RegexSet(Octets("01234")), Digits(1, 1)}),
                      RegexConcat({RegexText("25"), RegexSet(Octets("012345"))})});
  return RegexConcat({small, RegexRepeat(RegexConcat({RegexText("."), small}), 3, 3)});
}

// RFC 4291 2.2: eight groups, of which the last two may be an IPv4 address; "::" stands for
// one or more.
RegexNode Ipv6() {
  const RegexNode group = RegexRepeat(RegexSet(Octets("0123456789abcdefABCDEF")), 1, 4);
  const RegexNode colon = RegexText(":");
  const RegexNode more = RegexConcat({colon, group}), before = RegexConcat({group, colon});
  std::vector<RegexNode> forms{RegexConcat({group, RegexRepeat(more, 7, 7)}),
                               RegexConcat({RegexRepeat(before, 6, 6), Ipv4()})};
  for (int left = 0; left <= 7; ++left) {
    RegexNode start = colon;
    if (left > 0) start = RegexConcat({group, RegexRepeat(more, left - 1, left - 1), colon});
    std::vector<RegexNode> ends{RegexText("")};
    if (left < 7) ends.push_back(RegexConcat({group, RegexRepeat(more, 0, 6 - left)}));
    if (left < 6) ends.push_back(RegexConcat({RegexRepeat(before, 0, 5 - left), Ipv4()}));
    forms.push_back(RegexConcat({start, colon, RegexAlternate(std::move(ends))}));
  }
  return RegexAlternate(std::move(forms));
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

Dfa SchemeWords(std::optional<bool> https) {
  std::vector<RegexNode> words;
  if (https.value_or(true)) words = {AnyCase("https"), AnyCase("wss")};
  if (!https.value_or(false)) {
    words.push_back(AnyCase("http"));
    words.push_back(AnyCase("ws"));
  }
  return Compile(RegexAlternate(std::move(words)));
}

std::vector<Dfa> Chains() {
  const RegexNode address = RegexAlternate({Ipv4(), Ipv6()});
  const RegexNode bracketed = RegexConcat({RegexText("["), Ipv6(), RegexText("]")});
  const RegexNode with_port =
      RegexConcat({RegexAlternate({Ipv4(), bracketed}),
                   RegexRepeat(RegexConcat({RegexText(":"), Digits(1, 5)}), 0, 1)});
  const RegexNode bare = RegexAlternate({address, with_port});
  const RegexNode element =
      RegexAlternate({bare, RegexConcat({RegexText("\""), bare, RegexText("\"")})});
  const RegexNode before = RegexConcat({RegexRepeat(RegexSet(AnyOctet()), 0, -1), RegexText(",")});
  const RegexNode blanks = RegexRepeat(RegexSet(Octets(" \t")), 0, -1);
  const RegexNode next = RegexConcat({RegexText(", "), element});
  return {Compile(RegexConcat({element, RegexRepeat(next, 0, -1)})),
          Compile(RegexConcat({RegexRepeat(before, 0, 1), blanks, element, blanks}))};
}

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

Dfa NumbersAboveZero() {
  const RegexNode any = RegexRepeat(RegexSet(Octets("0123456789")), 0, -1);
  return Compile(RegexConcat({any, RegexSet(Octets("123456789")), any}));
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
