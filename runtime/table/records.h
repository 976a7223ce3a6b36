// The records of a table file, as they lie in it (FORMAT.md): fixed size,
// little endian, eight-byte aligned, so that a checked file is used as mapped.
//
// A StringRef is a place in the text section, a Range a run of records in the
// section its comment names, an Index a place in it; kNoIndex stands for absent.
// Durations are nanoseconds, sizes octets. The loader checks every reference,
// every enumerator and every bound once, so readers need not.
#ifndef WEIR_RUNTIME_TABLE_RECORDS_H_
#define WEIR_RUNTIME_TABLE_RECORDS_H_

#include <cstdint>

#include "runtime/request/request.h"

namespace weir::runtime {

inline constexpr std::uint32_t kNoIndex = 0xffffffff;

struct StringRef {
  std::uint32_t offset = 0;
  std::uint32_t length = 0;
};

struct Range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

using Index = std::uint32_t;

// Where a row came from in the policy: what `explain` shows.
struct Provenance {
  StringRef file;
  std::uint32_t line = 0;  // from 1; 0: not known
  std::uint32_t column = 0;
};

struct NetworkRecord {
  Address base;
  std::uint32_t prefix = 128;
  std::uint32_t reserved = 0;
};

struct EndpointRecord {
  Address address;
  std::uint32_t port = 0;
  std::uint32_t weight = 1;
};

enum class BalanceKind : std::uint32_t { kRoundRobin, kLeastRequest, kRandom, kConsistentHash };
enum class CheckKind : std::uint32_t { kOff, kHttp, kTcp };

struct CallRecord {
  StringRef callee;
  std::uint32_t times = 1;
  std::uint32_t reserved = 0;
};

struct ServiceRecord {
  StringRef name;
  Range endpoints;     // endpoints
  StringRef dns;       // empty: none
  StringRef file;      // empty: none
  StringRef identity;  // empty: none
  BalanceKind balance = BalanceKind::kRoundRobin;
  Index hash_by = kNoIndex;         // attributes
  std::uint32_t bound_percent = 0;  // of consistent hashing; 0: without end
  std::uint32_t has_pool = 0;
  StringRef affinity_cookie;           // empty: none
  std::int64_t affinity_max_age = -1;  // -1: for the browser's session
  CheckKind check = CheckKind::kOff;
  std::uint32_t check_unhealthy = 3;
  std::uint32_t check_healthy = 2;
  std::uint32_t reserved = 0;
  StringRef check_path;
  std::int64_t check_every = 0;
  std::int64_t check_timeout = 0;
  std::uint32_t pool_connections = 0;
  std::uint32_t pool_pending = 0;
  std::uint32_t pool_requests = 0;
  std::uint32_t pool_requests_per_connection = 0;
  std::uint32_t has_ejection = 0;
  std::uint32_t eject_consecutive_5xx = 0;
  std::uint32_t eject_consecutive_gateway = 0;
  std::uint32_t eject_consecutive_local = 0;
  std::uint32_t eject_success_rate = 0;
  std::uint32_t eject_max_percent = 0;
  std::uint32_t eject_at_least_one = 0;
  std::uint32_t eject_panic_percent = 0;
  std::int64_t eject_every = 0;
  std::int64_t eject_base = 0;
  Range rules;  // rules: the service's own scope
  Range calls;  // calls
};

enum class AttributeSubject : std::uint32_t {
  kClientAddress,
  kListenerPort,
  kScheme,
  kMethod,
  kHost,
  kPath,
  kHeader,
  kQuery,
  kCookie,
  kJwtVerified,
  kJwtClaim,
  kPeer,
  kConsumer,
  kCapture,
  kRoute
};
enum class AttributeType : std::uint32_t { kString, kInteger, kBoolean, kAddress, kStringList };

struct AttributeRecord {
  AttributeSubject subject = AttributeSubject::kMethod;
  AttributeType type = AttributeType::kString;
  StringRef name;
};

enum class ExpressionKind : std::uint32_t { kTrue, kFalse, kNot, kAnd, kOr, kPredicate };
enum class QuantifierKind : std::uint32_t { kScalar, kAny, kAll };
enum class OperatorKind : std::uint32_t {
  kPresent,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kContains,
  kMatches,
  kStartsWith,
  kEndsWith
};

struct ExpressionRecord {
  ExpressionKind kind = ExpressionKind::kTrue;
  QuantifierKind quantifier = QuantifierKind::kScalar;
  OperatorKind op = OperatorKind::kPresent;
  Index attribute = kNoIndex;  // attributes; for kPredicate
  Range children;              // expressions; every child lies before its parent
  Range constants;             // constants
};

enum class ConstantKind : std::uint32_t { kString, kInteger, kBoolean, kNetwork, kPath, kDfa };

struct ConstantRecord {
  ConstantKind kind = ConstantKind::kString;
  Index index = kNoIndex;    // networks, paths or dfas
  StringRef text;            // the string; for the others as written
  std::int64_t integer = 0;  // kInteger; 0 or 1 for kBoolean
};

enum class SegmentKind : std::uint32_t { kLiteral, kWildcard };

struct SegmentRecord {
  SegmentKind kind = SegmentKind::kLiteral;
  std::uint32_t reserved = 0;
  StringRef literal;
  StringRef capture;
};

struct PathRecord {
  Range segments;  // segments; for patterns that are no expression
  std::uint32_t rest = 0;
  Index dfa = kNoIndex;  // dfas; for regular expressions
  StringRef text;
};

// A total automaton over octets; state 0 is the start.
struct DfaRecord {
  Range classes;      // dfa octets: exactly 256, the class of each octet
  Range transitions;  // dfa words: states * class_count next states, by state then class
  Range accepting;    // dfa octets: one for each state, 0 or 1
  std::uint32_t class_count = 0;
  std::uint32_t state_count = 0;
};

enum class HostKind : std::uint32_t { kExact, kSuffix };

struct HostRecord {
  HostKind kind = HostKind::kExact;
  std::uint32_t reserved = 0;
  StringRef name;
};

enum class FieldSource : std::uint32_t { kHeader, kQuery };
enum class FieldTest : std::uint32_t { kPresent, kOneOf, kPrefix, kRegex };

struct FieldMatchRecord {
  FieldSource source = FieldSource::kHeader;
  FieldTest test = FieldTest::kPresent;
  std::uint32_t negated = 0;
  Index dfa = kNoIndex;  // dfas
  StringRef name;
  Range values;  // strings; of a regular expression its text
};

struct RuleRecord {
  std::uint32_t allow = 0;
  Index when = kNoIndex;  // expressions
  Provenance source;
  StringRef text;  // as written, on one line
};

enum class TransformKind : std::uint32_t {
  kStripPrefix,
  kRewritePath,
  kSetHeader,
  kAddHeader,
  kRemoveHeader,
  kSetQuery,
  kRemoveQuery,
  kSetHost
};

struct TransformRecord {
  TransformKind kind = TransformKind::kSetHeader;
  Index attribute = kNoIndex;  // attributes: the value; kNoIndex: `value` is it
  StringRef name;
  StringRef value;
};

// A response has at most this many headers of its own.
inline constexpr std::uint32_t kMaxResponseHeaders = 32;

struct FieldRecord {
  StringRef name;
  StringRef value;
};

struct ResponseRecord {
  std::uint32_t status = 404;
  std::uint32_t reserved = 0;
  StringRef body;
  Range headers;  // fields
};

struct RedirectRecord {
  std::uint32_t status = 302;
  std::uint32_t port = 0;  // 0: the request's own
  StringRef scheme;        // empty: the request's own, here and below
  StringRef host;
  StringRef path;
};

struct TargetRecord {
  Index service = kNoIndex;  // services
  std::uint32_t weight = 1;
};

struct MirrorRecord {
  Index service = kNoIndex;  // services
  std::uint32_t percent = 100;
};

enum class ActionKind : std::uint32_t { kForward, kRespond, kRedirect };

struct RouteRecord {
  StringRef name;
  Provenance source;
  std::uint64_t listeners = ~std::uint64_t{0};  // a bit for each
  Range hosts;                                  // hosts; none: any
  Range paths;                                  // paths; none: any
  Range methods;                                // strings; none: any
  Range fields;                                 // field matches
  Range clients;                                // networks; none: any
  Index cors = kNoIndex;
  std::uint32_t cors_upstream = 0;
  Index jwt = kNoIndex;
  Index api_keys = kNoIndex;
  std::uint32_t authentication_optional = 0;
  Index retry = kNoIndex;
  Index breaker = kNoIndex;
  std::uint32_t has_max_body = 0;
  Range limits;               // limit uses
  Range rules;                // rules: the route's own scope
  Range request;              // transforms
  Range response;             // transforms
  std::int64_t timeout = -1;  // -1: none
  std::int64_t idle_timeout = 0;
  std::uint64_t max_body = 0;
  ActionKind action = ActionKind::kForward;
  Index answer = kNoIndex;          // responses or redirects
  Range targets;                    // targets
  Range mirrors;                    // mirrors
  Index fallback = kNoIndex;        // responses
  std::uint32_t timeout_total = 0;  // `timeout` goes on until the response's end
};

enum class StoreKind : std::uint32_t { kLocal, kRedis };
enum class StoreDownKind : std::uint32_t { kAllow, kDeny, kLocal };

struct LimitRecord {
  StringRef name;
  std::uint64_t count = 0;
  std::int64_t period = 0;
  std::uint64_t burst = 0;
  std::uint64_t cost = 1;
  Range by;  // attributes
  StringRef missing_key;
  std::uint32_t has_missing_key = 0;
  std::uint32_t needs_identity = 0;  // charged after authentication
  StoreKind store = StoreKind::kLocal;
  StoreDownKind store_down = StoreDownKind::kDeny;
};

enum class OriginKind : std::uint32_t { kExact, kSuffix, kAny, kNull };

struct OriginRecord {
  OriginKind kind = OriginKind::kExact;
  std::uint32_t port = 0;  // 0: the scheme's default
  StringRef scheme;
  StringRef host;
  StringRef text;
};

struct CorsRecord {
  StringRef name;
  Range origins;      // origins
  StringRef methods;  // joined with ", ", as sent
  StringRef headers;
  StringRef expose;
  std::uint32_t credentials = 0;
  std::uint32_t has_max_age = 0;
  std::int64_t max_age = 0;
};

enum class RetryCauseKind : std::uint32_t {
  kConnectFailure,
  kRefusedStream,
  kReset,
  kPerTryTimeout,
  kGatewayError,
  k5xx,
  kRetriable4xx,
  kStatus
};

struct RetryCauseRecord {
  RetryCauseKind kind = RetryCauseKind::kConnectFailure;
  std::uint32_t status = 0;
};

struct RetryRecord {
  StringRef name;
  std::uint32_t attempts = 1;
  std::uint32_t budget_percent = 20;
  std::uint32_t budget_minimum = 3;
  std::uint32_t unsafe = 0;
  std::int64_t per_try = -1;  // -1: none
  std::int64_t hedge = -1;    // -1: none
  std::int64_t backoff_base = 0;
  std::int64_t backoff_max = 0;
  std::uint64_t buffer = 0;
  Range on;  // retry causes
};

struct BreakerRecord {
  StringRef name;
  std::uint32_t failures = 0;
  std::uint32_t reserved = 0;
  std::int64_t window = 0;
  std::int64_t open_for = 0;
};

enum class SecretKind : std::uint32_t { kFile, kEnvironment, kUrl };
enum class AlgorithmKind : std::uint32_t {
  kRS256,
  kRS384,
  kRS512,
  kPS256,
  kES256,
  kES384,
  kEdDSA,
  kHS256
};

struct ClaimRecord {
  StringRef name;
  StringRef source;
  AttributeType type = AttributeType::kString;
  std::uint32_t words = 0;
};

struct JwtRecord {
  StringRef name;
  StringRef issuer;
  Range audiences;  // strings
  StringRef keys;   // location; files are absolute or relative to the table's folder
  SecretKind keys_kind = SecretKind::kFile;
  std::uint32_t algorithms = 0;  // a bit for each AlgorithmKind
  std::int64_t skew = 0;
  Range claims;  // claims
};

struct ApiKeyRecord {
  std::uint8_t sha256[32] = {};
  StringRef consumer;
};

struct ApiKeysRecord {
  StringRef name;
  std::uint32_t in_query = 0;
  std::uint32_t reserved = 0;
  StringRef field;
  Range keys;  // api keys
};

enum class ProtocolKind : std::uint32_t { kHttp, kHttps };
enum class MtlsKind : std::uint32_t { kOff, kOptional, kStrict };
enum class DirectionKind : std::uint32_t { kEdge, kInbound, kOutbound };

struct ListenerRecord {
  Address address;
  std::uint32_t port = 0;
  ProtocolKind protocol = ProtocolKind::kHttp;
  DirectionKind direction = DirectionKind::kEdge;
  MtlsKind mtls = MtlsKind::kOff;
  StringRef certificate;
  StringRef key;
  StringRef client_ca;
  std::uint32_t keep_encoded_slash = 0;
  std::uint32_t keep_slashes = 0;
  std::uint32_t underscores = 0;  // runtime::Underscores
  std::uint32_t proxy_protocol = 0;
  std::uint32_t intercept = 0;
  std::uint32_t path_parameters = 0;  // runtime::PathParameters
  std::uint32_t first_query = 0;      // CANON-16 is not applied
  std::uint32_t first_cookies = 0;    // CANON-17 is not applied
};

enum class ProxyKind : std::uint32_t { kGateway, kSidecar };
enum class LogSink : std::uint32_t { kOff, kStdout, kStderr, kFile };

// One for a table: the gateway or sidecar it was compiled for.
struct GatewayRecord {
  ProxyKind kind = ProxyKind::kGateway;
  std::uint32_t explain_headers = 0;
  StringRef name;
  StringRef sidecar_of;
  StringRef identity;
  LogSink log = LogSink::kStdout;
  std::uint32_t max_header_count = 128;
  StringRef log_file;
  std::uint64_t max_header_octets = 65536;
  std::uint64_t max_body = 0;  // 0: without end
  Range listeners;             // listeners
  Range trusted_proxies;       // networks
  Range scalar_fields;         // strings
  Range scalar_queries;        // strings
  Range scalar_cookies;        // strings
  Range limits;                // limit uses
  Range rules;                 // rules: the gateway's own scope
  Range routes;                // routes, in written order
  Index otherwise = kNoIndex;  // responses
  std::uint32_t reserved = 0;
};

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_RECORDS_H_
