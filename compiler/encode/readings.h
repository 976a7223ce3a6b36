// What a strict listener lets through of the queries and cookies that its gateway reads as
// one value (CANON-16, CANON-17).
#ifndef WEIR_COMPILER_ENCODE_READINGS_H_
#define WEIR_COMPILER_ENCODE_READINGS_H_

#include "compiler/encode/universe.h"

namespace weir::compiler {

// Adds to the universe's constraints that parameters and cookies are such, on every listener
// that is strict. Of a universe with several gateways: where all of them ask for it.
void NarrowQueries(Universe& universe);
void NarrowCookies(Universe& universe);

}  // namespace weir::compiler

#endif  // WEIR_COMPILER_ENCODE_READINGS_H_
