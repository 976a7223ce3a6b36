#include "compiler/encode/expression.h"

#include <limits>
#include <vector>

#include "compiler/automata/product.h"
#include "compiler/encode/languages.h"
#include "compiler/encode/sent_path.h"

namespace weir::compiler {
namespace {

using syntax::Attribute;
using syntax::Constant;
using syntax::Operator;
using syntax::Predicate;
using syntax::Quantifier;
using syntax::Subject;

// The language of texts for which a comparison holds (EXPR-3), with its name.
struct Language {
  std::string name;
  Dfa dfa;
};

class Encoder {
 public:
  Encoder(Universe& universe, const RulePlace& place) : u_(universe), place_(place) {}

  Formula Of(const syntax::Expression& expression) {
    using Kind = syntax::Expression::Kind;
    std::vector<Formula> parts;
    switch (expression.kind) {
      case Kind::kTrue:
        return kTrue;
      case Kind::kFalse:
        return kFalse;
      case Kind::kPredicate:
        return OfPredicate(expression.predicate);
      case Kind::kNot:
        return u_.f.Not(Of(expression.children[0]));
      case Kind::kAnd:
      case Kind::kOr:
        for (const auto& child : expression.children) parts.push_back(Of(child));
        return expression.kind == Kind::kAnd ? u_.f.And(parts) : u_.f.Or(parts);
    }
    return kFalse;
  }

 private:
  // A claim or consumer counts only under a verified credential.
  Formula Verified(const std::optional<std::string>& scope, Part part) {
    return scope ? u_.Is(u_.At({part, *scope, ""}), kVerified) : kFalse;
  }

  Formula OfPredicate(const Predicate& p) {
    switch (p.attribute.subject) {
      case Subject::kClientAddress:
        return OfAddress(p);
      case Subject::kListenerPort:
      case Subject::kScheme:
        return OfListener(p);
      case Subject::kMethod:
        return OfText(p, u_.At({Part::kMethod, "", ""}));
      case Subject::kHost:
        return OfText(p, u_.At({Part::kHost, "", ""}));
      case Subject::kPath:
        return OfText(p, u_.At({Part::kPath, "", ""}));
      case Subject::kHeader:
        return OfText(p, u_.At({Part::kHeader, "", p.attribute.name}));
      case Subject::kQuery:
        return OfText(p, u_.At({Part::kQuery, "", p.attribute.name}));
      case Subject::kCookie:
        return OfText(p, u_.At({Part::kCookie, "", p.attribute.name}));
      case Subject::kPeer:
        return OfText(p, u_.At({Part::kPeer, "", ""}));
      case Subject::kJwtVerified:
        return OfVerified(p);
      case Subject::kJwtClaim:
        return OfClaim(p);
      case Subject::kConsumer:
        return OfConsumer(p);
      case Subject::kCapture:
        return OfCapture(p);
      case Subject::kUpstreamPath:
        return OfUpstreamPath(p);
      case Subject::kRoute:
        break;  // a limit's key only; the resolver refuses it here
    }
    u_.SetProblem("an expression reads 'route', which is only a limit's key");
    return kFalse;
  }

  Formula OfAddress(const Predicate& p) {
    if (p.op == Operator::kPresent) return kTrue;
    const std::uint32_t client = u_.At({Part::kClient, "", ""});
    std::vector<Formula> any;
    for (const Constant& constant : p.constants) {
      const auto* network = std::get_if<syntax::Network>(&constant);
      if (network != nullptr) any.push_back(u_.InNetwork(client, *network));
    }
    const Formula in = u_.f.Or(any);
    return p.op == Operator::kNotEqual ? u_.f.Not(in) : in;
  }

  // The port follows from the listener: each is asked in turn. So does the scheme, unless a
  // trusted proxy says another.
  Formula OfListener(const Predicate& p) {
    if (p.attribute.subject == Subject::kScheme) {
      return u_.SchemePasses(TextHolds(p, "http"), TextHolds(p, "https"));
    }
    const std::uint32_t listener = u_.At({Part::kListener, "", ""});
    std::vector<bool> passing;
    for (const ListenerFacts& facts : u_.listeners())
      passing.push_back(IntegerHolds(p, facts.port));
    return u_.Chosen(listener, passing);
  }

  static bool IntegerHolds(const Predicate& p, std::int64_t value) {
    if (p.op == Operator::kPresent) return true;
    bool some = false;
    for (const Constant& constant : p.constants) {
      const auto* other = std::get_if<std::int64_t>(&constant);
      if (other == nullptr) continue;
      switch (p.op) {
        case Operator::kEqual:
        case Operator::kIn:
          some |= value == *other;
          break;
        case Operator::kNotEqual:
          some |= value != *other;
          break;
        case Operator::kLess:
          some |= value < *other;
          break;
        case Operator::kLessEqual:
          some |= value <= *other;
          break;
        case Operator::kGreater:
          some |= value > *other;
          break;
        case Operator::kGreaterEqual:
          some |= value >= *other;
          break;
        default:
          break;
      }
    }
    return some;
  }

  bool TextHolds(const Predicate& p, const std::string& text) {
    if (p.op == Operator::kPresent) return true;
    const auto language = LanguageOf(p);
    return language && language->dfa.Matches(text);
  }

  // Nothing when the comparison cannot hold of a text, or is over budget.
  std::optional<Language> LanguageOf(const Predicate& p) {
    if (p.op == Operator::kMatches) return PatternLanguage(p.constants[0]);
    std::vector<std::string> texts;
    for (const Constant& constant : p.constants) {
      if (const auto* text = std::get_if<std::string>(&constant)) texts.push_back(*text);
    }
    if (texts.empty()) return std::nullopt;
    switch (p.op) {
      case Operator::kEqual:
      case Operator::kContains:
        return Language{"=" + texts[0], ExactText(texts[0])};
      case Operator::kNotEqual:
        return Language{"!" + texts[0], NotIn(ExactText(texts[0]))};
      case Operator::kStartsWith:
        return Language{"^" + texts[0], Prefixed(texts[0])};
      case Operator::kEndsWith:
        return Language{"$" + texts[0], Suffixed(texts[0])};
      case Operator::kIn: {
        std::string name = "in";
        for (const std::string& text : texts) {
          name += " " + std::to_string(text.size()) + ":" + text;
        }
        return Language{name, AnyOfTexts(texts)};
      }
      default:
        return std::nullopt;
    }
  }

  std::optional<Language> PatternLanguage(const Constant& constant) {
    std::optional<Dfa> dfa;
    std::string text;
    if (const auto* pattern = std::get_if<syntax::PathPattern>(&constant)) {
      dfa = CompilePath(*pattern);
      text = PatternName(*pattern);
    } else if (const auto* regex = std::get_if<syntax::Regex>(&constant)) {
      dfa = CompileRegex(regex->root);
      text = "~" + regex->text;
    }
    if (dfa) return Language{text, *std::move(dfa)};
    u_.SetProblem("the automaton of " + text + " is over budget");
    return std::nullopt;
  }

  Formula OfText(const Predicate& p, std::uint32_t dimension) {
    if (p.quantifier != Quantifier::kScalar) return OfElements(p, dimension);
    if (p.op == Operator::kPresent) return u_.Present(dimension);
    const auto language = LanguageOf(p);
    if (!language) return kFalse;
    for (const Constant& constant : p.constants) {
      if (const auto* text = std::get_if<std::string>(&constant))
        u_.AddLiterals(dimension, {*text});
    }
    return u_.InLanguage(dimension, language->name, language->dfa);
  }

  // `any of` and `all of` over a header's elements (EXPR-4): all hold when one
  // is there and none is outside the language.
  Formula OfElements(const Predicate& p, std::uint32_t dimension) {
    const bool any = p.quantifier == Quantifier::kAny;
    const Formula some = u_.InLanguage(dimension, "some element", SomeElement(AllStrings()));
    if (p.op == Operator::kPresent) return some;
    const auto language = LanguageOf(p);
    if (!language) return kFalse;
    if (any) {
      return u_.InLanguage(dimension, "some element " + language->name, SomeElement(language->dfa));
    }
    const Formula outside = u_.InLanguage(dimension, "some element not " + language->name,
                                          SomeElement(NotIn(language->dfa)));
    return u_.f.And(some, u_.f.Not(outside));
  }

  Formula OfVerified(const Predicate& p) {
    const Formula verified = Verified(place_.jwt, Part::kJwt);
    if (p.op == Operator::kPresent) return kTrue;
    bool wanted = true;
    if (!p.constants.empty()) {
      if (const auto* constant = std::get_if<bool>(&p.constants[0])) wanted = *constant;
    }
    if (p.op == Operator::kNotEqual) wanted = !wanted;
    return wanted ? verified : u_.f.Not(verified);
  }

  Formula OfClaim(const Predicate& p) {
    if (!place_.jwt) return kFalse;
    const Formula verified = Verified(place_.jwt, Part::kJwt);
    const auto claim = place_.claims.find({p.attribute.name, ClaimPart(p.attribute.type)});
    if (claim == place_.claims.end()) return kFalse;
    const auto& [part, member] = claim->second;
    const std::uint32_t at = u_.At({part, *place_.jwt, member});
    switch (part) {
      case Part::kIntegerClaim:
        return u_.f.And(verified, OfInteger(p, at));
      case Part::kBooleanClaim:
        return u_.f.And(verified, OfBoolean(p, at));
      case Part::kListClaim:
      case Part::kWordsClaim:
        return u_.f.And(verified, OfList(p, at));
      default:
        return u_.f.And(verified, OfText(p, at));
    }
  }

  Formula OfInteger(const Predicate& p, std::uint32_t dimension) {
    if (p.op == Operator::kPresent) return u_.Present(dimension);
    const Formula present = u_.Present(dimension);
    std::vector<Formula> any;
    for (const Constant& constant : p.constants) {
      const auto* other = std::get_if<std::int64_t>(&constant);
      if (other == nullptr) continue;
      const Formula equal = u_.IntegerEquals(dimension, *other);
      const Formula less = u_.IntegerLess(dimension, *other);
      switch (p.op) {
        case Operator::kEqual:
        case Operator::kIn:
          any.push_back(equal);
          break;
        case Operator::kNotEqual:
          any.push_back(u_.f.And(present, u_.f.Not(equal)));
          break;
        case Operator::kLess:
          any.push_back(less);
          break;
        case Operator::kLessEqual:
          any.push_back(u_.f.Or(less, equal));
          break;
        case Operator::kGreater:
          any.push_back(u_.f.And(present, u_.f.Not(u_.f.Or(less, equal))));
          break;
        case Operator::kGreaterEqual:
          any.push_back(u_.f.And(present, u_.f.Not(less)));
          break;
        default:
          break;
      }
    }
    return u_.f.Or(any);
  }

  Formula OfBoolean(const Predicate& p, std::uint32_t dimension) {
    const Formula present = u_.Present(dimension);
    if (p.op == Operator::kPresent) return present;
    std::vector<Formula> any;
    for (const Constant& constant : p.constants) {
      const auto* wanted = std::get_if<bool>(&constant);
      if (wanted == nullptr) continue;
      const bool is = *wanted != (p.op == Operator::kNotEqual);
      const Formula truth = u_.IsTrue(dimension);
      any.push_back(is ? truth : u_.f.And(present, u_.f.Not(truth)));
    }
    return u_.f.Or(any);
  }

  Formula OfList(const Predicate& p, std::uint32_t dimension) {
    const Formula some = u_.InLanguage(dimension, "any", AllStrings());
    if (p.op == Operator::kPresent) {
      return p.quantifier == Quantifier::kScalar ? u_.Present(dimension) : some;
    }
    const auto language = LanguageOf(p);
    if (!language) return kFalse;
    if (p.quantifier == Quantifier::kScalar && p.op != Operator::kContains) return kFalse;
    if (p.quantifier != Quantifier::kAll) {
      return u_.InLanguage(dimension, language->name, language->dfa);
    }
    const Formula outside = u_.InLanguage(dimension, "not " + language->name, NotIn(language->dfa));
    return u_.f.And(some, u_.f.Not(outside));
  }

  Formula OfConsumer(const Predicate& p) {
    if (!place_.keys) return kFalse;
    return u_.f.And(Verified(place_.keys, Part::kKeys),
                    OfText(p, u_.At({Part::kConsumer, *place_.keys, ""})));
  }

  // The captures are those of the first path of the match that matches.
  Formula OfCapture(const Predicate& p) {
    if (place_.match == nullptr) return kFalse;
    const std::uint32_t path = u_.At({Part::kPath, "", ""});
    Formula result = kFalse;
    const auto& patterns = place_.match->paths;
    for (auto pattern = patterns.rbegin(); pattern != patterns.rend(); ++pattern) {
      const Formula matches = MatchesPattern(u_, path, *pattern);
      result = u_.f.Choose(matches, InSegment(p, path, *pattern), result);
    }
    return result;
  }

  Formula InSegment(const Predicate& p, std::uint32_t path, const syntax::PathPattern& pattern) {
    Formula result = kFalse;
    for (std::size_t i = 0; i < pattern.segments.size(); ++i) {
      if (pattern.segments[i].capture != p.attribute.name) continue;
      if (p.op == Operator::kPresent) {
        result = kTrue;
      } else if (const auto language = LanguageOf(p)) {
        result = u_.InLanguage(path, "segment " + std::to_string(i) + " " + language->name,
                               SegmentIn(i, language->dfa));
      }
    }
    return result;
  }

  Formula OfUpstreamPath(const Predicate& p) {
    if (p.op == Operator::kPresent) return kTrue;
    const auto language = LanguageOf(p);
    if (!language || place_.match == nullptr || place_.request == nullptr) return kFalse;
    return SentPathIn(u_, *place_.match, *place_.request, language->name, language->dfa);
  }

  Universe& u_;
  const RulePlace& place_;
};

}  // namespace

std::string PatternName(const syntax::PathPattern& pattern) {
  if (pattern.kind == syntax::PathPattern::Kind::kRegex) return "~" + pattern.regex.text;
  std::string name = "path ";
  for (const auto& segment : pattern.segments) {
    name += segment.kind == syntax::PathSegment::Kind::kLiteral ? "/=" + segment.literal : "/*";
  }
  return pattern.rest ? name + "/**" : name;
}

Part ClaimPart(syntax::Type type) {
  switch (type) {
    case syntax::Type::kInteger:
      return Part::kIntegerClaim;
    case syntax::Type::kBoolean:
      return Part::kBooleanClaim;
    case syntax::Type::kStringList:
      return Part::kListClaim;
    case syntax::Type::kString:
    case syntax::Type::kDuration:
    case syntax::Type::kSize:
    case syntax::Type::kAddress:
    case syntax::Type::kNetwork:
    case syntax::Type::kClaims:
    case syntax::Type::kAbsent:
      return Part::kTextClaim;
  }
  return Part::kTextClaim;
}

std::map<std::pair<std::string, Part>, ClaimSource> RegisteredClaims() {
  std::map<std::pair<std::string, Part>, ClaimSource> claims;
  for (const char* name : {"sub", "iss", "jti"}) {
    claims[{name, Part::kTextClaim}] = {Part::kTextClaim, name};
  }
  claims[{"aud", Part::kListClaim}] = {Part::kListClaim, "aud"};
  return claims;
}

Formula Encode(Universe& universe, const syntax::Expression& expression, const RulePlace& place) {
  return Encoder(universe, place).Of(expression);
}

Formula JwtVerified(Universe& universe, const RulePlace& place) {
  if (!place.jwt) return kFalse;
  return universe.Is(universe.At({Part::kJwt, *place.jwt, ""}), kVerified);
}

Formula MatchesPattern(Universe& universe, std::uint32_t path, const syntax::PathPattern& pattern) {
  const auto dfa = CompilePath(pattern);
  if (!dfa) {
    universe.SetProblem("the automaton of the path " + pattern.text + " is over budget");
    return kFalse;
  }
  return universe.InLanguage(path, PatternName(pattern), *dfa);
}

Formula MatchesRegex(Universe& universe, std::uint32_t dimension, const syntax::Regex& regex) {
  const auto dfa = CompileRegex(regex.root);
  if (!dfa) {
    universe.SetProblem("the automaton of ~\"" + regex.text + "\" is over budget");
    return kFalse;
  }
  return universe.InLanguage(dimension, "~" + regex.text, *dfa);
}

}  // namespace weir::compiler
