// Wrong canonicalisers. Each has a path on which a second pass changes something.
#include <gtest/gtest.h>

#include "proofs/obligations/canon_idempotent.h"

namespace weir::proofs {
namespace {

using smt::Int;

void ExpectRefuted(const CanonRule& rule) {
  const auto obligations = CanonIdempotent(rule);
  EXPECT_TRUE(Fails(obligations)) << Explain(obligations);
}

smt::Bool OrAlso(Int value, int also) {
  return TheCanonRule().decodes(value) || (value == value.context()->Integer(also));
}

// "%2541" becomes "%41", and then "A".
TEST(CanonIdempotentMutant, DecodesThePercentSign) {
  CanonRule rule = TheCanonRule();
  rule.decodes = [](Int value) { return OrAlso(value, '%'); };
  ExpectRefuted(rule);
}

// "a%2F.." becomes "a/..", and then "".
TEST(CanonIdempotentMutant, DecodesTheSlash) {
  CanonRule rule = TheCanonRule();
  rule.decodes = [](Int value) { return OrAlso(value, '/'); };
  ExpectRefuted(rule);
}

// The case of digits is swapped, and swapped back.
TEST(CanonIdempotentMutant, SwapsTheCaseOfDigits) {
  CanonRule rule = TheCanonRule();
  rule.digit = [](Int octet) {
    smt::Context& context = *octet.context();
    return Choose(octet >= context.Integer('a'), octet - context.Integer(32),
                  Choose(octet >= context.Integer('A'), octet + context.Integer(32), octet));
  };
  ExpectRefuted(rule);
}

// "%2E%2E" is judged before it is decoded, and stays as "..".
TEST(CanonIdempotentMutant, JudgesSegmentsBeforeDecoding) {
  CanonRule rule = TheCanonRule();
  rule.segments_first = true;
  ExpectRefuted(rule);
}

// Slashes are merged two by two: "/a///b" becomes "/a//b", and then "/a/b".
TEST(CanonIdempotentMutant, MergesPairsOnly) {
  CanonRule rule = TheCanonRule();
  rule.merge_keeps = [](Int kind, smt::Bool dropped_before) {
    return TheCanonRule().merge_keeps(kind, dropped_before) || dropped_before;
  };
  ExpectRefuted(rule);
}

}  // namespace
}  // namespace weir::proofs
