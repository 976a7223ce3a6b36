#include "compiler/encode/languages.h"

#include <bitset>
#include <cassert>
#include <map>
#include <utility>

#include "compiler/automata/minimise.h"
#include "compiler/automata/path_regex.h"
#include "compiler/automata/product.h"
#include "compiler/witness/witness.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::RegexNode;

constexpr std::size_t kStates = 1'000'000;  // for languages of our own making

Dfa Compile(const RegexNode& regex) {
  auto dfa = CompileRegex(regex, kStates);
  assert(dfa.has_value());
  return *std::move(dfa);
}

Dfa Both(const Dfa& a, const Dfa& b) {
  auto dfa = Intersect(a, b, kStates);
  assert(dfa.has_value());
  return *std::move(dfa);
}

std::bitset<256> Octets(std::string_view text) {
  std::bitset<256> set;
  for (unsigned char octet : text) set.set(octet);
  return set;
}

std::bitset<256> Span(unsigned first, unsigned last) {
  std::bitset<256> set;
  for (unsigned octet = first; octet <= last; ++octet) set.set(octet);
  return set;
}

std::bitset<256> Lowers() { return Span('a', 'z') | Span('0', '9'); }
std::bitset<256> Alphanumeric() { return Lowers() | Span('A', 'Z'); }
std::bitset<256> Unreserved() { return Alphanumeric() | Octets("-._~"); }

RegexNode Many(std::bitset<256> set) { return RegexRepeat(RegexSet(set), 0, -1); }
RegexNode Some(std::bitset<256> set) { return RegexRepeat(RegexSet(set), 1, -1); }

// A text of n octets: n + 1 states in a row and one for what does not match.
Dfa Row(std::string_view text, bool any_rest) {
  Dfa dfa;
  for (unsigned char octet : text) {
    if (dfa.class_of[octet] == 0)
      dfa.class_of[octet] = static_cast<std::uint8_t>(dfa.class_count++);
    if (dfa.class_count == 256) break;  // every octet in one text: see below
  }
  if (dfa.class_count == 256) return Compile(RegexText(text));
  const auto end = static_cast<std::uint32_t>(text.size()), dead = end + 1;
  dfa.accepting.assign(end + 2, 0);
  dfa.accepting[end] = 1;
  dfa.next.assign((end + 2) * dfa.class_count, dead);
  for (std::uint32_t i = 0; i < end; ++i) {
    dfa.next[i * dfa.class_count + dfa.class_of[static_cast<unsigned char>(text[i])]] = i + 1;
  }
  for (std::uint32_t c = 0; any_rest && c < dfa.class_count; ++c) {
    dfa.next[end * dfa.class_count + c] = end;
  }
  return dfa;
}

// "%XY" of octets that a canonical path keeps escaped.
RegexNode Escapes(bool encoded_slash, bool parameters) {
  const std::bitset<256> raw = Unreserved();
  std::vector<RegexNode> choices;
  for (unsigned high = 0; high < 16; ++high) {
    std::bitset<256> lows;
    for (unsigned low = 0; low < 16; ++low) {
      const unsigned octet = high * 16 + low;
      if (raw[octet] || octet == 0) continue;
      if ((octet == '/' || octet == '\\') && !encoded_slash) continue;
      if (octet == ';' && !parameters) continue;
      lows.set(static_cast<unsigned char>(kUpperHex[low]));
    }
    if (lows.none()) continue;
    choices.push_back(
        RegexConcat({RegexText("%"), RegexSet(Octets(kUpperHex.substr(high, 1))), RegexSet(lows)}));
  }
  return RegexAlternate(std::move(choices));
}

Dfa PathTier(std::bitset<256> octets, bool escapes, bool encoded_slash, bool empty_segments) {
  const bool parameters = octets[';'];
  std::vector<RegexNode> units{RegexSet(octets | Octets("/"))};
  if (escapes) units.push_back(Escapes(encoded_slash, parameters));
  const Dfa shape =
      Compile(RegexConcat({RegexText("/"), RegexRepeat(RegexAlternate(std::move(units)), 0, -1)}));
  const RegexNode anything = Many(AnyOctet());
  const RegexNode dots = RegexAlternate({RegexText("/."), RegexText("/..")});
  // Dot segments have no parameters either (CANON-15).
  const RegexNode end = RegexAlternate({RegexText("/"), RegexText(";"), RegexText("%3B")});
  const RegexNode rest = RegexRepeat(RegexConcat({end, anything}), 0, 1);
  Dfa path = Both(shape, Complement(Compile(RegexConcat({anything, dots, rest}))));
  if (!empty_segments) {
    path = Both(path, Complement(Compile(RegexConcat({anything, RegexText("//"), anything}))));
  }
  return path;
}

std::vector<Dfa> PathTiers() {
  std::bitset<256> raw = Span(0x21, 0x7e);
  for (char octet : std::string_view("#?\\%")) raw.reset(static_cast<unsigned char>(octet));
  return {PathTier(Unreserved(), false, false, false),
          PathTier(std::bitset<256>(raw).reset(';'), true, false, false),
          PathTier(raw, true, true, true)};
}

std::vector<Dfa> HostTiers() {
  const auto names = [](std::bitset<256> label) {
    return RegexConcat(
        {Some(label), RegexRepeat(RegexConcat({RegexText("."), Some(label)}), 0, -1)});
  };
  const RegexNode literal = RegexConcat(
      {RegexText("["), Some(Span('0', '9') | Span('a', 'f') | Octets(":.")), RegexText("]")});
  const RegexNode named = RegexAlternate({names(Lowers() | Octets("-_")), literal});
  // Of HTTP/1.0 without Host: the empty one.
  return {Compile(names(Lowers())), Compile(named), Compile(RegexRepeat(named, 0, 1))};
}

// A trimmed field value: no white space at its ends, no control octet.
Dfa FieldValues(std::bitset<256> without) {
  const std::bitset<256> inner = (Span(0x20, 0x7e) | Span(0x80, 0xff) | Octets("\t")) & ~without;
  const std::bitset<256> ends = inner & ~Octets(" \t");
  return Compile(RegexAlternate(
      {RegexText(""), RegexSet(ends), RegexConcat({RegexSet(ends), Many(inner), RegexSet(ends)})}));
}

std::vector<Dfa> MakeTiers(Part part) {
  const Dfa plain = Compile(Some(Alphanumeric() | Octets("-._")));
  switch (part) {
    case Part::kMethod:
      return {Compile(Some(Span('A', 'Z'))),
              Compile(Some(Alphanumeric() | Octets("!#$%&'*+-.^_`|~")))};
    case Part::kHost:
      return HostTiers();
    case Part::kPath:
      return PathTiers();
    case Part::kHeader:
      return {plain, Compile(Some(Span(0x21, 0x7e) & ~Octets(",;\"\\"))), FieldValues({})};
    case Part::kCookie:
      return {plain, FieldValues(Octets(";"))};
    case Part::kPeer:
      return {plain, Compile(Some(Span(0x21, 0x7e)))};
    default:
      return {plain, Compile(Some(Span(0x20, 0x7e))), AllStrings()};
  }
}

}  // namespace

Dfa ExactText(std::string_view text) { return Row(text, false); }
Dfa Prefixed(std::string_view prefix) { return Row(prefix, true); }

Dfa AnyOfTexts(const std::vector<std::string>& texts) {
  std::vector<RegexNode> choices;
  for (const std::string& text : texts) choices.push_back(RegexText(text));
  if (choices.empty()) return NotIn(AllStrings());
  if (choices.size() == 1) return ExactText(texts[0]);
  return Compile(RegexAlternate(std::move(choices)));
}

Dfa Suffixed(std::string_view suffix) {
  return Compile(RegexConcat({Many(AnyOctet()), RegexText(suffix)}));
}

Dfa NotIn(const Dfa& language) { return Complement(language); }

Dfa UnderDomain(std::string_view name) {
  return Compile(RegexConcat({Some(AnyOctet()), RegexText("." + std::string(name))}));
}

Dfa Without(std::initializer_list<std::string_view> parts) {
  const RegexNode anything = Many(AnyOctet());
  std::vector<RegexNode> any;
  for (const std::string_view part : parts) any.push_back(RegexText(std::string(part)));
  return NotIn(Compile(RegexConcat({anything, RegexAlternate(std::move(any)), anything})));
}

Dfa AllStrings() { return Compile(Many(AnyOctet())); }

// The automaton runs `language` along each element and remembers what it said
// at the element's last octet that is not white space, as what follows may
// turn out to be the white space at its end.
Dfa SomeElement(const Dfa& language) {
  Dfa dfa;
  // Octet classes: those of the language, split further by comma and white space.
  std::map<std::pair<std::uint8_t, int>, std::uint8_t> split;
  std::vector<std::uint8_t> octet_of;
  for (unsigned octet = 0; octet < 256; ++octet) {
    const int kind = octet == ',' ? 1 : (octet == ' ' || octet == '\t') ? 2 : 0;
    auto [place, added] = split.try_emplace({language.class_of[octet], kind},
                                            static_cast<std::uint8_t>(split.size()));
    if (added) octet_of.push_back(static_cast<std::uint8_t>(octet));
    dfa.class_of[octet] = place->second;
  }
  dfa.class_count = static_cast<std::uint32_t>(octet_of.size());
  // State 0: between elements; 1: found; 2 + 2q + a: in an element at q, a: accepted so far.
  const std::uint32_t states = 2 + 2 * language.state_count();
  for (std::uint32_t s = 0; s < states; ++s) {
    const bool inside = s >= 2;
    const std::uint32_t q = inside ? (s - 2) / 2 : 0;
    const bool accepted = inside && (s - 2) % 2 == 1;
    dfa.accepting.push_back(s == 1 || accepted);
    for (std::uint8_t octet : octet_of) {
      const std::uint32_t to = language.Step(q, octet);
      if (s == 1) {
        dfa.next.push_back(1);
      } else if (octet == ',') {
        dfa.next.push_back(accepted ? 1 : 0);
      } else if (octet == ' ' || octet == '\t') {
        dfa.next.push_back(inside ? 2 + 2 * to + (accepted ? 1 : 0) : 0);
      } else {
        dfa.next.push_back(2 + 2 * to + language.accepting[to]);
      }
    }
  }
  return dfa;
}

Dfa SegmentIn(std::size_t place, const Dfa& language) {
  // A row of states that count the segments before, then the language itself.
  Dfa dfa;
  dfa.class_of = language.class_of;
  dfa.class_count = language.class_count + 1;
  dfa.class_of['/'] = static_cast<std::uint8_t>(language.class_count);
  const auto before = static_cast<std::uint32_t>(place) + 1;  // "/" read 0 to place times
  const std::uint32_t inside = before + 1, found = inside + language.state_count(),
                      dead = found + 1, slash = language.class_count;
  // The state `before` is the segment's start: empty so far.
  for (std::uint32_t s = 0; s <= dead; ++s) {
    const bool in_segment = s >= inside && s < found;
    const bool at_start = s == before;
    const bool accepted = in_segment && language.accepting[s - inside] != 0;
    dfa.accepting.push_back(s == found || accepted);
    for (std::uint32_t c = 0; c < dfa.class_count; ++c) {
      std::uint32_t to = dead;
      if (s == found) {
        to = found;
      } else if (s < before) {
        to = c == slash ? s + 1 : s;
      } else if (at_start || in_segment) {
        const std::uint32_t q = at_start ? 0 : s - inside;
        if (c != slash)
          to = inside + language.next[q * language.class_count + c];
        else if (accepted)
          to = found;
      }
      dfa.next.push_back(to);
    }
  }
  return dfa;
}

std::shared_ptr<const std::vector<Dfa>> TiersOf(Part part) {
  // Made once for each part: a policy asks for them again and again.
  static thread_local std::map<Part, std::shared_ptr<const std::vector<Dfa>>> made;
  auto [place, added] = made.try_emplace(part);
  if (added) place->second = std::make_shared<const std::vector<Dfa>>(MakeTiers(part));
  return place->second;
}

std::vector<std::string> HintsOf(Part part) {
  switch (part) {
    case Part::kMethod:
      return {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "BREW"};
    case Part::kHost:
      return {"example.com"};
    case Part::kPath:
      return {"/"};
    case Part::kPeer:
      return {kSomePeer};
    case Part::kHeader:
    case Part::kQuery:
    case Part::kCookie:
      return {"x"};
    case Part::kTextClaim:
      return {"someone"};
    case Part::kListClaim:
    case Part::kWordsClaim:
      return {"other"};
    default:
      return {};
  }
}

}  // namespace weir::compiler
