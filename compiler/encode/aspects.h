// What rows do, as text: everything of a route's treatment that is no
// condition. Two treatments are the same iff their aspects are equal, so every
// member of the core that changes what happens to a request has its place here
// (and, written again from the table's records, in table_aspects.h).
#ifndef WEIR_COMPILER_ENCODE_ASPECTS_H_
#define WEIR_COMPILER_ENCODE_ASPECTS_H_

#include <string>

#include "compiler/encode/order.h"
#include "spec/syntax/policy.h"

namespace weir::compiler {

// Of every answer and forward of a gateway: its limits.
Aspects GatewayAspects(const syntax::Policy& policy, const syntax::Gateway& gateway);
// Of every row of a route: CORS fields and the limits charged.
Aspects AnswerAspects(const syntax::Policy& policy, const syntax::Route& route);
// Of what is forwarded: services, transforms, retries, time limits, ...
Aspects ForwardAspects(const syntax::Policy& policy, const syntax::Route& route);

std::string ResponseText(const syntax::Response& response);
std::string RedirectText(const syntax::Redirect& redirect);
std::string ChallengeText(const syntax::Policy& policy, const syntax::Authentication& wanted);

// A definition's whole content, which stands for its identity in dimensions:
// two policies mean the same token by the same text.
std::string DefinitionText(const syntax::Jwt& jwt);
std::string DefinitionText(const syntax::ApiKeys& keys);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_ASPECTS_H_
