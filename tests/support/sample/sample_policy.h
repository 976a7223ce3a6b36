// A policy of the core that uses every construct a table can hold, made without
// the parser, for tests of everything behind it.
#ifndef WEIR_TESTS_SUPPORT_SAMPLE_SAMPLE_POLICY_H_
#define WEIR_TESTS_SUPPORT_SAMPLE_SAMPLE_POLICY_H_

#include <string>
#include <vector>

#include "spec/syntax/policy.h"

namespace weir::tests {

// Gateway 0 is the sample; it listens once.
syntax::Policy SamplePolicy();

// Parts, for tests that make their own. A pattern as the language writes it.
syntax::PathPattern Path(const std::string& text);
// "a.b" or "*.b".
syntax::HostPattern Host(const std::string& text);
// A route that answers 200 and bears this name.
syntax::Route Answering(const std::string& name);
// One gateway with one listener and no routes.
syntax::Policy EmptyPolicy();
syntax::Address Ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
syntax::Expression Compare(syntax::Attribute attribute, syntax::Operator op,
                           std::vector<syntax::Constant> constants,
                           syntax::Quantifier quantifier = syntax::Quantifier::kScalar);

}  // namespace weir::tests

#endif  // WEIR_TESTS_SUPPORT_SAMPLE_SAMPLE_POLICY_H_
