#include "compiler/encode/derived.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/encode/field_languages.h"
#include "compiler/encode/languages.h"
#include "compiler/encode/readings.h"
#include "runtime/auth/digest.h"
#include "runtime/base/ascii.h"
#include "runtime/request/address.h"
#include "spec/model/address.h"
#include "spec/syntax/expression.h"

namespace weir::compiler {
namespace {

using syntax::Subject;

bool Trusted(const Universe& u, const runtime::Address& address) {
  return std::ranges::any_of(u.trusted_proxies, [&](const syntax::Network& network) {
    return runtime::SamePrefix({network.base.octets}, address, network.prefix);
  });
}

// Whom a list leads to behind a trusted proxy; nothing: it is refused.
std::optional<syntax::Address> WalkOf(const Universe& u, std::string_view list) {
  std::optional<syntax::Address> client;
  while (true) {
    const std::size_t comma = list.rfind(',');
    const bool last = comma == std::string_view::npos;
    const auto address =
        runtime::ParseForwardedAddress(TrimOws(last ? list : list.substr(comma + 1)));
    if (!address) return std::nullopt;
    client = syntax::Address{address->octets};
    if (last || !Trusted(u, *address)) return client;
    list = list.substr(0, comma);
  }
}

class Relations {
 public:
  explicit Relations(Universe& u) : u_(u), f_(u.f) {}

  // What ties the values of this subject to those of others.
  void Of(Subject subject) {
    switch (subject) {
      case Subject::kClientAddress:
        return Chain();
      case Subject::kHeader:
        return Fields();
      case Subject::kQuery:
        return NarrowQueries(u_);
      case Subject::kCookie:
        NarrowCookies(u_);
        return Cookies();
      case Subject::kJwtVerified:
        return TokenFields();
      case Subject::kJwtClaim:
        return Payloads();
      case Subject::kConsumer:
        return Keys();
      // The encoder asks each listener, and for the scheme the field that says another.
      case Subject::kListenerPort:
      case Subject::kScheme:
      // The universe makes these relations with the dimension: a peer needs mTLS, a
      // path may need a listener that keeps slashes, CONNECT reaches no route.
      case Subject::kPeer:
      case Subject::kPath:
      case Subject::kMethod:
      // The encoder asks the path, by the route's patterns and by what it writes.
      case Subject::kCapture:
      case Subject::kUpstreamPath:
      // A part of the request that nothing else shows: the port of the authority is no
      // part of the host, and `header.host` is always absent.
      case Subject::kHost:
      // Only the key of a limit reads it.
      case Subject::kRoute:
        return;
    }
  }

 private:
  void Always(Formula formula) { u_.constraints.push_back(formula); }
  void Implies(Formula a, Formula b) { Always(f_.Or(f_.Not(a), b)); }
  void Equal(Formula a, Formula b) { Always(f_.Choose(a, b, f_.Not(b))); }
  std::optional<std::uint32_t> Header(const std::string& name) const {
    return u_.Known({Part::kHeader, "", name});
  }

  // Of a text dimension: it is absent, or in the language.
  void OnlyIn(std::uint32_t at, const std::string& name, const Dfa& language) {
    Implies(u_.Present(at), u_.InLanguage(at, name, language));
  }

  // CANON-12, and what the reader of a head refuses (spec/rules/framing.md).
  void Fields() {
    std::vector<bool> keepers;
    for (const ListenerFacts& facts : u_.listeners()) keepers.push_back(facts.keeps_underscores);
    for (std::uint32_t d = 0; d < u_.dimensions().size(); ++d) {
      const DimensionKey key = u_.dimensions()[d].key;
      if (key.part != Part::kHeader) continue;
      if (key.name.find('_') != std::string::npos) {
        Implies(u_.Present(d), u_.Chosen(u_.At({Part::kListener, "", ""}), keepers));
      }
      if (key.name == "content_length" || key.name == "transfer_encoding") {
        Always(f_.Not(u_.Present(d)));
      }
      if (key.name == "content-length") OnlyIn(d, "a length", Lengths());
      if (key.name == "x-forwarded-proto") OnlyIn(d, "a scheme", SchemeWords(std::nullopt));
      if (key.name == "x-forwarded-for") u_.Restrict(d, Chains());
      if (key.name == "max-forwards") HopsLeft(d);
      if (key.name == "expect") OnlyIn(d, "100-continue", IgnoringCase("100-continue"));
    }
  }

  // CANON-21: another OPTIONS or TRACE is answered here.
  void HopsLeft(std::uint32_t field) {
    const std::uint32_t method = u_.At({Part::kMethod, "", ""});
    const Formula ends = f_.Or(u_.Equals(method, "OPTIONS"), u_.Equals(method, "TRACE"));
    Implies(f_.And(ends, u_.Present(field)), u_.InLanguage(field, "hops left", NumbersAboveZero()));
  }

  // EXPR-7: each test of a cookie is one of the field that it stands in.
  void Cookies() {
    const auto field = Header("cookie");
    if (!field) return;
    for (std::uint32_t d = 0; d < u_.dimensions().size(); ++d) {
      const DimensionKey key = u_.dimensions()[d].key;
      if (key.part != Part::kCookie) continue;
      Equal(u_.Present(d),
            u_.InLanguage(*field, "cookie " + key.name, FirstCookieIn(key.name, AllStrings())));
      for (std::uint32_t t = 0; t < u_.dimensions()[d].tests.size(); ++t) {
        const Test test = u_.dimensions()[d].tests[t];
        if (test.kind != Test::Kind::kLanguage) continue;
        Equal(u_.AtomOfTest(d, t),
              u_.InLanguage(*field, "cookie " + key.name + " " + std::to_string(t),
                            FirstCookieIn(key.name, *test.language)));
      }
    }
  }

  // CANON-11. The field is there behind a trusted proxy alone, and the client is then whom
  // it leads to, which is known of texts that a test names whole.
  void Chain() {
    const auto client = u_.Known({Part::kClient, "", ""});
    const auto field = Header("x-forwarded-for");
    if (!client || !field || u_.trusted_proxies.empty()) return;
    const std::set<std::string> texts = u_.dimensions()[*field].literals;
    for (const std::string& text : texts) {
      const auto leads_to = WalkOf(u_, text);
      if (!leads_to) {  // refused
        Always(f_.Not(u_.Equals(*field, text)));
        continue;
      }
      Value value;
      value.address = *leads_to;
      std::vector<Formula> is_it;
      const Dimension& dimension = u_.dimensions()[*client];
      for (std::uint32_t t = 0; t < dimension.tests.size(); ++t) {
        const Formula atom = u_.AtomOfTest(*client, t);
        is_it.push_back(Universe::Holds(dimension, dimension.tests[t], value) ? atom
                                                                              : f_.Not(atom));
      }
      Implies(u_.Equals(*field, text), f_.And(is_it));
    }
  }

  Formula Outcome(std::uint32_t at, compiler::Outcome outcome) { return u_.Is(at, outcome); }

  // AUTH-2: where the field itself is read, it is one of a token, or is none.
  void TokenFields() {
    const auto field = Header("authorization");
    if (!field) return;
    for (std::uint32_t d = 0; d < u_.dimensions().size(); ++d) {
      if (u_.dimensions()[d].key.part != Part::kJwt) continue;
      const Formula bearer = u_.InLanguage(*field, "a bearer", BearerFields());
      Equal(Outcome(d, kNoCredential), f_.Not(bearer));
      Implies(Outcome(d, kVerified), u_.InLanguage(*field, "a bearer's token", BearerTokens()));
    }
  }

  // AUTH-3, for each definition that is read.
  void Payloads() {
    for (std::uint32_t d = 0; d < u_.dimensions().size(); ++d) {
      const DimensionKey key = u_.dimensions()[d].key;
      if (key.part != Part::kJwt) continue;
      const Formula verified = Outcome(d, kVerified);
      if (const TokenFacts* facts = u_.TokensOf(key.scope)) Payload(key.scope, verified, *facts);
      Members(key.scope, verified);
    }
  }

  void Payload(const std::string& scope, Formula verified, const TokenFacts& facts) {
    if (!facts.issuer.empty() && ReadsMember(scope, "iss")) {
      const std::uint32_t iss = u_.At({Part::kTextClaim, scope, "iss"});
      u_.Restrict(iss, {facts.issuer});
      Implies(verified, u_.Present(iss));
    }
    if (!facts.audiences.empty() && ReadsMember(scope, "aud")) {
      const std::uint32_t aud = u_.At({Part::kListClaim, scope, "aud"});
      std::vector<Formula> some;
      for (const std::string& audience : facts.audiences) some.push_back(u_.Equals(aud, audience));
      Implies(verified, f_.Or(some));
    }
    for (const char* name : {"exp", "nbf"}) {
      const auto time = u_.Known({Part::kIntegerClaim, scope, name});
      if (time) Implies(f_.And(verified, u_.Present(*time)), f_.Not(u_.IntegerLess(*time, 0)));
      for (const Part other :
           {Part::kTextClaim, Part::kBooleanClaim, Part::kListClaim, Part::kWordsClaim}) {
        const auto at = u_.Known({other, scope, name});
        if (at) Implies(verified, f_.Not(u_.Present(*at)));
      }
    }
  }

  bool ReadsMember(const std::string& scope, const std::string& member) const {
    return std::ranges::any_of(u_.dimensions(), [&](const Dimension& dimension) {
      return IsClaim(dimension.key.part) && dimension.key.scope == scope &&
             dimension.key.name == member;
    });
  }

  static bool IsClaim(Part part) {
    switch (part) {
      case Part::kTextClaim:
      case Part::kIntegerClaim:
      case Part::kBooleanClaim:
      case Part::kListClaim:
      case Part::kWordsClaim:
        return true;
      case Part::kListener:
      case Part::kMethod:
      case Part::kHost:
      case Part::kPath:
      case Part::kClient:
      case Part::kPeer:
      case Part::kHeader:
      case Part::kQuery:
      case Part::kCookie:
      case Part::kJwt:
      case Part::kKeys:
      case Part::kConsumer:
        return false;
    }
    return false;
  }

  // A member of the payload has one JSON type, whatever the claims read it as.
  void Members(const std::string& scope, Formula verified) {
    std::set<std::string> members;
    for (const Dimension& dimension : u_.dimensions()) {
      if (IsClaim(dimension.key.part) && dimension.key.scope == scope) {
        members.insert(dimension.key.name);
      }
    }
    for (const std::string& member : members) OneMember(scope, member, verified);
  }

  void OneMember(const std::string& scope, const std::string& member, Formula verified) {
    const auto known = [&](Part part) { return u_.Known({part, scope, member}); };
    const auto text = known(Part::kTextClaim), list = known(Part::kListClaim),
               words = known(Part::kWordsClaim);
    // `aud` may be one string, and is then the list of it (RFC 7519 4.1.3).
    const bool audience = member == "aud";
    std::vector<Formula> types;
    for (const Part part : {Part::kTextClaim, Part::kIntegerClaim, Part::kBooleanClaim}) {
      if (const auto at = known(part)) types.push_back(u_.Present(*at));
    }
    if (list && !audience) types.push_back(u_.Present(*list));
    for (std::size_t a = 0; a < types.size(); ++a) {
      for (std::size_t b = 0; b < a; ++b) Implies(verified, f_.Not(f_.And(types[a], types[b])));
    }
    for (const Part part : {Part::kIntegerClaim, Part::kBooleanClaim}) {
      const auto at = known(part);
      if (at && words) Implies(f_.And(verified, u_.Present(*at)), f_.Not(u_.Present(*words)));
    }
    if (text && words) ListOf(f_.And(verified, u_.Present(*text)), *words, *text, true);
    if (text && list && audience) {
      ListOf(f_.And(verified, u_.Present(*text)), *list, *text, false);
    }
    if (list && words && !audience) SameList(f_.And(verified, u_.Present(*list)), *words, *list);
    if (text && list && words && !audience) {
      Implies(f_.And(verified, u_.Present(*words)), f_.Or(u_.Present(*text), u_.Present(*list)));
    }
  }

  // When `given`, the list is there and holds the text's words, or the text alone.
  void ListOf(Formula given, std::uint32_t list, std::uint32_t text, bool words) {
    Implies(given, u_.Present(list));
    for (std::uint32_t t = 0; t < u_.dimensions()[list].tests.size(); ++t) {
      const Test test = u_.dimensions()[list].tests[t];
      if (test.kind != Test::Kind::kLanguage) continue;
      const Formula in_text =
          u_.InLanguage(text, (words ? "a word " : "as a list ") + std::to_string(t),
                        words ? SomeWord(*test.language) : *test.language);
      const Formula in_list = u_.AtomOfTest(list, t);
      Implies(given, f_.Choose(in_list, in_text, f_.Not(in_text)));
    }
  }

  void SameList(Formula given, std::uint32_t one, std::uint32_t other) {
    Implies(given, u_.Present(one));
    const auto tie = [&](std::uint32_t from, std::uint32_t to, std::uint32_t tests) {
      for (std::uint32_t t = 0; t < tests; ++t) {
        const Test test = u_.dimensions()[from].tests[t];
        if (test.kind != Test::Kind::kLanguage) continue;
        const Formula a = u_.AtomOfTest(from, t);
        const Formula b = u_.InLanguage(to, "of " + std::to_string(from) + " " + std::to_string(t),
                                        *test.language);
        Implies(given, f_.Choose(a, b, f_.Not(b)));
      }
    };
    const auto tests = static_cast<std::uint32_t>(u_.dimensions()[one].tests.size());
    const auto others = static_cast<std::uint32_t>(u_.dimensions()[other].tests.size());
    tie(one, other, tests);
    tie(other, one, others);
  }

  // AUTH-5, for each set of keys that is read.
  void Keys() {
    for (std::uint32_t d = 0; d < u_.dimensions().size(); ++d) {
      const DimensionKey key = u_.dimensions()[d].key;
      const KeyFacts* facts = key.part == Part::kKeys ? u_.KeysOf(key.scope) : nullptr;
      if (facts == nullptr) continue;
      // The hashes stand in the policy: they can always be had.
      Always(f_.Not(Outcome(d, kKeysUnavailable)));
      const Formula verified = Outcome(d, kVerified);
      if (facts->keys.empty()) Always(f_.Not(verified));
      if (const auto consumer = u_.Known({Part::kConsumer, key.scope, ""})) {
        std::vector<std::string> names;
        for (const KeyFacts::Key& one : facts->keys) names.push_back(one.consumer);
        u_.Restrict(*consumer, names);
        Implies(verified, u_.Present(*consumer));
      }
      KeyField(key.scope, d, *facts);
    }
  }

  void KeyField(const std::string& scope, std::uint32_t outcome, const KeyFacts& facts) {
    const DimensionKey key{facts.in_query ? Part::kQuery : Part::kHeader, "", facts.field};
    // A name that not every listener lets through tells where no key can come from.
    const bool told = !facts.in_query && facts.field.find('_') != std::string::npos;
    const bool read = u_.Known(key).has_value();
    if (!told && !read) return;
    const std::uint32_t field = u_.At(key);
    Equal(Outcome(outcome, kNoCredential), f_.Not(u_.Present(field)));
    if (told && !read) Fields();
    const std::set<std::string> texts = u_.dimensions()[field].literals;
    runtime::OpenSslSha256 sha256;
    for (const std::string& text : texts) {
      const auto digest = sha256(text);
      if (!digest) continue;
      const Formula is_it = u_.Equals(field, text);
      const auto found = std::ranges::find_if(
          facts.keys, [&](const KeyFacts::Key& one) { return one.sha256 == *digest; });
      if (found == facts.keys.end()) {
        Implies(is_it, Outcome(outcome, kBadCredential));
        continue;
      }
      Implies(is_it, Outcome(outcome, kVerified));
      const auto consumer = u_.Known({Part::kConsumer, scope, ""});
      if (consumer) Implies(is_it, u_.Equals(*consumer, found->consumer));
    }
  }

  Universe& u_;
  Formulas& f_;
};

}  // namespace

void RelateDerived(Universe& universe) {
  if (universe.related()) return;
  universe.SetRelated();
  Relations relations(universe);
  constexpr int kLast = static_cast<int>(Subject::kUpstreamPath);
  for (int subject = 0; subject <= kLast; ++subject) relations.Of(static_cast<Subject>(subject));
}

std::optional<std::uint32_t> CredentialText(const Universe& universe, Part part,
                                            const std::string& scope) {
  if (part == Part::kJwt) return universe.Known({Part::kHeader, "", "authorization"});
  const KeyFacts* facts = universe.KeysOf(scope);
  if (facts == nullptr) return std::nullopt;
  return universe.Known({facts->in_query ? Part::kQuery : Part::kHeader, "", facts->field});
}

std::string ChainOf(const Universe& universe, const std::vector<Value>& request,
                    std::uint32_t field) {
  const std::string& text = request[field].text;
  const auto client = universe.Known({Part::kClient, "", ""});
  if (!client || universe.trusted_proxies.empty()) return text;
  const syntax::Address& wanted = request[*client].address;
  if (WalkOf(universe, text) == wanted) return text;
  const std::string address = model::AddressText(wanted);
  const Dimension& dimension = universe.dimensions()[field];
  for (const std::string& other : {address, text + ", " + address, address + ", " + text}) {
    Value value;
    value.text = other;
    const bool alike = std::ranges::all_of(dimension.tests, [&](const Test& test) {
      return Universe::Holds(dimension, test, value) ==
             Universe::Holds(dimension, test, request[field]);
    });
    if (alike && WalkOf(universe, other) == wanted) return other;
  }
  return text;
}

Formula LengthAtMost(Universe& universe, std::uint64_t most) {
  const auto field = universe.Known({Part::kHeader, "", "content-length"});
  if (!field) return kTrue;
  const Formula within =
      universe.InLanguage(*field, "at most " + std::to_string(most), NumbersUpTo(most));
  return universe.f.Or(universe.f.Not(universe.Present(*field)), within);
}

}  // namespace weir::compiler
