// Theorem (canon is idempotent). canon(canon(p)) = canon(p) for every path p
// that canon accepts, whatever the listener says of slashes.
//
// What is proved, exactly. canon is three machines in turn:
//   1. Escapes. The path is read as tokens: an octet other than "%", or "%" with
//      two hexadecimal digits (anything else is refused). An escape whose value
//      is unreserved becomes that octet; any other keeps its value and gets
//      upper-case digits; octets stay.
//   2. Dots. The tokens between "/" octets are segments. A stack machine takes
//      them in order: "." does nothing, ".." drops the top if there is one, any
//      other is pushed, the empty one too; when the last is "." or "..", an empty
//      last segment stands for it.
//   3. Slashes. With `slashes merge`, empty segments that are not last are dropped.
// Over arbitrary tokens and segments Z3 proves:
//   E1  a normalised token is normal: normalising it again changes nothing;
//   E2  written out and read again, a normalised token is the same one token,
//       whatever stands beside it (so the second reading finds the same tokens);
//   E3  normalising makes no "/" and no "%" octet (so the second reading finds the
//       same segments) and leaves no escape that the next pass would turn into
//       an octet;
//   S1  no segment on the stack of machine 2 is "." or "..": an invariant of every
//       step, whatever it reads;
//   S2  reading no dot segments, machine 2 pushes each: after i of them its stack
//       is those i in order;
//   S3  what machine 3 keeps before the last segment is not empty, and what is not
//       empty it keeps.
// Then by induction over length: pass one leaves normal tokens in segments that
// are no dots and, when merged, are not empty but for the last; pass two reads the
// same tokens (E1-E3), the same segments, pushes each (S2) and keeps each (S3).
// The inductions themselves (E over the tokens of a path, S over its segments) are
// the argument of this comment; Z3 proves their steps. That the code is these
// machines is the business of the differential fuzzing of the canonicaliser.
#ifndef WEIR_PROOFS_OBLIGATIONS_CANON_IDEMPOTENT_H_
#define WEIR_PROOFS_OBLIGATIONS_CANON_IDEMPOTENT_H_

#include <vector>

#include "compiler/smt/term.h"
#include "proofs/obligations/obligation.h"

namespace weir::proofs {

// Kinds of segments, as the machines see them.
enum SegmentKind { kOrdinary = 0, kEmptySegment = 1, kDot = 2, kDotDot = 3 };

struct CanonRule {
  // Whether an escape of this value becomes the octet.
  smt::Bool (*decodes)(smt::Int value);
  // The digit that is written for a hexadecimal digit's octet.
  smt::Int (*digit)(smt::Int octet);
  // Whether machine 3 keeps a segment of this kind that is not the last, after
  // one that it dropped (or not).
  smt::Bool (*merge_keeps)(smt::Int kind, smt::Bool dropped_before);
  // Whether segments are judged before escapes are decoded.
  bool segments_first = false;
};

CanonRule TheCanonRule();

std::vector<Obligation> CanonIdempotent(const CanonRule& rule);

}  // namespace weir::proofs

#endif  // WEIR_PROOFS_OBLIGATIONS_CANON_IDEMPOTENT_H_
