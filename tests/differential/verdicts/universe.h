// A small universe of requests for one gateway of a policy, and what the model does
// with each of them. Requests are made of the policy's own words and their neighbours,
// and only such as can arrive: what the reader of the head refuses is none of them, a
// peer comes by mTLS alone, and a credential is one that somebody can send.
#ifndef WEIR_TESTS_DIFFERENTIAL_VERDICTS_UNIVERSE_H_
#define WEIR_TESTS_DIFFERENTIAL_VERDICTS_UNIVERSE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "compiler/witness/witness.h"
#include "fuzz/generators/choices.h"
#include "spec/model/attribute.h"
#include "spec/model/model.h"

namespace weir::testing {

using Identify = std::function<model::Identity(const syntax::Authentication&)>;

struct Sent {
  model::RawRequest raw;
  model::Connection connection;
  // What each kind of credential would be found to be, and whose token it is.
  model::Identity token, key;
  std::string issuer;
};

std::vector<Sent> UniverseOf(const syntax::Policy& policy, std::uint32_t gateway, std::size_t size,
                             fuzz::Choices& choices);

// Who the caller is where these credentials are asked for (AUTH-7).
model::Identity FoundBy(const syntax::Policy& policy, const Sent& sent,
                        const syntax::Authentication& asked);
// The same of a witness, which carries what was asked for: its claims are the members of
// the payload.
model::Identity CallerOf(const syntax::Policy& policy, const compiler::Witness& witness,
                         const syntax::Authentication& asked);

// What is wrong with how a witness comes in, so that its listener serves no such request.
std::optional<std::string> NotServed(const syntax::Gateway& gateway,
                                     const compiler::Witness& witness);

// What the model says where every limit admits and has its whole burst left.
model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway,
                      const model::RawRequest& raw, const model::Connection& connection,
                      const Identify& identify, model::Trace* trace = nullptr);
model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway, const Sent& sent,
                      model::Trace* trace = nullptr);
model::Outcome Decide(const syntax::Policy& policy, std::uint32_t gateway,
                      const compiler::Witness& witness);

// The length of the body that the head announces.
std::optional<std::uint64_t> Announced(const model::RawRequest& raw);
// Whether the announced body is longer than its route takes.
bool IsTooLong(const syntax::Gateway& gateway, const model::Outcome& outcome,
               const model::RawRequest& raw);
// Whether it is sent to an upstream: forwarded, and no longer than the route's max-body.
bool Passes(const syntax::Gateway& gateway, const model::Outcome& outcome,
            const model::RawRequest& raw);

// What a claim reads of a request that is forwarded; none: it is not canonical.
std::optional<model::Facts> FactsOf(const syntax::Policy& policy, std::uint32_t gateway,
                                    const model::RawRequest& raw,
                                    const model::Connection& connection,
                                    const model::Outcome& outcome, const Identify& identify);

std::string Describe(const Sent& sent);

}  // namespace weir::testing

#endif  // WEIR_TESTS_DIFFERENTIAL_VERDICTS_UNIVERSE_H_
