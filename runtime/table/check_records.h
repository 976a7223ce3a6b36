// The checks of each record type: one overload each, called by CheckRecords.
#ifndef WEIR_RUNTIME_TABLE_CHECK_RECORDS_H_
#define WEIR_RUNTIME_TABLE_CHECK_RECORDS_H_

#include "runtime/table/check_context.h"

namespace weir::runtime {

// check_proxy.cc
void Check(CheckContext& c, const GatewayRecord& r);
void Check(CheckContext& c, const ListenerRecord& r);
void Check(CheckContext& c, const ServiceRecord& r);
void Check(CheckContext& c, const EndpointRecord& r);
void Check(CheckContext& c, const CallRecord& r);

// check_match.cc
void Check(CheckContext& c, const HostRecord& r);
void Check(CheckContext& c, const PathRecord& r);
void Check(CheckContext& c, const SegmentRecord& r);
void Check(CheckContext& c, const FieldMatchRecord& r);
void Check(CheckContext& c, const NetworkRecord& r);
void Check(CheckContext& c, const AttributeRecord& r);
void Check(CheckContext& c, const ConstantRecord& r);
void Check(CheckContext& c, const RuleRecord& r);
void Check(CheckContext& c, const DfaRecord& r);
// Those of an expression that need no look at the others.
void Check(CheckContext& c, const ExpressionRecord& r);
// Expressions are trees: children lie before their parent, each has one parent,
// and none is deeper than kMaxExpressionDepth.
void CheckExpressionTrees(CheckContext& c);

// check_route.cc
void Check(CheckContext& c, const RouteRecord& r);
void Check(CheckContext& c, const TransformRecord& r);
void Check(CheckContext& c, const FieldRecord& r);
void Check(CheckContext& c, const ResponseRecord& r);
void Check(CheckContext& c, const RedirectRecord& r);
void Check(CheckContext& c, const TargetRecord& r);
void Check(CheckContext& c, const MirrorRecord& r);

// check_traffic.cc
void Check(CheckContext& c, const LimitRecord& r);
void Check(CheckContext& c, const CorsRecord& r);
void Check(CheckContext& c, const OriginRecord& r);
void Check(CheckContext& c, const RetryRecord& r);
void Check(CheckContext& c, const RetryCauseRecord& r);
void Check(CheckContext& c, const BreakerRecord& r);
void Check(CheckContext& c, const JwtRecord& r);
void Check(CheckContext& c, const ClaimRecord& r);
void Check(CheckContext& c, const ApiKeysRecord& r);
void Check(CheckContext& c, const ApiKeyRecord& r);

}  // namespace weir::runtime

#endif  // WEIR_RUNTIME_TABLE_CHECK_RECORDS_H_
