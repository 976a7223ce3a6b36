#include "proofs/obligations/canon_idempotent.h"

#include <string>

#include "compiler/smt/solver.h"

namespace weir::proofs {
namespace {

using smt::Bool;
using smt::Context;
using smt::Int;

Int Octet(Context& context, char c) { return context.Integer(static_cast<unsigned char>(c)); }

Bool Between(Int value, char low, char high) {
  Context& context = *value.context();
  return (value >= Octet(context, low)) && (value <= Octet(context, high));
}

Bool Is(Int value, char c) { return value == Octet(*value.context(), c); }

// RFC 3986 2.3.
Bool Unreserved(Int value) {
  return Between(value, 'A', 'Z') || Between(value, 'a', 'z') || Between(value, '0', '9') ||
         Is(value, '-') || Is(value, '.') || Is(value, '_') || Is(value, '~');
}

Bool IsHexDigit(Int octet) {
  return Between(octet, '0', '9') || Between(octet, 'A', 'F') || Between(octet, 'a', 'f');
}

Int HexValue(Int octet) {
  Context& context = *octet.context();
  return Choose(Between(octet, '0', '9'), octet - Octet(context, '0'),
                Choose(Between(octet, 'A', 'F'), octet - context.Integer('A' - 10),
                       octet - context.Integer('a' - 10)));
}

Int UpperDigit(Int octet) {
  return Choose(Between(octet, 'a', 'f'), octet - octet.context()->Integer('a' - 'A'), octet);
}

Bool KeepsFilled(Int kind, Bool) { return kind != kind.context()->Integer(kEmptySegment); }

// A token: an octet, or an escape with the octets of its two digits.
struct Token {
  Bool escape;
  Int octet;
  Int high;
  Int low;
};

Token Fresh(Context& context) {
  return {context.BoolVariable("escape"), context.IntVariable("octet"), context.IntVariable("high"),
          context.IntVariable("low")};
}

// What the reader makes tokens of: "%" never stands alone.
Bool Readable(const Token& token) {
  Context& context = *token.octet.context();
  return Choose(token.escape, IsHexDigit(token.high) && IsHexDigit(token.low),
                (token.octet >= context.Integer(0)) && (token.octet <= context.Integer(255)) &&
                    !Is(token.octet, '%'));
}

Int Value(const Token& token) {
  return HexValue(token.high) * token.octet.context()->Integer(16) + HexValue(token.low);
}

Token Normal(const CanonRule& rule, const Token& token) {
  const Bool decoded = token.escape && rule.decodes(Value(token));
  return {token.escape && !decoded, Choose(decoded, Value(token), token.octet),
          rule.digit(token.high), rule.digit(token.low)};
}

Bool Same(const Token& a, const Token& b) {
  return Iff(a.escape, b.escape) &&
         Choose(a.escape, (a.high == b.high) && (a.low == b.low), a.octet == b.octet);
}

void EscapeObligations(const CanonRule& rule, std::vector<Obligation>& out) {
  Context context;
  const Token token = Fresh(context);
  const Token once = Normal(rule, token), twice = Normal(rule, once);
  const Bool premises[] = {Readable(token)};
  const Int show[] = {token.octet, token.high, token.low};
  out.push_back({"E1 a normalised token is normal",
                 Prove(context, "canon E1", premises, Same(once, twice), show)});
  out.push_back({"E2 a normalised token reads back as itself",
                 Prove(context, "canon E2", premises, Readable(once), show)});
  const Bool made = token.escape && !once.escape;
  out.push_back({"E3 normalising makes no separator and leaves nothing to decode",
                 Prove(context, "canon E3", premises,
                       Implies(made, !Is(once.octet, '/') && !Is(once.octet, '%')) &&
                           Implies(once.escape, !rule.decodes(Value(once))),
                       show)});
}

// The kind of a segment after its escapes are decoded: with segments judged
// first, "%2E%2E" looks ordinary and comes out as "..".
Int KindWhenWritten(const CanonRule& rule, Int kind, Bool escaped_dots) {
  Context& context = *kind.context();
  if (!rule.segments_first) return kind;
  return Choose(escaped_dots && (kind == context.Integer(kOrdinary)), context.Integer(kDotDot),
                kind);
}

void SegmentObligations(const CanonRule& rule, std::vector<Obligation>& out) {
  Context context;
  const Int kind = context.IntVariable("kind"), depth = context.IntVariable("depth"),
            read = context.IntVariable("read"), place = context.IntVariable("place"),
            at_place = context.IntVariable("kind_at_place"), zero = context.Integer(0),
            one = context.Integer(1), dot = context.Integer(kDot);
  const Bool escaped_dots = context.BoolVariable("escaped_dots");
  const Bool kinds = (kind >= zero) && (kind <= context.Integer(kDotDot));
  const Bool pushes = kind < dot;
  const Bool drops = (kind == context.Integer(kDotDot)) && (depth > zero);
  const Int next_depth = Choose(pushes, depth + one, Choose(drops, depth - one, depth));
  // Any one place of the stack: what is there after the step.
  const Int next_at_place =
      Choose(pushes && (place == depth), KindWhenWritten(rule, kind, escaped_dots), at_place);
  const Int show[] = {kind, depth, place, at_place};
  {
    const Bool premises[] = {kinds, depth >= zero, at_place >= zero,
                             Implies((place >= zero) && (place < depth), at_place < dot)};
    out.push_back(
        {"S1 no dot segment stands on the stack",
         Prove(context, "canon S1", premises,
               Implies((place >= zero) && (place < next_depth), next_at_place < dot), show)});
  }
  {
    const Bool premises[] = {kind >= zero, kind < dot, depth >= zero, depth == read, !escaped_dots};
    out.push_back(
        {"S2 every segment that is no dot is pushed, in order",
         Prove(context, "canon S2", premises,
               (next_depth == read + one) && Implies(place == read, next_at_place == kind), show)});
  }
  {
    const Bool keeps = rule.merge_keeps(kind, context.BoolVariable("dropped_before"));
    const Bool premises[] = {kind >= zero, kind < dot};
    out.push_back({"S3 merging keeps what is not empty, and nothing else before the last",
                   Prove(context, "canon S3", premises,
                         Iff(keeps, kind == context.Integer(kOrdinary)), show)});
  }
}

}  // namespace

CanonRule TheCanonRule() { return {Unreserved, UpperDigit, KeepsFilled, false}; }

std::vector<Obligation> CanonIdempotent(const CanonRule& rule) {
  std::vector<Obligation> obligations;
  EscapeObligations(rule, obligations);
  SegmentObligations(rule, obligations);
  return obligations;
}

}  // namespace weir::proofs
