// One function for each construct that a file can define. Each fills the place
// in Context::policy that names.cc has set aside for it, and reports what is
// wrong; after an error the place may hold defaults, and the policy is not given
// out.
//
// The order in which load.cc calls them is the order of what they look at:
// claims before conditions, services and limits before routes.
#ifndef WEIR_DSL_RESOLVE_CONSTRUCTS_H_
#define WEIR_DSL_RESOLVE_CONSTRUCTS_H_

#include "dsl/resolve/clauses.h"
#include "dsl/resolve/expression.h"

namespace weir::dsl::resolve {

void ResolveJwt(Context& context, const Definition& definition);
void ResolveApiKeys(Context& context, const Definition& definition);
void ResolveLimit(Context& context, const Definition& definition);
void ResolveCors(Context& context, const Definition& definition);
void ResolveRetry(Context& context, const Definition& definition);
void ResolveBreaker(Context& context, const Definition& definition);
void ResolveService(Context& context, const Definition& definition);
void ResolveGateway(Context& context, const Definition& definition);
void ResolveSidecar(Context& context, const Definition& definition);
void ResolveProof(Context& context, const tree::Statement& statement);
void ResolveExample(Context& context, const tree::Statement& statement);
// `amplification at most N`
void ResolveAmplificationBound(Context& context, const tree::Statement& statement);

// Shared small things.

// The block of `KEYWORD NAME { ... }`, or null with an error; what stands behind
// the block is an error too.
const tree::Item* BodyOf(Context& context, const tree::Statement& statement, std::size_t place);
// "limit 'per-user'"
std::string OwnerOf(std::string_view keyword, std::string_view name);
// A name behind a keyword, looked up.
const Definition* ReadReference(Cursor& cursor, NameKind kind);
// An error where requests go to a service that has no endpoints.
void RequireEndpoints(Context& context, const Definition& service, Span at);

}  // namespace weir::dsl::resolve

#endif  // WEIR_DSL_RESOLVE_CONSTRUCTS_H_
