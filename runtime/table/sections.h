// The sections that a table may hold. One row is one section: an array of one
// record type under a name. The writer's and the reader's members, the directory,
// its checks, the walk over all records and the table in FORMAT.md all follow from
// the rows, so a new section is one row here and one Check() of its records.
//
// A new section leaves the others as they are. An absent section is an empty one,
// so an empty one must mean what tables meant before there was the section. A
// change of a record raises the version in its row.
#ifndef WEIR_RUNTIME_TABLE_SECTIONS_H_
#define WEIR_RUNTIME_TABLE_SECTIONS_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include "runtime/table/records.h"

namespace weir::runtime {

// Of the head, the directory and the index; a record's change raises its section's.
inline constexpr std::uint32_t kFormatVersion = 3;

// tag, name, record, version of the record. Texts, the octets of automata and the
// words of automata and index have no structure of their own.
#define WEIR_TABLE_SECTIONS(X)                         \
  X(kText, text_octets, char, 1)                       \
  X(kStrings, strings, StringRef, 1)                   \
  X(kGateway, gateway_section, GatewayRecord, 2)       \
  X(kListeners, listeners, ListenerRecord, 2)          \
  X(kServices, services, ServiceRecord, 1)             \
  X(kEndpoints, endpoints, EndpointRecord, 1)          \
  X(kCalls, calls, CallRecord, 1)                      \
  X(kRoutes, routes, RouteRecord, 2)                   \
  X(kHosts, hosts, HostRecord, 1)                      \
  X(kPaths, paths, PathRecord, 1)                      \
  X(kSegments, segments, SegmentRecord, 1)             \
  X(kFieldMatches, field_matches, FieldMatchRecord, 1) \
  X(kNetworks, networks, NetworkRecord, 1)             \
  X(kAttributes, attributes, AttributeRecord, 1)       \
  X(kExpressions, expressions, ExpressionRecord, 1)    \
  X(kConstants, constants, ConstantRecord, 1)          \
  X(kRules, rules, RuleRecord, 1)                      \
  X(kTransforms, transforms, TransformRecord, 1)       \
  X(kFields, fields, FieldRecord, 1)                   \
  X(kResponses, responses, ResponseRecord, 1)          \
  X(kRedirects, redirects, RedirectRecord, 1)          \
  X(kTargets, targets, TargetRecord, 1)                \
  X(kMirrors, mirrors, MirrorRecord, 1)                \
  X(kLimits, limits, LimitRecord, 1)                   \
  X(kLimitUses, limit_uses, std::uint32_t, 1)          \
  X(kCors, cors, CorsRecord, 1)                        \
  X(kOrigins, origins, OriginRecord, 1)                \
  X(kRetries, retries, RetryRecord, 1)                 \
  X(kRetryCauses, retry_causes, RetryCauseRecord, 1)   \
  X(kBreakers, breakers, BreakerRecord, 1)             \
  X(kJwts, jwts, JwtRecord, 1)                         \
  X(kClaims, claims, ClaimRecord, 1)                   \
  X(kApiKeySets, api_key_sets, ApiKeysRecord, 1)       \
  X(kApiKeys, api_keys, ApiKeyRecord, 1)               \
  X(kDfas, dfas, DfaRecord, 1)                         \
  X(kDfaOctets, dfa_octets, std::uint8_t, 1)           \
  X(kDfaWords, dfa_words, std::uint32_t, 1)            \
  X(kIndexWords, index_words, std::uint32_t, 1)

enum class Section : std::uint32_t {
#define WEIR_SECTION_TAG(tag, name, type, version) tag,
  WEIR_TABLE_SECTIONS(WEIR_SECTION_TAG)
#undef WEIR_SECTION_TAG
};

struct SectionShape {
  std::string_view name;    // as in the directory
  std::string_view record;  // the type's name, for FORMAT.md
  std::uint32_t record_size;
  std::uint32_t version;
};

// By Section.
inline constexpr auto kSectionShapes = std::to_array<SectionShape>({
#define WEIR_SECTION_SHAPE(tag, name, type, version) {#name, #type, sizeof(type), version},
    WEIR_TABLE_SECTIONS(WEIR_SECTION_SHAPE)
#undef WEIR_SECTION_SHAPE
});

inline constexpr std::size_t kSectionCount = kSectionShapes.size();

// The sections by name: the order in a file, whatever the order of the rows.
inline constexpr auto kSectionsByName = [] {
  std::array<std::uint32_t, kSectionCount> order{};
  for (std::uint32_t i = 0; i < kSectionCount; ++i) order[i] = i;
  std::ranges::sort(order, {}, [](std::uint32_t i) { return kSectionShapes[i].name; });
  return order;
}();

#define WEIR_NO_PADDING(tag, name, type, version)                                     \
  static_assert(std::has_unique_object_representations_v<type> && alignof(type) <= 8, \
                "records have no padding: the same policy gives the same octets");
WEIR_TABLE_SECTIONS(WEIR_NO_PADDING)
#undef WEIR_NO_PADDING

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_SECTIONS_H_
