// Which constructs of the core a policy has: ForEachConstruct gives those that there can
// be, by the types alone, and ForEachPresent those of one policy. A new member of a struct
// is a construct without anybody's doing, so a generator that never draws it is told.
//
// A construct is named by the way to it: "gateways.routes.retry?" is that it is there,
// "gateways.rules[]" that the list is not empty, "gateways.listeners.mtls=2" an enumerator,
// "gateways.routes.action<Redirect>" an alternative; any other member counts when it is
// not what it is by default. Conditions, attributes and path patterns stand at many
// places, and are named by themselves.
#ifndef WEIR_TESTS_SUPPORT_MEMBERS_CENSUS_H_
#define WEIR_TESTS_SUPPORT_MEMBERS_CENSUS_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "tests/support/members/flip.h"

namespace weir::tests {

template <class See>
class Census {
 public:
  // `by_type`: what there can be, whatever the values.
  Census(See& see, bool by_type) : see_(see), by_type_(by_type) {}
  void Run(const syntax::Policy& policy) { Walk("", policy); }

 private:
  template <class T>
  static std::string NameOf(const std::string& key) {
    if constexpr (std::is_same_v<T, syntax::Expression>) return kCondition;
    if constexpr (std::is_same_v<T, syntax::Attribute>) return "attribute";
    if constexpr (std::is_same_v<T, syntax::PathPattern>) return "path";
    return key;
  }

  template <HasMembers T>
  void Walk(const std::string& place, const T& value) {
    if constexpr (std::is_same_v<T, syntax::Expression>) {
      if (by_type_ && seen_condition_) return;
      seen_condition_ = true;
    }
    const std::string key = NameOf<T>(place);
    T held = value, fresh{};
    std::vector<const void*> defaults;
    Members(fresh, [&](std::string_view, auto& member) { defaults.push_back(&member); });
    std::size_t next = 0;
    Members(held, [&]<class M>(std::string_view name, M& member) {
      const M& otherwise = *static_cast<const M*>(defaults[next++]);
      if (name != "node") Member(KeyOf(key, name), member, otherwise);
    });
  }

  template <class M>
  void Member(const std::string& key, const M& member, const M& otherwise) {
    if constexpr (HasMembers<M>) {
      Walk(key, member);
    } else if constexpr (std::is_enum_v<M>) {
      if (by_type_) {
        for (int i = 0; i <= static_cast<int>(Last(M{})); ++i) see_(key + "=" + std::to_string(i));
      } else {
        see_(key + "=" + std::to_string(static_cast<int>(member)));
      }
    } else if constexpr (requires { Last(M{}); }) {
      see_(key);
    } else {
      Value(key, member, otherwise);
    }
  }

  template <class T>
  void Value(const std::string& key, const std::optional<T>& value, const std::optional<T>&) {
    if (!by_type_ && !value) return;
    see_(key + "?");
    Inner(key, value ? *value : T{});
  }
  template <class T>
  void Value(const std::string& key, const std::vector<T>& value, const std::vector<T>&) {
    if (!by_type_ && value.empty()) return;
    see_(key + "[]");
    if (by_type_) Inner(key, T{});
    for (const T& each : value) Inner(key, each);
  }
  template <class... T>
  void Value(const std::string& key, const std::variant<T...>& value, const std::variant<T...>&) {
    (Alternative<T>(key, std::get_if<T>(&value)), ...);
  }
  template <class T>
  void Value(const std::string& key, const syntax::Ref<T>&, const syntax::Ref<T>&) {
    see_(key);
  }
  template <class T>
  void Value(const std::string& key, const T& value, const T& otherwise) {
    if (by_type_ || !(value == otherwise)) see_(key);
  }

  template <class T>
  void Alternative(const std::string& key, const T* held) {
    if (!by_type_ && held == nullptr) return;
    see_(KeyOfAlternative<T>(key));
    Inner(KeyOfAlternative<T>(key), held ? *held : T{});
  }

  // An element of a list, or what an optional or a variant holds. Of plain values that
  // they are there is all that counts.
  template <class T>
  void Inner(const std::string& key, const T& value) {
    if constexpr (HasMembers<T> || std::is_enum_v<T>) {
      Member(key, value, T{});
    } else if constexpr (requires { value.index(); }) {
      Value(key, value, T{});
    }
  }

  See& see_;
  const bool by_type_;
  bool seen_condition_ = false;
};

template <class See>
void ForEachConstruct(See see) {
  Census<See>(see, true).Run(syntax::Policy{});
}

// Some constructs more than once.
template <class See>
void ForEachPresent(const syntax::Policy& policy, See see) {
  Census<See>(see, false).Run(policy);
}

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_MEMBERS_CENSUS_H_
