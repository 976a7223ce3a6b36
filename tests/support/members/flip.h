// Changes each member of a policy in turn: ForEachFlip calls judge(key) while one
// member is changed, and puts it back. ForEachKey gives the keys that there can be,
// by the types alone, so that a test can tell when its policy lacks one.
//
// A key is the way to a member: "gateways.routes.retry". Behind it, "[]" is the
// length of a list, "?" whether an optional is there, "|" which alternative a
// variant holds, and "<Type>" a member of that alternative.
#ifndef WEIR_TESTS_SUPPORT_MEMBERS_FLIP_H_
#define WEIR_TESTS_SUPPORT_MEMBERS_FLIP_H_

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tests/support/members/core_members.h"

#pragma GCC diagnostic push
#ifndef __clang__  // GCC 12 reports it inside std::vector, once all of this is inlined
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
#endif

namespace weir::tests {

template <class T>
concept HasMembers = requires(T& value) { Members(value, [](std::string_view, auto&) {}); };

// The last enumerator of each enum: a flip goes to the next, and from here to the first.
constexpr auto Last(syntax::JwtAlgorithm) { return syntax::JwtAlgorithm::kHS256; }
constexpr auto Last(syntax::SecretSource::Kind) { return syntax::SecretSource::Kind::kUrl; }
constexpr auto Last(syntax::Type) { return syntax::Type::kAbsent; }
constexpr auto Last(syntax::Subject) { return syntax::Subject::kUpstreamPath; }
constexpr auto Last(syntax::Quantifier) { return syntax::Quantifier::kAll; }
constexpr auto Last(syntax::Operator) { return syntax::Operator::kEndsWith; }
constexpr auto Last(syntax::Expression::Kind) { return syntax::Expression::Kind::kPredicate; }
constexpr auto Last(syntax::Listener::Protocol) { return syntax::Listener::Protocol::kHttps; }
constexpr auto Last(syntax::Listener::EncodedSlash) {
  return syntax::Listener::EncodedSlash::kKeep;
}
constexpr auto Last(syntax::Listener::Slashes) { return syntax::Listener::Slashes::kKeep; }
constexpr auto Last(syntax::Listener::Underscores) {
  return syntax::Listener::Underscores::kReject;
}
constexpr auto Last(syntax::Listener::PathParameters) {
  return syntax::Listener::PathParameters::kStrip;
}
constexpr auto Last(syntax::Listener::Reading) { return syntax::Listener::Reading::kFirst; }
constexpr auto Last(syntax::Listener::Mtls) { return syntax::Listener::Mtls::kStrict; }
constexpr auto Last(syntax::Listener::Direction) { return syntax::Listener::Direction::kOutbound; }
constexpr auto Last(syntax::AccessLog::Sink) { return syntax::AccessLog::Sink::kFile; }
constexpr auto Last(syntax::Gateway::Kind) { return syntax::Gateway::Kind::kSidecar; }
constexpr auto Last(syntax::FieldMatch::Source) { return syntax::FieldMatch::Source::kQuery; }
constexpr auto Last(syntax::FieldMatch::Test) { return syntax::FieldMatch::Test::kRegex; }
constexpr auto Last(syntax::PathSegment::Kind) { return syntax::PathSegment::Kind::kWildcard; }
constexpr auto Last(syntax::PathPattern::Kind) { return syntax::PathPattern::Kind::kRegex; }
constexpr auto Last(syntax::HostPattern::Kind) { return syntax::HostPattern::Kind::kSuffix; }
constexpr auto Last(syntax::Transform::Kind) { return syntax::Transform::Kind::kSetHost; }
constexpr auto Last(syntax::Balance::Kind) { return syntax::Balance::Kind::kConsistentHash; }
constexpr auto Last(syntax::Check::Kind) { return syntax::Check::Kind::kTcp; }
constexpr auto Last(syntax::Limit::Store) { return syntax::Limit::Store::kRedis; }
constexpr auto Last(syntax::Limit::StoreDown) { return syntax::Limit::StoreDown::kLocal; }
constexpr auto Last(syntax::OriginPattern::Kind) { return syntax::OriginPattern::Kind::kNull; }
constexpr auto Last(syntax::RetryCause::Kind) { return syntax::RetryCause::Kind::kStatus; }
constexpr auto Last(syntax::AmplificationClaim::Measure) {
  return syntax::AmplificationClaim::Measure::kSustainedLoad;
}
constexpr auto Last(syntax::ExampleOutcome::Kind) {
  return syntax::ExampleOutcome::Kind::kRedirect;
}

template <class T>
constexpr T Next(T value) {
  return value == Last(value) ? T{} : static_cast<T>(static_cast<int>(value) + 1);
}

// How many children a condition has, and how many constants a predicate: whoever reads
// one relies on it, so a flip keeps to it.
constexpr bool Takes(syntax::Expression::Kind kind, std::size_t children) {
  switch (kind) {
    case syntax::Expression::Kind::kTrue:
    case syntax::Expression::Kind::kFalse:
    case syntax::Expression::Kind::kPredicate:
      return children == 0;
    case syntax::Expression::Kind::kNot:
      return children == 1;
    case syntax::Expression::Kind::kAnd:
    case syntax::Expression::Kind::kOr:
      return children >= 2;
  }
  return false;
}
constexpr bool Takes(syntax::Operator op, std::size_t constants) {
  switch (op) {
    case syntax::Operator::kPresent:
      return constants == 0;
    case syntax::Operator::kIn:
      return constants >= 1;
    case syntax::Operator::kEqual:
    case syntax::Operator::kNotEqual:
    case syntax::Operator::kLess:
    case syntax::Operator::kLessEqual:
    case syntax::Operator::kGreater:
    case syntax::Operator::kGreaterEqual:
    case syntax::Operator::kContains:
    case syntax::Operator::kMatches:
    case syntax::Operator::kStartsWith:
    case syntax::Operator::kEndsWith:
      return constants == 1;
  }
  return false;
}

template <class T>
constexpr std::string_view AlternativeName() {
  if constexpr (std::is_same_v<T, std::string>)
    return "string";
  else if constexpr (std::is_same_v<T, std::int64_t>)
    return "integer";
  else if constexpr (std::is_same_v<T, bool>)
    return "boolean";
  else if constexpr (std::is_same_v<T, std::vector<std::string>>)
    return "list";
  else if constexpr (std::is_same_v<T, syntax::Network>)
    return "Network";
  else if constexpr (std::is_same_v<T, syntax::PathPattern>)
    return "PathPattern";
  else if constexpr (std::is_same_v<T, syntax::Regex>)
    return "Regex";
  else if constexpr (std::is_same_v<T, syntax::Attribute>)
    return "Attribute";
  else if constexpr (std::is_same_v<T, syntax::Forward>)
    return "Forward";
  else if constexpr (std::is_same_v<T, syntax::Response>)
    return "Response";
  else if constexpr (std::is_same_v<T, syntax::Redirect>)
    return "Redirect";
  else if constexpr (std::is_same_v<T, syntax::RequestClaim>)
    return "RequestClaim";
  else {
    static_assert(std::is_same_v<T, syntax::AmplificationClaim>);
    return "AmplificationClaim";
  }
}

// Conditions stand at many places and nest without end: their members have keys of
// their own, and where a condition stands it is changed as one.
inline const std::string kCondition = "condition";

inline std::string KeyOf(const std::string& key, std::string_view name) {
  return key.empty() ? std::string(name) : key + "." + std::string(name);
}

template <class T>
std::string KeyOfAlternative(const std::string& key) {
  return key + "<" + std::string(AlternativeName<T>()) + ">";
}

// How many definitions a reference may name.
template <class T>
std::size_t CountOf(const syntax::Policy& policy) {
  if constexpr (std::is_same_v<T, syntax::Service>)
    return policy.services.size();
  else if constexpr (std::is_same_v<T, syntax::Jwt>)
    return policy.jwts.size();
  else if constexpr (std::is_same_v<T, syntax::ApiKeys>)
    return policy.api_keys.size();
  else if constexpr (std::is_same_v<T, syntax::Limit>)
    return policy.limits.size();
  else if constexpr (std::is_same_v<T, syntax::Cors>)
    return policy.cors.size();
  else if constexpr (std::is_same_v<T, syntax::Retry>)
    return policy.retries.size();
  else if constexpr (std::is_same_v<T, syntax::Breaker>)
    return policy.breakers.size();
  else {
    static_assert(std::is_same_v<T, syntax::Gateway>);
    return policy.gateways.size();
  }
}

template <class Judge>
class Flipper {
 public:
  Flipper(syntax::Policy& policy, Judge& judge) : policy_(policy), judge_(judge) {}
  void Run() { Walk("", policy_); }

 private:
  // Judged with `other` in its place.
  template <class T>
  void Try(const std::string& key, T& value, T other) {
    std::swap(value, other);
    judge_(key);
    std::swap(value, other);
  }

  // The next enumerator that goes with so many children or constants, if there is one.
  template <class T>
  void TryNext(const std::string& key, T& value, std::size_t count) {
    T other = Next(value);
    while (!Takes(other, count)) other = Next(other);
    if (other != value) Try(key, value, other);
  }
  // One shorter, or else one longer; not at all where `owner` takes neither.
  template <class T, class Owner>
  void TryCount(const std::string& key, std::vector<T>& value, Owner owner) {
    std::vector<T> other = value;
    if (!value.empty() && Takes(owner, value.size() - 1)) {
      other.erase(other.begin());
    } else if (Takes(owner, value.size() + 1)) {
      other.emplace_back();
    } else {
      return;
    }
    Try(key + "[]", value, std::move(other));
  }

  void Walk(const std::string& key, bool& value) { Try(key, value, !value); }
  template <std::integral T>
  void Walk(const std::string& key, T& value) {
    // Places of listeners, of which the policy has two, must stay places.
    const bool listener = key.ends_with("match.listeners");
    Try(key, value, listener ? T(value ^ 1) : T(value + 1));
  }
  // No bit of a network's base is set below its prefix, which has 128 bits at most.
  void Walk(const std::string& key, syntax::Network& value) {
    Members(value, [&](std::string_view name, auto& member) {
      if (name != "prefix") Walk(KeyOf(key, name), member);
    });
    syntax::Network other = value;
    const bool longest = value.prefix == 128;
    other.prefix = static_cast<std::uint8_t>(longest ? 127 : value.prefix + 1);
    if (longest) other.base.octets[15] &= 0xfe;
    Try(KeyOf(key, "prefix"), value, other);
  }
  template <class T>
    requires std::is_enum_v<T>
  void Walk(const std::string& key, T& value) {
    Try(key, value, Next(value));
  }
  void Walk(const std::string& key, std::string& value) { Try(key, value, value + "x"); }
  // Within the prefix of every network, and outside of the mapping of IPv4.
  template <std::size_t N>
  void Walk(const std::string& key, std::array<std::uint8_t, N>& value) {
    auto other = value;
    other[12] ^= 1;
    Try(key, value, other);
  }
  // Text and tree are one value.
  void Walk(const std::string& key, syntax::Regex& value) {
    syntax::RegexNode x;
    x.kind = syntax::RegexNode::Kind::kSet;
    x.set.set('x');
    syntax::Regex other;
    other.text = value.text + "x";
    other.root.kind = syntax::RegexNode::Kind::kConcat;
    other.root.children = {value.root, x};
    Try(key, value, other);
  }
  template <class T>
  void Walk(const std::string& key, syntax::Ref<T>& value) {
    const auto count = static_cast<std::uint32_t>(CountOf<T>(policy_));
    Try(key, value, {(value.index + 1) % count});
  }
  void Walk(const std::string& key, syntax::Expression& value) {
    syntax::Expression other;
    other.kind = syntax::Expression::Kind::kNot;
    other.children = {value};
    if (key != kCondition) Try(key, value, other);
    Members(value, [&](std::string_view name, auto& member) {
      const std::string key_of_member = KeyOf(kCondition, name);
      using Member = std::remove_cvref_t<decltype(member)>;
      if constexpr (std::is_same_v<Member, syntax::Expression::Kind>) {
        TryNext(key_of_member, member, value.children.size());
      } else if constexpr (std::is_same_v<Member, std::vector<syntax::Expression>>) {
        TryCount(key_of_member, member, value.kind);
        for (syntax::Expression& child : member) Walk(kCondition, child);
      } else {
        Walk(key_of_member, member);
      }
    });
  }
  void Walk(const std::string& key, syntax::Predicate& value) {
    Members(value, [&](std::string_view name, auto& member) {
      using Member = std::remove_cvref_t<decltype(member)>;
      if constexpr (std::is_same_v<Member, syntax::Operator>) {
        TryNext(KeyOf(key, name), member, value.constants.size());
      } else if constexpr (std::is_same_v<Member, std::vector<syntax::Constant>>) {
        TryCount(KeyOf(key, name), member, value.op);
        for (syntax::Constant& constant : member) Walk(KeyOf(key, name), constant);
      } else {
        Walk(KeyOf(key, name), member);
      }
    });
  }
  template <HasMembers T>
  void Walk(const std::string& key, T& value) {
    Members(value, [&](std::string_view name, auto& member) { Walk(KeyOf(key, name), member); });
  }
  template <class T>
  void Walk(const std::string& key, std::optional<T>& value) {
    Try(key + "?", value, value ? std::optional<T>() : std::optional<T>(T{}));
    if (value) Walk(key, *value);
  }
  // One shorter; but lists that other members name places of get one more, so that
  // what is named stays there.
  template <class T>
  void Walk(const std::string& key, std::vector<T>& value) {
    constexpr bool kListener = std::is_same_v<T, syntax::Listener>;
    std::vector<T> other = value;
    if (value.empty())
      other.emplace_back();
    else if (kListener || key.find('.') == std::string::npos)
      other.push_back(value.front());
    else
      other.erase(other.begin());
    Try(key + "[]", value, other);
    for (T& element : value) Walk(key, element);
  }
  template <class... T>
  void Walk(const std::string& key, std::variant<T...>& value) {
    using Variant = std::variant<T...>;
    std::vector<Variant> others;
    (others.emplace_back(T{}), ...);
    Try(key + "|", value, others[(value.index() + 1) % others.size()]);
    std::visit([&]<class U>(U& held) { Walk(KeyOfAlternative<U>(key), held); }, value);
  }

  syntax::Policy& policy_;
  Judge& judge_;
};

template <class Judge>
void ForEachFlip(syntax::Policy& policy, Judge judge) {
  Flipper<Judge>(policy, judge).Run();
}

template <class See>
class KeyWalk {
 public:
  explicit KeyWalk(See& see) : see_(see) {}

  template <class T>
  void Walk(const std::string& key, const T&) {
    T fresh{};
    if constexpr (std::is_same_v<T, syntax::Expression>) {
      see_(key);
      Members(fresh, [&]<class M>(std::string_view name, M& member) {
        if constexpr (std::is_same_v<M, std::vector<syntax::Expression>>)
          see_(kCondition + "." + std::string(name) + "[]");
        else
          Walk(KeyOf(kCondition, name), member);
      });
    } else if constexpr (HasMembers<T>) {
      Members(fresh, [&](std::string_view name, auto& member) { Walk(KeyOf(key, name), member); });
    } else {
      see_(key);
    }
  }
  template <class T>
  void Walk(const std::string& key, const std::optional<T>&) {
    see_(key + "?");
    Walk(key, T{});
  }
  template <class T>
  void Walk(const std::string& key, const std::vector<T>&) {
    see_(key + "[]");
    Walk(key, T{});
  }
  template <class... T>
  void Walk(const std::string& key, const std::variant<T...>&) {
    see_(key + "|");
    (Walk(KeyOfAlternative<T>(key), T{}), ...);
  }

 private:
  See& see_;
};

template <class See>
void ForEachKey(See see) {
  KeyWalk<See>(see).Walk("", syntax::Policy{});
}

}  // namespace weir::tests

#pragma GCC diagnostic pop

#endif  // WEIR_TESTS_SUPPORT_MEMBERS_FLIP_H_
