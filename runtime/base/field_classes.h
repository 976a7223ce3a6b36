// Which fields belong to whom: one table, with a column for each use. The rules are
// FIELD-1 to FIELD-6 of spec/rules/fields.md, whose table a test compares with this one.
//
//   if (kOwnFields.Has(name)) ...          // name in lower case
//   if (kOwnFields.HasInAnyCase(name)) ... // as it was received
#ifndef WEIR_RUNTIME_BASE_FIELD_CLASSES_H_
#define WEIR_RUNTIME_BASE_FIELD_CLASSES_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "runtime/base/ascii.h"

namespace weir {

// The columns.
enum FieldUse : std::uint8_t {
  kNotInRequests = 1,     // FIELD-1: no part of a canonical request
  kNotFromUpstreams = 2,  // FIELD-2: of a response, never passed on
  kOwn = 4,               // FIELD-3: written by the proxy alone
  kFraming = 8,           // FIELD-4: own, also when spelled with '_'
  kForwarding = 16,       // FIELD-5: what proxies say of the client to each other
  kNotInTrailers = 32,    // FIELD-6
};

struct FieldClass {
  std::string_view name;  // in lower case; with '*' at its end, every name that begins so
  std::uint8_t uses;
};

inline constexpr std::uint8_t kOfOneHop =
    kNotInRequests | kNotFromUpstreams | kOwn | kNotInTrailers;
inline constexpr std::uint8_t kOfProxies = kNotInRequests | kNotFromUpstreams | kNotInTrailers;
inline constexpr std::uint8_t kOfFraming = kNotFromUpstreams | kOwn | kFraming | kNotInTrailers;
inline constexpr std::uint8_t kSaidOfClients = kForwarding | kNotInTrailers;

inline constexpr FieldClass kFieldClasses[] = {
    {"connection", kOfOneHop},
    {"host", kOfOneHop},
    {"keep-alive", kOfOneHop},
    {"proxy-connection", kOfOneHop},
    {"te", kOfOneHop},
    {"trailer", kOfOneHop},
    {"upgrade", kOfOneHop},
    {"transfer-encoding", kOfOneHop | kFraming},
    {"content-length", kOfFraming},
    {"expect", kNotFromUpstreams | kOwn | kNotInTrailers},
    {"proxy-authenticate", kOfProxies},
    {"proxy-authorization", kOfProxies},
    {"proxy-authentication-info", kNotFromUpstreams | kNotInTrailers},
    {"forwarded", kSaidOfClients},
    {"x-forwarded-*", kSaidOfClients},
    {"x-real-ip", kSaidOfClients},
    {"x-weir-*", kSaidOfClients},
    {"accept-encoding", kNotInTrailers},
    {"access-control-*", kNotInTrailers},
    {"age", kNotInTrailers},
    {"authorization", kNotInTrailers},
    {"cache-control", kNotInTrailers},
    {"content-*", kNotInTrailers},
    {"cookie", kNotInTrailers},
    {"date", kNotInTrailers},
    {"expires", kNotInTrailers},
    {"if-*", kNotInTrailers},
    {"location", kNotInTrailers},
    {"max-forwards", kNotInTrailers},
    {"origin", kNotInTrailers},
    {"pragma", kNotInTrailers},
    {"proxy-*", kNotInTrailers},
    {"range", kNotInTrailers},
    {"retry-after", kNotInTrailers},
    {"sec-*", kNotInTrailers},
    {"set-cookie", kNotInTrailers},
    {"strict-transport-security", kNotInTrailers},
    {"traceparent", kNotInTrailers},
    {"tracestate", kNotInTrailers},
    {"vary", kNotInTrailers},
    {"via", kNotInTrailers},
    {"warning", kNotInTrailers},
    {"www-authenticate", kNotInTrailers},
    {"x-api-key", kNotInTrailers},
    {"x-client-cert", kNotInTrailers},
    {"x-forwarded*", kNotInTrailers},
    {"x-original-url", kNotInTrailers},
    {"x-real*", kNotInTrailers},
    {"x-request-id", kNotInTrailers},
};

// The names of one column, by length: a look-up compares with a handful.
class FieldSet {
 public:
  constexpr explicit FieldSet(FieldUse use) {
    for (std::size_t length = 0; length + 1 < first_.size(); ++length) {
      first_[length] = static_cast<std::uint8_t>(size_);
      for (const FieldClass& field : kFieldClasses) {
        if ((field.uses & use) == 0 || field.name.ends_with('*')) continue;
        if (field.name.size() == length) names_[size_++] = field.name;
      }
    }
    first_.back() = static_cast<std::uint8_t>(size_);
    for (const FieldClass& field : kFieldClasses) {
      if ((field.uses & use) == 0 || !field.name.ends_with('*')) continue;
      prefixes_[prefix_count_++] = field.name.substr(0, field.name.size() - 1);
    }
  }

  constexpr bool Has(std::string_view lower_name) const {
    return Any(lower_name, [](std::string_view a, std::string_view b) { return a == b; });
  }
  constexpr bool HasInAnyCase(std::string_view name) const { return Any(name, EqualsLower); }
  // The same, with '_' taken for '-' as CGI-like applications take it.
  constexpr bool HasLoosely(std::string_view name) const { return Any(name, EqualsLowerLoosely); }

 private:
  template <class Equal>
  constexpr bool Any(std::string_view name, Equal equal) const {
    if (name.size() + 1 < first_.size()) {
      for (std::size_t i = first_[name.size()]; i < first_[name.size() + 1]; ++i) {
        if (equal(name, names_[i])) return true;
      }
    }
    for (std::size_t i = 0; i < prefix_count_; ++i) {
      if (equal(name.substr(0, prefixes_[i].size()), prefixes_[i])) return true;
    }
    return false;
  }

  static constexpr std::size_t kMost = std::size(kFieldClasses);
  static constexpr std::size_t kLongest = [] {
    std::size_t longest = 0;
    for (const FieldClass& field : kFieldClasses) longest = std::max(longest, field.name.size());
    return longest;
  }();

  std::array<std::string_view, kMost> names_{};
  std::array<std::string_view, kMost> prefixes_{};
  std::array<std::uint8_t, kLongest + 2> first_{};  // by length
  std::size_t size_ = 0;
  std::size_t prefix_count_ = 0;
};

inline constexpr FieldSet kNeverInRequests(kNotInRequests);
inline constexpr FieldSet kNeverFromUpstreams(kNotFromUpstreams);
inline constexpr FieldSet kOwnFields(kOwn);
inline constexpr FieldSet kFramingFields(kFraming);
inline constexpr FieldSet kForwardingFields(kForwarding);
inline constexpr FieldSet kNeverInTrailers(kNotInTrailers);

// FIELD-3 and 4: what no transform and no answer of a policy may write.
constexpr bool IsWrittenByTheProxy(std::string_view name) {
  return kOwnFields.HasInAnyCase(name) || kFramingFields.HasLoosely(name);
}

// Many applications read both '-' and '_' as '_' (CGI's HTTP_X_USER), so to them two
// names that differ only in these are one field.
constexpr bool SpelledAlike(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if ((a[i] == '_' ? '-' : a[i]) != (b[i] == '_' ? '-' : b[i])) return false;
  }
  return true;
}

// FIELD-5. `lower_name` is in lower case.
constexpr bool IsForwardingField(std::string_view lower_name) {
  return kForwardingFields.HasLoosely(lower_name);
}

// FIELD-6. A name with an underscore may be another to the recipient.
constexpr bool MayStandInTrailer(std::string_view name) {
  return name.find('_') == std::string_view::npos && !kNeverInTrailers.HasInAnyCase(name);
}

}  // namespace weir

#endif  // WEIR_RUNTIME_BASE_FIELD_CLASSES_H_
