// Random patterns over hosts, paths and fields, and values that fit them.
#ifndef WEIR_FUZZ_GENERATORS_PATTERN_GENERATOR_H_
#define WEIR_FUZZ_GENERATORS_PATTERN_GENERATOR_H_

#include <string>

#include "fuzz/generators/choices.h"
#include "spec/syntax/match.h"

namespace weir::fuzz {

syntax::PathPattern RandomPathPattern(Choices& choices);
syntax::HostPattern RandomHostPattern(Choices& choices);
syntax::FieldMatch RandomFieldMatch(Choices& choices);

// Values that most likely match.
std::string PathFor(const syntax::PathPattern& pattern, Choices& choices);
std::string HostFor(const syntax::HostPattern& pattern, Choices& choices);
std::string FieldValueFor(const syntax::FieldMatch& field, Choices& choices);

}  // namespace weir::fuzz

#endif  // WEIR_FUZZ_GENERATORS_PATTERN_GENERATOR_H_
