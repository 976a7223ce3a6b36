#include "compiler/encode/table_expression.h"

#include <optional>
#include <vector>

#include "compiler/encode/languages.h"
#include "compiler/encode/table_match.h"

namespace weir::compiler {
namespace {

using runtime::AttributeRecord;
using runtime::AttributeSubject;
using runtime::AttributeType;
using runtime::ConstantKind;
using runtime::ConstantRecord;
using runtime::ExpressionKind;
using runtime::ExpressionRecord;
using runtime::OperatorKind;
using runtime::QuantifierKind;
using runtime::TableView;

struct Language {
  std::string name;
  Dfa dfa;
};

class Reader {
 public:
  Reader(Universe& u, const TableView& table, std::uint32_t route, const RulePlace& place)
      : u_(u), table_(table), route_(route), place_(place) {}

  Formula Of(std::uint32_t expression) {
    const ExpressionRecord& record = table_.expressions()[expression];
    std::vector<Formula> parts;
    for (std::uint32_t i = 0; i < record.children.count; ++i) {
      parts.push_back(Of(record.children.first + i));
    }
    switch (record.kind) {
      case ExpressionKind::kTrue:
        return kTrue;
      case ExpressionKind::kFalse:
        return kFalse;
      case ExpressionKind::kNot:
        return u_.f.Not(parts[0]);
      case ExpressionKind::kAnd:
        return u_.f.And(std::move(parts));
      case ExpressionKind::kOr:
        return u_.f.Or(std::move(parts));
      case ExpressionKind::kPredicate:
        return Predicate(record);
    }
    return kFalse;
  }

 private:
  std::span<const ConstantRecord> Constants(const ExpressionRecord& record) const {
    return TableView::Slice(table_.constants(), record.constants);
  }

  // What the value is, and whether it is there at all under this route.
  struct Subject {
    std::uint32_t dimension = 0;
    Formula there = kTrue;  // besides its own presence
  };

  Formula Predicate(const ExpressionRecord& record) {
    const AttributeRecord& attribute = table_.attributes()[record.attribute];
    const std::string name(table_.text(attribute.name));
    const auto text = [&](Part part, const std::string& of) {
      return Text(record, {u_.At({part, "", of}), kTrue});
    };
    switch (attribute.subject) {
      case AttributeSubject::kClientAddress:
        return Address(record);
      case AttributeSubject::kListenerPort:
      case AttributeSubject::kScheme:
        return Listener(record, attribute.subject);
      case AttributeSubject::kMethod:
        return text(Part::kMethod, "");
      case AttributeSubject::kHost:
        return text(Part::kHost, "");
      case AttributeSubject::kPath:
        return text(Part::kPath, "");
      case AttributeSubject::kHeader:
        return text(Part::kHeader, name);
      case AttributeSubject::kQuery:
        return text(Part::kQuery, name);
      case AttributeSubject::kCookie:
        return text(Part::kCookie, name);
      case AttributeSubject::kPeer:
        return text(Part::kPeer, "");
      case AttributeSubject::kJwtVerified:
        return Verified(record);
      case AttributeSubject::kJwtClaim:
        return Claim(record, attribute, name);
      case AttributeSubject::kConsumer:
        return Consumer(record);
      case AttributeSubject::kCapture:
        return Capture(record, name);
      case AttributeSubject::kRoute:
        break;
    }
    u_.SetProblem("an expression of the table reads 'route', which is only a limit's key");
    return kFalse;
  }

  Formula HasCredential(const std::optional<std::string>& scope, Part part) {
    return scope ? u_.Is(u_.At({part, *scope, ""}), kVerified) : kFalse;
  }

  Formula Address(const ExpressionRecord& record) {
    if (record.op == OperatorKind::kPresent) return kTrue;
    std::vector<Formula> any;
    for (const ConstantRecord& constant : Constants(record)) {
      if (constant.kind != ConstantKind::kNetwork) continue;
      any.push_back(u_.InNetwork(u_.At({Part::kClient, "", ""}),
                                 TableNetwork(table_.networks()[constant.index])));
    }
    const Formula in = u_.f.Or(std::move(any));
    return record.op == OperatorKind::kNotEqual ? u_.f.Not(in) : in;
  }

  Formula Listener(const ExpressionRecord& record, AttributeSubject subject) {
    if (subject == AttributeSubject::kScheme) {
      if (record.op == OperatorKind::kPresent) return kTrue;
      const auto language = LanguageOf(record);
      return u_.SchemePasses(language && language->dfa.Matches("http"),
                             language && language->dfa.Matches("https"));
    }
    std::vector<bool> passing;
    for (const ListenerFacts& facts : u_.listeners()) {
      bool passes = record.op == OperatorKind::kPresent;
      if (!passes) {
        for (const ConstantRecord& constant : Constants(record)) {
          passes |= constant.kind == ConstantKind::kInteger &&
                    Compare(record.op, facts.port, constant.integer);
        }
      }
      passing.push_back(passes);
    }
    return u_.Chosen(u_.At({Part::kListener, "", ""}), std::move(passing));
  }

  static bool Compare(OperatorKind op, std::int64_t a, std::int64_t b) {
    switch (op) {
      case OperatorKind::kEqual:
      case OperatorKind::kIn:
        return a == b;
      case OperatorKind::kNotEqual:
        return a != b;
      case OperatorKind::kLess:
        return a < b;
      case OperatorKind::kLessEqual:
        return a <= b;
      case OperatorKind::kGreater:
        return a > b;
      case OperatorKind::kGreaterEqual:
        return a >= b;
      default:
        return false;
    }
  }

  std::optional<Language> LanguageOf(const ExpressionRecord& record) {
    const auto constants = Constants(record);
    if (constants.empty()) return std::nullopt;
    const ConstantRecord& first = constants[0];
    if (record.op == OperatorKind::kMatches) {
      if (first.kind != ConstantKind::kDfa) return std::nullopt;
      return Language{"dfa " + std::to_string(first.index), TableDfa(table_, first.index)};
    }
    if (first.kind != ConstantKind::kString) return std::nullopt;
    const std::string text(table_.text(first.text));
    switch (record.op) {
      case OperatorKind::kEqual:
      case OperatorKind::kContains:
        return Language{"=" + text, ExactText(text)};
      case OperatorKind::kNotEqual:
        return Language{"!" + text, NotIn(ExactText(text))};
      case OperatorKind::kStartsWith:
        return Language{"^" + text, Prefixed(text)};
      case OperatorKind::kEndsWith:
        return Language{"$" + text, Suffixed(text)};
      case OperatorKind::kIn: {
        std::vector<std::string> texts;
        std::string name = "in";
        for (const ConstantRecord& constant : constants) {
          if (constant.kind != ConstantKind::kString) continue;
          texts.emplace_back(table_.text(constant.text));
          name += " " + std::to_string(texts.back().size()) + ":" + texts.back();
        }
        return Language{name, AnyOfTexts(texts)};
      }
      default:
        return std::nullopt;
    }
  }

  Formula Text(const ExpressionRecord& record, Subject subject) {
    const std::uint32_t d = subject.dimension;
    if (record.quantifier != QuantifierKind::kScalar) {
      return u_.f.And(subject.there, Elements(record, d));
    }
    if (record.op == OperatorKind::kPresent) return u_.f.And(subject.there, u_.Present(d));
    if (record.op == OperatorKind::kMatches && Constants(record)[0].kind == ConstantKind::kPath) {
      return u_.f.And(subject.there, TablePath(u_, table_, Constants(record)[0].index));
    }
    const auto language = LanguageOf(record);
    if (!language) return kFalse;
    return u_.f.And(subject.there, u_.InLanguage(d, language->name, language->dfa));
  }

  // Over the elements of a text: `any` stops at one that passes, `all` at one
  // that does not, and neither holds without an element.
  Formula Elements(const ExpressionRecord& record, std::uint32_t d) {
    const Formula some = u_.InLanguage(d, "some element", SomeElement(AllStrings()));
    if (record.op == OperatorKind::kPresent) return some;
    const auto language = LanguageOf(record);
    if (!language) return kFalse;
    if (record.quantifier == QuantifierKind::kAny) {
      return u_.InLanguage(d, "some element " + language->name, SomeElement(language->dfa));
    }
    const Formula fails =
        u_.InLanguage(d, "some element not " + language->name, SomeElement(NotIn(language->dfa)));
    return u_.f.And(some, u_.f.Not(fails));
  }

  Formula Verified(const ExpressionRecord& record) {
    if (record.op == OperatorKind::kPresent) return kTrue;
    const Formula verified = HasCredential(place_.jwt, Part::kJwt);
    std::vector<Formula> any;
    for (const ConstantRecord& constant : Constants(record)) {
      if (constant.kind != ConstantKind::kBoolean) continue;
      const bool wanted = (constant.integer != 0) != (record.op == OperatorKind::kNotEqual);
      any.push_back(wanted ? verified : u_.f.Not(verified));
    }
    return u_.f.Or(std::move(any));
  }

  static Part PartOf(AttributeType type) {
    switch (type) {
      case AttributeType::kInteger:
        return Part::kIntegerClaim;
      case AttributeType::kBoolean:
        return Part::kBooleanClaim;
      case AttributeType::kStringList:
        return Part::kListClaim;
      case AttributeType::kString:
      case AttributeType::kAddress:
        return Part::kTextClaim;
    }
    return Part::kTextClaim;
  }

  Formula Claim(const ExpressionRecord& record, const AttributeRecord& attribute,
                const std::string& name) {
    const auto claim = place_.claims.find({name, PartOf(attribute.type)});
    if (!place_.jwt || claim == place_.claims.end()) return kFalse;
    const Formula verified = HasCredential(place_.jwt, Part::kJwt);
    const std::uint32_t d = u_.At({claim->second.part, *place_.jwt, claim->second.member});
    switch (claim->second.part) {
      case Part::kIntegerClaim:
      case Part::kBooleanClaim:
        return u_.f.And(verified, Number(record, d));
      case Part::kListClaim:
      case Part::kWordsClaim:
        return u_.f.And(verified, List(record, d));
      default:
        return Text(record, {d, verified});
    }
  }

  Formula Number(const ExpressionRecord& record, std::uint32_t d) {
    const Formula present = u_.Present(d);
    if (record.op == OperatorKind::kPresent) return present;
    const bool boolean = u_.dimensions()[d].domain == Domain::kBoolean;
    std::vector<Formula> any;
    for (const ConstantRecord& constant : Constants(record)) {
      if (constant.kind != (boolean ? ConstantKind::kBoolean : ConstantKind::kInteger)) continue;
      // A boolean is asked as the number 1, here and in the source's encoding.
      const Formula one = boolean ? u_.IsTrue(d) : u_.IntegerEquals(d, constant.integer);
      const Formula equal =
          boolean && constant.integer == 0 ? u_.f.And(present, u_.f.Not(one)) : one;
      const Formula less = boolean ? kFalse : u_.IntegerLess(d, constant.integer);
      switch (record.op) {
        case OperatorKind::kEqual:
        case OperatorKind::kIn:
          any.push_back(equal);
          break;
        case OperatorKind::kNotEqual:
          any.push_back(u_.f.And(present, u_.f.Not(equal)));
          break;
        case OperatorKind::kLess:
          any.push_back(less);
          break;
        case OperatorKind::kLessEqual:
          any.push_back(u_.f.Or(less, equal));
          break;
        case OperatorKind::kGreater:
          any.push_back(u_.f.And({present, u_.f.Not(less), u_.f.Not(equal)}));
          break;
        case OperatorKind::kGreaterEqual:
          any.push_back(u_.f.And(present, u_.f.Not(less)));
          break;
        default:
          break;
      }
    }
    return u_.f.Or(std::move(any));
  }

  Formula List(const ExpressionRecord& record, std::uint32_t d) {
    const bool scalar = record.quantifier == QuantifierKind::kScalar;
    const Formula some = u_.InLanguage(d, "any", AllStrings());
    if (record.op == OperatorKind::kPresent) return scalar ? u_.Present(d) : some;
    if (scalar && record.op != OperatorKind::kContains) return kFalse;
    const auto language = LanguageOf(record);
    if (!language) return kFalse;
    if (record.quantifier != QuantifierKind::kAll) {
      return u_.InLanguage(d, language->name, language->dfa);
    }
    return u_.f.And(some,
                    u_.f.Not(u_.InLanguage(d, "not " + language->name, NotIn(language->dfa))));
  }

  Formula Consumer(const ExpressionRecord& record) {
    if (!place_.keys) return kFalse;
    return Text(record, {u_.At({Part::kConsumer, *place_.keys, ""}),
                         HasCredential(place_.keys, Part::kKeys)});
  }

  // CaptureOf: the first path of the route that matches has the captures.
  Formula Capture(const ExpressionRecord& record, const std::string& name) {
    const runtime::Range paths = table_.routes()[route_].paths;
    std::vector<Formula> any;
    Formula none_before = kTrue;
    for (std::uint32_t i = 0; i < paths.count; ++i) {
      const Formula matches = TablePath(u_, table_, paths.first + i);
      any.push_back(u_.f.And({none_before, matches, Segment(record, paths.first + i, name)}));
      none_before = u_.f.And(none_before, u_.f.Not(matches));
    }
    return u_.f.Or(std::move(any));
  }

  Formula Segment(const ExpressionRecord& record, std::uint32_t path, const std::string& name) {
    const auto segments = TableView::Slice(table_.segments(), table_.paths()[path].segments);
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (table_.text(segments[i].capture) != name) continue;
      if (record.op == OperatorKind::kPresent) return kTrue;
      const auto language = LanguageOf(record);
      if (!language) return kFalse;
      return u_.InLanguage(u_.At({Part::kPath, "", ""}),
                           "segment " + std::to_string(i) + " " + language->name,
                           SegmentIn(i, language->dfa));
    }
    return kFalse;
  }

  Universe& u_;
  const TableView& table_;
  std::uint32_t route_;
  const RulePlace& place_;
};

}  // namespace

Formula EncodeTableExpression(Universe& universe, const TableView& table, std::uint32_t expression,
                              std::uint32_t route, const RulePlace& place) {
  return Reader(universe, table, route, place).Of(expression);
}

}  // namespace weir::compiler
