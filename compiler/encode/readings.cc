#include "compiler/encode/readings.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/automata/utf8_regex.h"
#include "compiler/encode/explore.h"
#include "compiler/encode/languages.h"
#include "runtime/base/ascii.h"
#include "spec/model/readings.h"

namespace weir::compiler {
namespace {

// An escape that no encoder writes (RFC 3986 2.3), or that ends a C string.
bool NeedsNoEscape(int octet) { return octet == 0 || kUnreservedBytes[static_cast<char>(octet)]; }

// Where a cookie's value has been read to.
constexpr int kPlain = 0, kPercent = 1, kDigit = 2, kBadValue = kDigit + 16;

int StepValue(int state, unsigned char octet) {
  if (state == kBadValue || octet == '"' || octet == ',') return kBadValue;
  if (octet == '%') return kPercent;
  const int digit = HexDigit(static_cast<char>(octet));
  if (digit < 0) return kPlain;
  if (state == kPercent) return kDigit + digit;
  if (state >= kDigit && NeedsNoEscape((state - kDigit) * 16 + digit)) return kBadValue;
  return kPlain;
}

// The octets that StepValue tells apart.
int KindOfValue(unsigned char octet) {
  if (octet == '%' || octet == '"' || octet == ',') return 256 + octet;
  return HexDigit(static_cast<char>(octet));
}

enum class At : std::uint8_t { kStart, kName, kAfterName, kOther, kOtherValue, kValue, kRefused };
// Where in the field; octets of the name, or the value's state; whether the cookie was seen;
// whether a ',' came before in this pair.
using FieldState = std::tuple<At, int, bool, bool>;

class CookieField {
 public:
  explicit CookieField(const std::string& name) : name_(name) {}

  FieldState Step(const FieldState& state, unsigned char octet) const {
    const auto [at, count, seen, hidden] = state;
    switch (at) {
      case At::kRefused:
        return state;
      case At::kValue: {
        if (octet == ';') return {At::kStart, 0, seen, false};
        const int to = StepValue(count, octet);
        return to == kBadValue ? Refused() : FieldState{At::kValue, to, seen, hidden};
      }
      case At::kStart:
      case At::kName:
      case At::kAfterName:
      case At::kOther:
      case At::kOtherValue:
        break;
    }
    if (octet == ';') return {At::kStart, 0, seen, false};
    if (octet == ',') return {At::kStart, 0, seen, true};
    if (at == At::kOtherValue) return state;
    const bool whole = at == At::kAfterName ||
                       (at == At::kName && static_cast<std::size_t>(count) == name_.size());
    if (octet == '=') {
      if (!whole) return {At::kOtherValue, 0, seen, hidden};
      return seen || hidden ? Refused() : FieldState{At::kValue, kPlain, true, hidden};
    }
    if (at == At::kOther) return state;
    if (octet == ' ' || octet == '\t') {
      if (at == At::kStart) return state;
      return {whole ? At::kAfterName : At::kOther, 0, seen, hidden};
    }
    const auto read = static_cast<std::size_t>(at == At::kName ? count : 0);
    const bool on = at != At::kAfterName && read < name_.size() &&
                    static_cast<unsigned char>(name_[read]) == octet;
    return on ? FieldState{At::kName, static_cast<int>(read) + 1, seen, hidden}
              : FieldState{At::kOther, 0, seen, hidden};
  }

  int Kind(unsigned char octet) const {
    const bool told = octet == ';' || octet == '=' || octet == ' ' || octet == '\t' ||
                      name_.find(static_cast<char>(octet)) != std::string::npos;
    return told ? 512 + octet : KindOfValue(octet);
  }

 private:
  static FieldState Refused() { return {At::kRefused, 0, false, false}; }
  const std::string& name_;
};

// On each listener that does not take the first of several.
Formula FirstCounts(Universe& u, bool ListenerFacts::* first) {
  std::vector<bool> lax;
  for (const ListenerFacts& facts : u.listeners()) lax.push_back(facts.*first);
  return u.Chosen(u.At({Part::kListener, "", ""}), lax);
}

using Names = std::set<std::string> ReadNames::*;

bool AllRead(const Universe& u, Names names, const std::string& name) {
  return !u.reads.empty() && std::ranges::all_of(u.reads, [&](const ReadNames& reads) {
    return (reads.*names).contains(name);
  });
}

// Not read, but some program would take it for one that is.
bool AllRefuse(const Universe& u, Names names, const std::string& name) {
  return !u.reads.empty() && std::ranges::all_of(u.reads, [&](const ReadNames& reads) {
    const auto alike = [&](const std::string& read) { return model::ReadsAlike(name, read); };
    return !(reads.*names).contains(name) && std::ranges::any_of(reads.*names, alike);
  });
}

void NarrowPart(Universe& u, Part part, Names names, bool ListenerFacts::* first,
                const Dfa& plain) {
  for (std::uint32_t d = 0; d < u.dimensions().size(); ++d) {
    const DimensionKey key = u.dimensions()[d].key;
    if (key.part != part) continue;
    Formula fine = kTrue;
    if (AllRead(u, names, key.name)) {
      fine = u.f.Or(u.f.Not(u.Present(d)), u.InLanguage(d, "plain", plain));
    } else if (AllRefuse(u, names, key.name)) {
      fine = u.f.Not(u.Present(d));
    }
    u.constraints.push_back(u.f.Or(fine, FirstCounts(u, first)));
  }
}

// Of a parameter, decoded.
Dfa PlainQueryValues() {
  auto dfa = CompileRegex(Utf8WithoutNul());
  return *std::move(dfa);
}

// Of a cookie, as received.
Dfa PlainCookieValues() {
  return Explore(kPlain, KindOfValue, StepValue, [](int state) { return state != kBadValue; });
}

// Cookie fields in which the cookie of this name comes once at most, and plain.
Dfa PlainCookieFields(const std::string& name) {
  const CookieField field(name);
  return Explore(
      FieldState{At::kStart, 0, false, false},
      [&](unsigned char octet) { return field.Kind(octet); },
      [&](const FieldState& state, unsigned char octet) { return field.Step(state, octet); },
      [](const FieldState& state) { return std::get<0>(state) != At::kRefused; });
}

}  // namespace

void NarrowQueries(Universe& universe) {
  NarrowPart(universe, Part::kQuery, &ReadNames::queries, &ListenerFacts::first_query,
             PlainQueryValues());
}

void NarrowCookies(Universe& universe) {
  NarrowPart(universe, Part::kCookie, &ReadNames::cookies, &ListenerFacts::first_cookies,
             PlainCookieValues());
  const auto field = universe.Known({Part::kHeader, "", "cookie"});
  if (!field || universe.reads.empty()) return;
  const Formula lax = FirstCounts(universe, &ListenerFacts::first_cookies);
  const Formula absent = universe.f.Not(universe.Present(*field));
  for (const std::string& name : universe.reads[0].cookies) {
    if (!AllRead(universe, &ReadNames::cookies, name)) continue;
    const Formula plain = universe.InLanguage(*field, "plain " + name, PlainCookieFields(name));
    universe.constraints.push_back(universe.f.Or({absent, plain, lax}));
  }
  // Names that are only alike are known of texts that a test names whole.
  const std::set<std::string> texts = universe.dimensions()[*field].literals;
  for (const std::string& text : texts) {
    const bool refused = std::ranges::all_of(universe.reads, [&](const ReadNames& reads) {
      return !model::CookiesArePlain(text, reads.cookies);
    });
    if (!refused) continue;
    universe.constraints.push_back(
        universe.f.Or(universe.f.Not(universe.Equals(*field, text)), lax));
  }
}

}  // namespace weir::compiler
