#include "compiler/shadow/languages.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/automata/path_regex.h"
#include "compiler/automata/product.h"
#include "compiler/automata/utf8_regex.h"
#include "compiler/budget/limits.h"
#include "runtime/base/ascii.h"

namespace weir::compiler {
namespace {

using syntax::RegexNode;

// One character of a segment: an octet that may stand raw, or an escape that
// canonicalisation leaves.
RegexNode SegmentCharacter(bool encoded_slash, bool parameters) {
  std::bitset<256> raw;
  for (std::size_t octet = 0x21; octet < 0x7f; ++octet) raw.set(octet);
  for (const char octet : std::string_view("#?\\%/")) raw.reset(static_cast<unsigned char>(octet));
  if (!parameters) raw.reset(';');
  std::vector<RegexNode> ways{RegexSet(raw)};
  for (int octet = 1; octet < 256; ++octet) {
    if (kUnreservedBytes[static_cast<char>(octet)]) continue;
    if (!encoded_slash && (octet == '/' || octet == '\\')) continue;
    if (!parameters && octet == ';') continue;
    std::string escape = "%";
    AppendHex(static_cast<char>(octet), escape);
    ways.push_back(RegexText(escape));
  }
  return RegexAlternate(std::move(ways));
}

RegexNode AnyText() { return RegexRepeat(RegexSet(AnyOctet()), 0, -1); }

template <class Build>
const Dfa* Lookup(std::unordered_map<std::string, std::unique_ptr<Dfa>>& cache, std::string key,
                  Build build) {
  const auto [at, fresh] = cache.try_emplace(std::move(key));
  if (fresh) {
    if (auto dfa = build()) at->second = std::make_unique<Dfa>(*std::move(dfa));
  }
  return at->second.get();
}

// Two patterns with one key have one language: a literal cannot be "*".
std::string KeyOf(const syntax::PathPattern& pattern) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return "~" + pattern.regex.text;
  std::string key;
  for (const auto& segment : pattern.segments) {
    const bool literal = segment.kind == syntax::PathSegment::Kind::kLiteral;
    key += literal ? "/=" + segment.literal : "/*";
  }
  return pattern.rest ? key + "/**" : key;
}

// Where the languages of such a listener stand.
std::size_t PlaceOf(ListenerKind kind) {
  return (kind.keep_parameters ? 4U : 0U) + (kind.encoded_slash ? 2U : 0U) +
         (kind.keep_slashes ? 1U : 0U);
}

}  // namespace

ListenerKind KindOf(const syntax::Gateway& gateway, const syntax::Listener& listener) {
  return {listener.encoded_slash == syntax::Listener::EncodedSlash::kKeep,
          listener.slashes == syntax::Listener::Slashes::kKeep,
          listener.underscores == syntax::Listener::Underscores::kKeep,
          listener.path_parameters == syntax::Listener::PathParameters::kKeep,
          !gateway.trusted_proxies.empty(),
          listener.query == syntax::Listener::Reading::kFirst};
}

Dfa CanonicalPaths(bool encoded_slash, bool keep_slashes, bool keep_parameters) {
  const RegexNode character = SegmentCharacter(encoded_slash, keep_parameters);
  const RegexNode slash = RegexText("/");
  const RegexNode inner = RegexConcat({slash, RegexRepeat(character, keep_slashes ? 0 : 1, -1)});
  const RegexNode last = RegexConcat({slash, RegexRepeat(character, 0, -1)});
  const RegexNode end = RegexAlternate({slash, RegexText(";"), RegexText("%3B")});
  const RegexNode dots = RegexConcat({AnyText(), RegexText("/."), RegexRepeat(RegexText("."), 0, 1),
                                      RegexRepeat(RegexConcat({end, AnyText()}), 0, 1)});
  const Dfa all = CompileRegex(RegexConcat({RegexRepeat(inner, 0, -1), last})).value();
  return Intersect(all, Complement(CompileRegex(dots).value())).value();
}

Dfa HeaderValues() {
  std::bitset<256> octets = AnyOctet().reset(0x7f);
  for (std::size_t octet = 0; octet < 0x20; ++octet) octets.reset(octet);
  const RegexNode solid = RegexSet(std::bitset<256>(octets).reset(' '));
  const RegexNode any = RegexSet(octets.set('\t'));
  const RegexNode many =
      RegexConcat({solid, RegexRepeat(RegexConcat({RegexRepeat(any, 0, -1), solid}), 0, 1)});
  return CompileRegex(RegexRepeat(many, 0, 1)).value();
}

Dfa QueryValues() { return CompileRegex(Utf8WithoutNul()).value(); }

const Dfa* Languages::Regex(const syntax::Regex& regex) {
  return Lookup(regexes_, regex.text, [&] { return CompileRegex(regex.root); });
}

const Dfa* Languages::Path(const syntax::PathPattern& pattern) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return Regex(pattern.regex);
  return Lookup(paths_, KeyOf(pattern), [&] { return CompilePath(pattern); });
}

const Dfa& Languages::Canonical(ListenerKind kind) {
  auto& slot = canonical_[PlaceOf(kind)];
  if (!slot)
    slot = std::make_unique<Dfa>(
        CanonicalPaths(kind.encoded_slash, kind.keep_slashes, kind.keep_parameters));
  return *slot;
}

const Dfa* Languages::PathWithin(const syntax::PathPattern& pattern, ListenerKind kind) {
  const Dfa* whole = Path(pattern);
  if (whole == nullptr) return nullptr;
  auto& cache = within_[PlaceOf(kind)];
  return Lookup(cache, KeyOf(pattern),
                [&] { return Intersect(*whole, Canonical(kind), kProductStates); });
}

bool Languages::CanBeAPath(const syntax::PathPattern& pattern, ListenerKind kind) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return true;
  std::string path;
  for (const syntax::PathSegment& segment : pattern.segments) {
    const bool literal = segment.kind == syntax::PathSegment::Kind::kLiteral;
    path += "/" + (literal ? segment.literal : "x");
  }
  return Canonical(kind).Matches(path.empty() ? "/" : path);
}

const Dfa& Languages::Queries() {
  if (!queries_) queries_ = std::make_unique<Dfa>(QueryValues());
  return *queries_;
}

const Dfa& Languages::Headers() {
  if (!headers_) headers_ = std::make_unique<Dfa>(HeaderValues());
  return *headers_;
}

}  // namespace weir::compiler
